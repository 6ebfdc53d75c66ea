// Every enhancement in one place. Each module looks for its own marks and leaves the rest alone.
import * as charts from "./charts.js";
import * as forms from "./forms.js";
import * as grid from "./grid.js";
import * as times from "./times.js";
import * as toasts from "./toasts.js";

const modules = [times, grid, charts, forms, toasts];

/** Enhances a part of the page. htmx content is done by main.js; call this for content that came another way. */
export function enhance(root) { modules.forEach((module) => module.enhance(root)); }
