// Loaded in <head> without defer, so that the chosen theme stands before the first paint.
// Without a choice the system decides: tokens.css needs no attribute for that, Bootstrap does.
(function () {
  "use strict";
  const key = "theme";
  const root = document.documentElement;
  const system = window.matchMedia("(prefers-color-scheme: dark)");

  function stored() {
    try { return localStorage.getItem(key); } catch { return null; }
  }
  function apply() {
    const choice = stored();
    root.dataset.bsTheme = choice === "light" || choice === "dark" ? choice : system.matches ? "dark" : "light";
    root.dataset.themeChoice = choice || "system";
  }
  function choose(choice) {
    try {
      if (choice === "system") localStorage.removeItem(key);
      else localStorage.setItem(key, choice);
    } catch { /* Storage may be closed; the choice then lasts for this page. */ }
    apply();
    if (choice !== "system") root.dataset.bsTheme = choice;
    root.dataset.themeChoice = choice;
    mark();
    document.dispatchEvent(new CustomEvent("themechange"));
  }
  function mark() {
    for (const button of document.querySelectorAll("[data-theme-set]")) {
      button.setAttribute("aria-pressed", String(button.dataset.themeSet === root.dataset.themeChoice));
    }
  }

  apply();
  system.addEventListener("change", () => { apply(); document.dispatchEvent(new CustomEvent("themechange")); });
  document.addEventListener("DOMContentLoaded", mark);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-set]");
    if (button) choose(button.dataset.themeSet);
  });
})();
