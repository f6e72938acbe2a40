// A second click would send the form again, with cookies that the reply to the first one replaces.

function setDisabled(buttons, disabled) {
    for (const button of buttons) {
        button.disabled = disabled;
    }
}

addEventListener("submit", (event) => {
    // Once the browser has read the form: a disabled button sends no value.
    setTimeout(() => setDisabled(event.target.querySelectorAll("button"), true));
});

// The Back button shows the page as it was left.
addEventListener("pageshow", () => setDisabled(document.querySelectorAll("button"), false));
