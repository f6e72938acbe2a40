//! Many measurements as one: the median, and how far the others lie apart.

#[derive(Debug, Clone, Default)]
pub(crate) struct Figures(Vec<f64>);

impl Figures {
    pub(crate) fn add(&mut self, figure: f64) {
        self.0.push(figure);
    }

    /// `median (first quartile–third quartile)`, each as `format` writes it.
    pub(crate) fn quartiles(&self, format: impl Fn(f64) -> String) -> String {
        let sorted = self.sorted();
        let at = |quarter: usize| {
            let position = sorted.len().saturating_sub(1) * quarter / 4;
            sorted.get(position).copied().unwrap_or(f64::NAN)
        };
        let (low, high) = (format(at(1)), format(at(3)));
        format!("{} ({low}–{high})", format(self.median()))
    }

    pub(crate) fn median(&self) -> f64 {
        let sorted = self.sorted();
        let middle = sorted.len() / 2;
        match (sorted.get(middle.wrapping_sub(1)), sorted.get(middle)) {
            (Some(below), Some(above)) if sorted.len().is_multiple_of(2) => (below + above) / 2.0,
            (_, Some(median)) => *median,
            _ => f64::NAN,
        }
    }

    fn sorted(&self) -> Vec<f64> {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        sorted
    }

    pub(crate) fn min(&self) -> f64 {
        self.0.iter().copied().fold(f64::INFINITY, f64::min)
    }

    pub(crate) fn max(&self) -> f64 {
        self.0.iter().copied().fold(f64::NEG_INFINITY, f64::max)
    }

    /// Round by round, what this is of the other: what slows a whole round down is not in it.
    pub(crate) fn ratios_to(&self, other: &Self) -> Self {
        Self(
            self.0
                .iter()
                .zip(&other.0)
                .map(|(one, other)| one / other)
                .collect(),
        )
    }

    /// `median (min–max)`, each as `format` writes it.
    pub(crate) fn text(&self, format: impl Fn(f64) -> String) -> String {
        format!(
            "{} ({}–{})",
            format(self.median()),
            format(self.min()),
            format(self.max())
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(Figures(vec![3.0, 1.0, 2.0]).median(), 2.0);
        assert_eq!(Figures(vec![4.0, 1.0, 2.0, 3.0]).median(), 2.5);
        assert!(Figures::default().median().is_nan());
    }

    #[test]
    fn a_quarter_lies_below_the_first_quartile() {
        let figures = Figures((1..=5).map(f64::from).collect());
        assert_eq!(figures.quartiles(|it| it.to_string()), "3 (2–4)");
    }

    #[test]
    fn ratios_are_taken_round_by_round() {
        let ratios = Figures(vec![1.0, 4.0]).ratios_to(&Figures(vec![2.0, 4.0]));
        assert_eq!(ratios.0, [0.5, 1.0]);
    }
}
