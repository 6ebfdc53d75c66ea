// Everything a page may use. Each module looks for its own marks and leaves the rest alone.
import "./menus.js";
import "./dialogs.js";
import * as charts from "./charts.js";
import * as forms from "./forms.js";
import * as grid from "./grid.js";
import * as times from "./times.js";
import * as toasts from "./toasts.js";

const modules = [times, grid, charts, forms, toasts];

/** Runs every enhancement on a part of the page; for content that came without htmx. */
export function enhance(root) { modules.forEach((module) => module.enhance(root)); }

enhance(document);
document.addEventListener("htmx:load", (event) => { if (event.target !== document.body) enhance(event.target); });
