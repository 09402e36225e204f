  // Copy a command; where the browser does not let the page write to the clipboard, select it.
  document.addEventListener("click", async (event) => {
    const button = event.target.closest(".copy");
    if (!button) return;
    const code = button.previousElementSibling;
    try {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = "copied";
    } catch {
      getSelection().selectAllChildren(code);
      button.textContent = "selected: press Ctrl+C";
    }
    setTimeout(() => { button.textContent = "copy"; }, 3000);
  });
