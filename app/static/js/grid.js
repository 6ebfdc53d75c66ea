// Keyboard and density for role=grid tables: one tab stop, arrows inside, Enter to act.
// Cells fire "grid:activate" (bubbling, detail = the cell's dataset); htmx can use it as a trigger.

function rowsOf(table) {
  return [...table.tBodies].flatMap((body) => [...body.rows])
    .map((row) => [...row.querySelectorAll('[role="gridcell"][tabindex]')])
    .filter((cells) => cells.length > 0);
}

function focusCell(table, cell) {
  table.querySelectorAll('[role="gridcell"][tabindex="0"]').forEach((other) => { other.tabIndex = -1; });
  cell.tabIndex = 0;
  cell.focus({ preventScroll: true });
  cell.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function target(rows, row, column, key, ctrl) {
  const last = rows.length - 1;
  switch (key) {
    case "ArrowUp": return [ctrl ? 0 : Math.max(0, row - 1), column];
    case "ArrowDown": return [ctrl ? last : Math.min(last, row + 1), column];
    case "ArrowLeft": return [row, ctrl ? 0 : Math.max(0, column - 1)];
    case "ArrowRight": return [row, ctrl ? rows[row].length - 1 : Math.min(rows[row].length - 1, column + 1)];
    case "Home": return [ctrl ? 0 : row, 0];
    case "End": return [ctrl ? last : row, rows[ctrl ? last : row].length - 1];
    case "PageUp": return [Math.max(0, row - 6), column];
    case "PageDown": return [Math.min(last, row + 6), column];
    default: return null;
  }
}

// A cell with data-url on a board with data-detail opens that drawer with what the address answers.
function openDetail(cell) {
  const drawer = cell.closest("[data-grid]")?.dataset.detail;
  if (!drawer || !cell.dataset.url || !window.htmx) return;
  window.htmx.ajax("GET", cell.dataset.url, { source: cell, target: `#${drawer}-body`, swap: "innerHTML" });
}

function activate(cell) {
  openDetail(cell);
  cell.dispatchEvent(new CustomEvent("grid:activate", { bubbles: true, detail: { ...cell.dataset } }));
}

function onKey(event) {
  const cell = event.target.closest('[role="gridcell"]');
  if (!cell || event.target !== cell || event.altKey || event.metaKey) return;
  const table = event.currentTarget;
  if (event.key === "Enter" || event.key === " ") {
    event.preventDefault();
    activate(cell);
    return;
  }
  const rows = rowsOf(table);
  const row = rows.findIndex((cells) => cells.includes(cell));
  const place = target(rows, row, rows[row]?.indexOf(cell), event.key, event.ctrlKey);
  if (!place) return;
  event.preventDefault();
  focusCell(table, rows[place[0]][Math.min(place[1], rows[place[0]].length - 1)]);
}

function setDensity(board, density) {
  board.dataset.density = density;
  for (const button of board.querySelectorAll("[data-density-set]")) {
    button.setAttribute("aria-pressed", String(button.dataset.densitySet === density));
  }
}

/** Marks the free cells a meeting may go to; fits is a set of cell ids. Call with null to end the move. */
export function showTargets(board, fits) {
  board.classList.toggle("is-moving", fits !== null);
  for (const cell of board.querySelectorAll(".cell--free")) {
    if (fits === null) delete cell.dataset.fits;
    else cell.dataset.fits = fits.has(cell.id) ? "yes" : "no";
  }
}

function wire(board) {
  if (board.dataset.wired !== undefined) return;
  board.dataset.wired = "";
  const table = board.querySelector('[role="grid"]');
  const first = table.querySelector('[role="gridcell"][tabindex]');
  if (first && !table.querySelector('[role="gridcell"][tabindex="0"]')) first.tabIndex = 0;
  table.addEventListener("keydown", onKey);
  table.addEventListener("click", (event) => {
    const cell = event.target.closest('[role="gridcell"][tabindex]');
    if (!cell) return;
    focusCell(table, cell);
    activate(cell);
  });
  let density = null;
  try { density = localStorage.getItem("grid-density"); } catch { /* no storage, no memory */ }
  setDensity(board, density ?? board.dataset.density ?? "normal");
  board.addEventListener("click", (event) => {
    const button = event.target.closest("[data-density-set]");
    if (!button) return;
    setDensity(board, button.dataset.densitySet);
    try { localStorage.setItem("grid-density", button.dataset.densitySet); } catch { /* as above */ }
  });
}

export function enhance(root) { root.querySelectorAll("[data-grid]").forEach(wire); }
