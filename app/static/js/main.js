// Starts a page. Others import enhance.js, never this file, or the page would be started twice.
import "./menus.js";
import "./dialogs.js";
import { enhance } from "./enhance.js";

enhance(document);
document.addEventListener("htmx:load", (event) => { if (event.target !== document.body) enhance(event.target); });
