// Scheduling runs, live. The page holds what the server rendered; messages only add to it, and a gap is filled by asking.
import { append } from "./charts.js";
import { connect } from "./live.js";

const page = document.querySelector("[data-run-page]");
const list = document.querySelector("[data-runs]");
const holder = page ?? list;

// News of the run this page has just started may come before the answer to the form: a reload would cancel that.
let leaving = false;
document.addEventListener("submit", (event) => { leaving ||= !event.defaultPrevented; });

const percent = (gap) => (gap === null || gap === undefined ? "–" : `${(100 * gap).toFixed(2)} %`);

function fill(id, value) {
  const place = document.getElementById(id);
  if (place) place.textContent = value ?? "–";
}

let known = Number(page?.dataset.points ?? 0);

function addPoint([seconds, value, bound, breaks]) {
  append("run-chart", seconds, { [page.dataset.value]: value, [page.dataset.bound]: bound });
  append("breaks-chart", seconds, { [page.dataset.breaks]: breaks });
}

async function catchUp() {
  const answer = await fetch(page.dataset.progress, { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const state = await answer.json();
  state.all_points.slice(known).forEach(addPoint);
  known = Math.max(known, state.all_points.length);
  show(state);
}

function show(message) {
  fill("run-placed", message.placed);
  fill("run-value", message.value);
  fill("run-bound", message.bound);
  fill("run-gap", percent(message.gap));
  fill("run-breaks", message.breaks);
  if (message.state === page.dataset.state || leaving) return;
  const begins = page.dataset.state === "queued" && message.state === "running";
  const chip = document.getElementById("chip-running");
  if (!begins || !chip) { window.location.reload(); return; }
  page.dataset.state = message.state; // the numbers are coming: a reload would only keep them waiting
  document.getElementById("run-state")?.replaceChildren(chip.content.cloneNode(true));
}

function onPage(message) {
  if (message.run !== Number(page.dataset.run)) return;
  if (message.points === known + 1 && message.point) {
    known += 1;
    addPoint(message.point);
  } else if (message.points > known) {
    catchUp();
    return;
  }
  show(message);
}

function onList(message) {
  if (leaving) return;
  const over = !["queued", "running"].includes(message.state);
  const row = list.querySelector(`[data-run="${message.run}"]`);
  if (!row || over) window.location.reload();
}

if (holder) {
  const line = connect({ join: "join_organisers", topic: { slug: holder.dataset.slug } });
  line.subscribe("run:progress", page ? onPage : onList);
  // A message may have passed before the page listened: ask once, and again after a lost connection.
  if (page?.dataset.live === "yes") {
    document.addEventListener("connectionchange", (event) => { if (event.detail.state === "live") catchUp(); });
  }
}
