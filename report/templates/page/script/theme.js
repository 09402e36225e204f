  // Light and dark: the system's choice until the button is used.
  one("#theme").addEventListener("click", () => {
    const system = matchMedia("(prefers-color-scheme: dark)").matches;
    const dark = root.classList.contains("dark") || (system && !root.classList.contains("light"));
    root.classList.toggle("dark", !dark);
    root.classList.toggle("light", dark);
  });
