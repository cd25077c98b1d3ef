// Passkeys, where the browser has them: the form's answer is what the device
// signed, and the form is posted as any other. Without this, the password works.
const supported = window.PublicKeyCredential?.parseRequestOptionsFromJSON && navigator.credentials;
for (const part of document.querySelectorAll("[data-passkey]")) {
  if (!supported) continue;
  part.hidden = false;
  const form = part.querySelector("form");
  if (!form) continue;
  const answer = async () => {
    const options = JSON.parse(part.dataset.options).publicKey;
    try {
      const credential = part.dataset.passkey === "create"
        ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
        : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
      form.elements.answer.value = JSON.stringify(credential);
      form.requestSubmit();
    } catch {
      // It was called off, or the device has none: everything else on the page still works.
    }
  };
  form.addEventListener("submit", (event) => {
    if (form.elements.answer.value) return; // it has been answered: let it go
    event.preventDefault();
    answer();
  });
  if ("auto" in part.dataset) answer();
}
