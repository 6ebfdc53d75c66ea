// Starts a page. Others import enhance.js, never this file, or the page would be started twice.
import "./menus.js";
import "./dialogs.js";
import { enhance } from "./enhance.js";

enhance(document);
// On a phone a row of tabs is wider than the screen: begin with the present one in sight.
for (const tab of document.querySelectorAll(".tabs [aria-current]")) {
  const row = tab.closest(".tabs");
  row.scrollLeft = tab.offsetLeft - row.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2;
}
document.addEventListener("htmx:load", (event) => { if (event.target !== document.body) enhance(event.target); });
