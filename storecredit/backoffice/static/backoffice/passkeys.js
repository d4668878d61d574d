// Ties the button of a page to the browser's passkeys, which the library's script asks for; and says so if there is none.
document.addEventListener("DOMContentLoaded", () => {
  const button = document.querySelector("[data-passkey]");
  const failed = document.querySelector("[data-passkey-failed]");
  if (!button || !window.allauth) return;

  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    failed.hidden = false;
  });
  const ids = { credential: "passkey-credential", data: "passkey-data" };
  const forms = window.allauth.webauthn.forms;
  if (button.dataset.passkey === "sign-in") forms.loginForm({ ids: { ...ids, login: button.id } });
  if (button.dataset.passkey === "give") forms.authenticateForm({ ids: { ...ids, authenticate: button.id } });
  // What the server asks of a new one, and nothing less.
  if (button.dataset.passkey === "make") forms.signupForm({ ids: { ...ids, signup: button.id } });
});
