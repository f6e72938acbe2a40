//! Line charts side by side, as one SVG.

use std::fmt::Write as _;

use report::number;

pub(crate) struct Chart {
    pub(crate) title: &'static str,
    /// What the axes show.
    pub(crate) across: &'static str,
    pub(crate) up: &'static str,
    /// The places on the axis across, evenly apart.
    pub(crate) places: Vec<String>,
    pub(crate) lines: Vec<Line>,
}

pub(crate) struct Line {
    pub(crate) name: &'static str,
    /// One for each place.
    pub(crate) values: Vec<f64>,
}

/// The size of one chart with its labels, in pixels.
const WIDTH: f64 = 340.0;
/// See [`WIDTH`].
const HEIGHT: f64 = 300.0;

/// The area of the lines within it.
const LEFT: f64 = 62.0;
const RIGHT: f64 = 320.0;
const TOP: f64 = 76.0;
const BOTTOM: f64 = 240.0;

/// Told apart without colours too, by their dashes.
const STYLES: [(&str, &str); 4] = [
    ("#7a7a7a", "none"),
    ("#1f5fbf", "7 3"),
    ("#2a8a4a", "2 3"),
    ("#b4531a", "9 3 2 3"),
];

pub(crate) fn draw(charts: &[Chart]) -> String {
    let width = WIDTH * charts.len() as f64;
    let mut svg = format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT}" width="{width}" height="{HEIGHT}" font-family="sans-serif" font-size="12" fill="#222">
<rect width="100%" height="100%" fill="#fff"/>
"##
    );
    for (number, chart) in charts.iter().enumerate() {
        let x = WIDTH * number as f64;
        let _ = writeln!(svg, r#"<g transform="translate({x} 0)">{}</g>"#, one(chart));
    }
    svg.push_str("</svg>\n");
    svg
}

fn one(chart: &Chart) -> String {
    let values = chart.lines.iter().flat_map(|line| &line.values);
    let most = values.copied().fold(0.0, f64::max);
    let step = step(most);
    let top = (most / step).ceil().max(1.0) * step;
    let y = |value: f64| BOTTOM - (BOTTOM - TOP) * value / top;
    let gaps = chart.places.len().saturating_sub(1).max(1) as f64;
    let x = |place: usize| LEFT + 16.0 + (RIGHT - LEFT - 32.0) * place as f64 / gaps;

    let mut text = String::new();
    let mut label = |x: f64, y: f64, more: &str, words: &str| {
        let _ = write!(text, r#"<text x="{x:.1}" y="{y:.1}" {more}>{words}</text>"#);
    };
    label(
        LEFT,
        22.0,
        r#"font-weight="bold" font-size="14""#,
        chart.title,
    );
    label(LEFT - 48.0, TOP - 14.0, "", chart.up);
    let middle = r#"text-anchor="middle""#;
    label((LEFT + RIGHT) / 2.0, BOTTOM + 40.0, middle, chart.across);
    for (place, words) in chart.places.iter().enumerate() {
        label(x(place), BOTTOM + 18.0, middle, words);
    }
    let steps = (top / step).round() as usize;
    for at in 0..=steps {
        let value = step * at as f64;
        label(
            LEFT - 6.0,
            y(value) + 4.0,
            r#"text-anchor="end""#,
            &number(value),
        );
    }
    for at in 0..=steps {
        let y = y(step * at as f64);
        let _ = write!(
            text,
            r##"<path d="M{LEFT} {y:.1}H{RIGHT}" stroke="#ddd"/>"##
        );
    }
    for (number, (line, (colour, dashes))) in chart.lines.iter().zip(STYLES).enumerate() {
        let style = format!(
            r#"fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dashes}""#
        );
        let points: Vec<String> = line
            .values
            .iter()
            .enumerate()
            .map(|(place, value)| format!("{:.1},{:.1}", x(place), y(*value)))
            .collect();
        let _ = write!(text, r#"<polyline points="{}" {style}/>"#, points.join(" "));
        for point in &points {
            let (x, y) = point.split_once(',').unwrap_or_default();
            let _ = write!(text, r#"<circle cx="{x}" cy="{y}" r="3" fill="{colour}"/>"#);
        }
        let width = (WIDTH - 28.0) / chart.lines.len() as f64;
        let key = 14.0 + width * number as f64;
        let _ = write!(
            text,
            r#"<path d="M{key} {y}h18" {style}/><text x="{words}" y="{base}">{name}</text>"#,
            y = TOP - 36.0,
            words = key + 21.0,
            base = TOP - 32.0,
            name = line.name,
        );
    }
    text
}

/// The distance of the lines across: 1, 2 or 5 of some power of ten, so that there are about five.
fn step(most: f64) -> f64 {
    let rough = (most / 5.0).max(1.0);
    let power = 10_f64.powf(rough.log10().floor());
    let factor = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .find(|it| it * power >= rough);
    factor.unwrap_or(10.0) * power
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round() {
        assert_eq!(step(25.0), 5.0);
        assert_eq!(step(43.0), 10.0);
        assert_eq!(step(60_000.0), 20_000.0);
        assert_eq!(step(0.0), 1.0);
    }
}
