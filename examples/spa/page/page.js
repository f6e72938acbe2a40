// The page: it logs in by JSON, and holds a WebSocket open for as long as the login lasts.

import { APP_URL } from "/settings.js";

const POLICY_VIOLATION = 1008;
const RECONNECT_MILLISECONDS = 2000;
const element = (id) => document.getElementById(id);
let socket = null;

async function call(method, path, body) {
    const options = { method, credentials: "include" };
    if (body !== undefined) {
        options.headers = { "Content-Type": "application/json" };
        options.body = JSON.stringify(body);
    }
    const response = await fetch(`${APP_URL}/api${path}`, options);
    const isJson = response.headers.get("Content-Type")?.startsWith("application/json");
    return { status: response.status, value: isJson ? await response.json() : null };
}

function say(text, kind = "") {
    element("message").textContent = text;
    element("message").className = `flash ${kind}`;
    element("message").hidden = text === "";
}

function showUser(user) {
    element("logged-in").hidden = user === null;
    element("logged-out").hidden = user !== null;
    if (user !== null) {
        element("user-name").textContent = user.name;
        element("status").value = user.status;
        openSocket();
    } else {
        closeSocket();
    }
}

// What every refused call leads to.
function loggedOut(text) {
    showUser(null);
    say(text);
}

function openSocket() {
    closeSocket();
    const opened = new WebSocket(`${APP_URL.replace("http", "ws")}/api/socket`);
    socket = opened;
    opened.onopen = () => { element("socket-state").textContent = "open"; };
    opened.onmessage = (event) => { element("socket-text").textContent = event.data; };
    opened.onclose = (event) => {
        if (socket !== opened) {
            return;
        }
        element("socket-state").textContent = "closed";
        if (event.code === POLICY_VIOLATION) {
            loggedOut("You were logged out elsewhere.");
        } else {
            setTimeout(() => reconnect(opened), RECONNECT_MILLISECONDS);
        }
    };
}

// After a lost connection: the login may have ended meanwhile.
async function reconnect(lost) {
    if (socket !== lost) {
        return;
    }
    try {
        const { status } = await call("GET", "/me");
        if (socket !== lost) {
            return;
        }
        if (status === 401) {
            loggedOut("You were logged out elsewhere.");
        } else {
            openSocket();
        }
    } catch {
        setTimeout(() => reconnect(lost), RECONNECT_MILLISECONDS);
    }
}

function closeSocket() {
    const closed = socket;
    socket = null;
    closed?.close();
    element("socket-state").textContent = "closed";
    element("socket-text").textContent = "";
}

// Runs `work` for an event, without sending the form.
function on(id, type, work) {
    element(id).addEventListener(type, async (event) => {
        event.preventDefault();
        say("");
        try {
            await work(event);
        } catch {
            say("The app does not answer.", "error");
        }
    });
}

on("login-form", "submit", async (event) => {
    const path = event.submitter?.value === "sign-up" ? "/sign-up" : "/login";
    const { name, password } = Object.fromEntries(new FormData(event.target));
    const { status, value } = await call("POST", path, { name, password });
    if (status >= 400) {
        say(value?.error ?? "That did not work.", "error");
        return;
    }
    event.target.reset();
    showUser(value);
});

on("status-form", "submit", async () => {
    const { status, value } = await call("POST", "/status", { status: element("status").value });
    if (status === 401) {
        loggedOut("Please log in again.");
    } else if (status === 204) {
        say("Saved.", "success");
    } else {
        say(value?.error ?? "That did not work.", "error");
    }
});

on("echo-form", "submit", async (event) => {
    if (socket?.readyState !== WebSocket.OPEN) {
        say("The connection is closed. It is being opened again.", "error");
        return;
    }
    socket.send(element("echo-text").value);
    event.target.reset();
});

for (const [id, path] of [["logout", "/logout"], ["end-all", "/end-all-logins"]]) {
    on(id, "click", async () => {
        const { status } = await call("POST", path);
        if (status === 204 || status === 401) {
            loggedOut("You are logged out.");
        } else {
            say("That did not work.", "error");
        }
    });
}

element("app-link").href = APP_URL;
try {
    const { status, value } = await call("GET", "/me");
    showUser(status === 200 ? value : null);
} catch {
    loggedOut("The app does not answer.");
}
