//! Pictures of a page, as wide as a phone and as a desktop.

use std::{env, fs, path::Path};

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

use super::Chromium;

const SIZES: [(&str, u32, u32); 2] = [("phone", 390, 844), ("desktop", 1280, 800)];

impl Chromium<'_> {
    /// Checks that the page needs no scrolling to the side, on a phone and on a desktop. If `SCREENSHOTS`
    /// names a folder, this writes the pictures `NAME-phone.png` and `NAME-desktop.png` there.
    #[track_caller]
    pub fn looks_well(&self, name: &str) {
        let folder = env::var_os("SCREENSHOTS");
        for (kind, width, height) in SIZES {
            self.resize(width, height);
            let needed = self.run("return document.documentElement.scrollWidth", json!([]));
            assert!(needed.as_u64() <= Some(width.into()), "{name}: {needed} px");
            if let Some(folder) = &folder {
                let file = Path::new(folder).join(format!("{name}-{kind}.png"));
                fs::write(file, self.screenshot()).expect("a picture");
            }
        }
    }

    /// Gives the page this size, in CSS pixels, without scroll bars. A window of its own could not be as
    /// narrow as a phone.
    #[track_caller]
    pub fn resize(&self, width: u32, height: u32) {
        let size =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.tell_devtools("Emulation.setDeviceMetricsOverride", size);
        self.tell_devtools("Emulation.setScrollbarsHidden", json!({ "hidden": true }));
    }

    #[track_caller]
    fn tell_devtools(&self, command: &str, parameters: Value) {
        let arguments = json!({ "cmd": command, "params": parameters });
        self.tell("POST", "/goog/cdp/execute", &arguments);
    }

    /// What the page shows now, as a PNG.
    #[track_caller]
    pub fn screenshot(&self) -> Vec<u8> {
        let image = self.tell("GET", "/screenshot", &Value::Null);
        let image = image.as_str().expect("an image");
        BASE64_STANDARD.decode(image).expect("base64")
    }
}
