// The organiser's grid: cells open in the drawer, the search box marks what it finds, others' changes are announced.
import { connect } from "./live.js";
import { toast } from "./toasts.js";

const holder = document.querySelector("[data-timetable]");
const board = holder?.querySelector("[data-grid]");

function open(url) { window.htmx.ajax("GET", url, { target: "#meeting-body", swap: "innerHTML" }); }

board?.addEventListener("grid:activate", (event) => {
  const { url, slot, table, meeting } = event.detail;
  if (url) open(url);
  else if (!meeting && slot && table && holder.dataset.free) open(`${holder.dataset.free}&slot=${slot}&table=${table}`);
});

function mark(words) {
  const wanted = words.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  let first = null;
  let count = 0;
  for (const cell of board.querySelectorAll("[data-meeting]")) {
    const text = cell.title.toLocaleLowerCase();
    const hit = wanted.length > 0 && wanted.every((word) => text.includes(word));
    cell.classList.toggle("is-hit", hit);
    if (hit) { count += 1; first ??= cell; }
  }
  board.classList.toggle("is-searching", wanted.length > 0);
  first?.scrollIntoView({ block: "nearest", inline: "center" });
  return count;
}

const box = holder?.querySelector("[data-find] input[type=search]");
const found = holder?.querySelector("[data-found]");
if (board && box) {
  let timer;
  const run = () => {
    const count = mark(box.value);
    found.textContent = box.value.trim() ? holder.dataset.hits.replace("{count}", count) : "";
  };
  box.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(run, 120); });
  if (box.value) run();
}

if (holder?.dataset.which === "published") {
  const line = connect({ join: "join_organisers", topic: { slug: holder.dataset.slug } });
  line.subscribe("timetable:changed", (message) => {
    if (message.revision > Number(holder.dataset.revision)) {
      holder.dataset.revision = message.revision;
      toast(holder.dataset.stale, "info");
    }
  });
}
