// Runs a form's ceremony: asks the server for a challenge, lets a key sign it, and sends that back.
"use strict";

async function send(path, value) {
  const response = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(value),
  });
  // A guard has sent the browser to the page where the user confirms.
  if (response.redirected) {
    location.assign(response.url);
    return new Promise(() => {});
  }
  if (!response.ok) throw new Error((await response.text()) || "Please try again.");
  return response.json();
}

async function sign(kind, options) {
  const { publicKey } = options;
  const credential =
    kind === "create"
      ? await navigator.credentials.create({
          publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey),
        })
      : await navigator.credentials.get({
          publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey),
        });
  return credential.toJSON();
}

for (const form of document.querySelectorAll("form[data-ceremony]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { ceremony, kind } = form.dataset;
    const fields = Object.fromEntries(new FormData(form));
    try {
      const options = await send(`${ceremony}/begin`, { name: fields.name });
      const credential = await sign(kind, options);
      const answer = { credential, name: fields.key };
      if (fields.next) answer.next = fields.next;
      const { location: next } = await send(`${ceremony}/finish`, answer);
      location.assign(next);
    } catch (error) {
      const problem = document.getElementById("problem");
      problem.textContent = error.message;
      problem.hidden = false;
    }
  });
}
