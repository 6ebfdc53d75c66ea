// Scores that are being computed: the organiser's page shows how far the work is, a participant's list is fetched afresh.
import { enhance } from "./enhance.js";
import { connect } from "./live.js";

const board = document.querySelector("[data-matching]");
const list = document.querySelector("[data-scores]");

function progress(message) {
  const holder = document.getElementById("matching-progress");
  if (message.state === "done" || !holder) {
    // What somebody is typing or comparing stays; the new figures can wait for them.
    if (!document.getElementById("preview") && !document.querySelector("form :focus")) window.location.reload();
    return;
  }
  holder.querySelector(".progress-line__text span").textContent = holder.dataset[message.step] ?? "";
  const bar = holder.querySelector("progress");
  bar.max = message.total;
  bar.value = message.done;
}

async function refresh() {
  if (document.querySelector("dialog[open]") || list.contains(document.activeElement?.closest("form"))) return;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(list.id);
  if (!fresh) return;
  list.dataset.waiting = fresh.dataset.waiting;
  list.replaceChildren(...fresh.childNodes);
  enhance(list);
}

if (board) connect({ join: "join_organisers", topic: { slug: board.dataset.slug } }).subscribe("scores", progress);
// News may have passed between the page and the connection: who waits looks once on joining.
if (list) connect({ join: "join_agenda", topic: { slug: list.dataset.slug }, onJoined: (_, again) => { if (again || list.dataset.waiting === "yes") refresh(); } }).subscribe("scores", refresh);
