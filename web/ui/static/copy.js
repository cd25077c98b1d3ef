// Copy buttons exist only where they can work.
const { said: copied, kept } = document.documentElement.dataset;
const said = document.querySelector("[data-copied]");
for (const button of document.querySelectorAll("button[data-copy]")) {
  const source = document.getElementById(button.dataset.copy);
  if (!navigator.clipboard || !source) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(source.dataset.value ?? source.textContent);
      button.dataset.state = "done";
      if (said) said.textContent = copied;
    } catch {
      getSelection()?.selectAllChildren(source);
      if (said) said.textContent = kept;
    }
    setTimeout(() => { delete button.dataset.state; if (said) said.textContent = ""; }, 2000);
  });
}
