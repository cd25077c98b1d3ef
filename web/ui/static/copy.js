// Copy buttons exist only where they can work.
const said = document.querySelector("[data-copied]");
for (const button of document.querySelectorAll("button[data-copy]")) {
  const source = document.getElementById(button.dataset.copy);
  if (!navigator.clipboard || !source) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(source.dataset.value ?? source.textContent);
      button.dataset.state = "done";
      if (said) said.textContent = "Copied";
    } catch {
      getSelection()?.selectAllChildren(source);
      if (said) said.textContent = "Selected: copy it with the keyboard";
    }
    setTimeout(() => { delete button.dataset.state; if (said) said.textContent = ""; }, 2000);
  });
}
