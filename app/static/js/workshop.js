// The room of a workshop: what others add appears at once; what one adds while the connection is gone waits in the page
// and is sent when it is back. Each sending has a token, so that nothing is there twice.
import { connect } from "./live.js";
import { toast } from "./toasts.js";
import { language } from "./words.js";

const retryMilliseconds = 3000;
const start = JSON.parse(document.getElementById("workshop-state").textContent);
const state = {
  state: start.state,
  entries: new Map(start.entries.map((entry) => [entry.id, entry])),
  people: new Map(start.people.map((person) => [person.id, person])),
  votes: new Set(start.votes),
};
const waiting = new Map();

function clone(id) { return document.getElementById(id).content.cloneNode(true); }
function part(root, name) { return root.querySelector(`[data-part="${name}"]`); }
function show(element, shown) { if (element) element.hidden = !shown; }

const rights = (entry) => {
  const leads = start.leads && ["open", "held"].includes(state.state);
  const room = state.state === "open" && start.of_room;
  const open = entry.state === "open";
  const owns = entry.owner_id === start.user;
  return {
    support: room && open && !state.votes.has(entry.id),
    withdraw: room && open && state.votes.has(entry.id),
    agreed: leads && open,
    done: (start.leads || owns) && open,
    dropped: open && (leads || (room && entry.author_id === start.user)),
    open: !open && (leads || (entry.kind === "follow_up" && (start.leads || (owns && entry.state === "done")))),
    promote: leads && entry.state !== "dropped",
  };
};

function markOf(entry) {
  if (entry.sending) return "sending";
  if (entry.state === "dropped" || entry.state === "done" || entry.state === "agreed") return entry.state;
  return entry.kind === "decision" ? "proposed" : "";
}

function drawn(entry) {
  const root = clone(`template-${entry.kind}`).firstElementChild;
  root.id = `entry-${entry.id}`;
  root.dataset.entry = entry.id;
  root.classList.toggle("is-dropped", entry.state === "dropped");
  part(root, "text").textContent = entry.text;
  for (const name of root.querySelectorAll('[data-part="named"]')) name.textContent = `: ${entry.text}`;
  part(root, "author").textContent = entry.author;
  const mark = markOf(entry);
  part(root, "mark").replaceChildren(...(mark ? [clone(`mark-${mark}`)] : []));
  const group = part(root, "group");
  group.textContent = start.groups[entry.group] ?? "";
  show(group, Boolean(group.textContent));
  const owner = part(root, "owner");
  show(owner, Boolean(entry.owner));
  if (entry.owner) {
    owner.querySelector("strong").textContent = entry.owner;
    const due = owner.querySelector("time");
    due.dateTime = entry.due;
    due.textContent = new Intl.DateTimeFormat(language, { dateStyle: "medium" }).format(new Date(`${entry.due}T00:00`));
  }
  const votes = part(root, "votes");
  if (votes) { votes.firstChild.textContent = entry.votes; show(votes, entry.votes > 0); }
  const allowed = entry.sending ? {} : rights(entry);
  for (const form of root.querySelectorAll("[data-act]")) {
    form.action = form.action.replace(/entries\/\d+\//, `entries/${entry.id}/`);
    show(form, Boolean(allowed[form.dataset.act]));
  }
  show(root.querySelector("[data-promote]"), Boolean(allowed.promote));
  return root;
}

// What has the focus keeps it when its entry is drawn afresh.
function place(entry, isNew) {
  const fresh = drawn(entry);
  const old = document.getElementById(fresh.id);
  const held = old?.contains(document.activeElement) ? document.activeElement.closest("[data-act]")?.dataset.act ?? "" : null;
  if (old) old.replaceWith(fresh);
  else document.querySelector(`[data-list="${entry.kind}"]`).append(fresh);
  if (isNew) fresh.classList.add("is-new");
  if (held !== null) (fresh.querySelector(`[data-act="${held}"]:not([hidden]) button`) ?? fresh.querySelector("form:not([hidden]) button, button:not([hidden])"))?.focus();
}

function placePerson(person) {
  const root = clone("template-person").firstElementChild;
  root.id = `person-${person.id}`;
  root.classList.toggle("is-here", person.here);
  root.querySelector(".avatar").textContent = person.name.split(/[\s-]+/).filter(Boolean).map((word) => word[0]).filter((_, n, all) => n === 0 || n === all.length - 1).join("").toUpperCase();
  part(root, "name").textContent = person.name;
  part(root, "organisation").textContent = person.organisation;
  const group = part(root, "group");
  group.textContent = start.groups[person.group] ?? "";
  show(group, Boolean(group.textContent));
  show(part(root, "here"), person.here);
  const old = document.getElementById(root.id);
  const list = document.querySelector("[data-people]");
  if (old) { root.querySelector(".avatar").className = old.querySelector(".avatar").className; old.replaceWith(root); return; }
  const after = [...list.children].find((other) => part(other, "name").textContent.localeCompare(person.name) > 0);
  list.insertBefore(root, after ?? null);
}

function count() {
  for (const kind of ["idea", "decision", "follow_up"]) {
    const all = [...state.entries.values(), ...waiting.values()].filter((entry) => entry.kind === kind);
    document.querySelector(`[data-count="${kind}"]`).textContent = all.filter((entry) => entry.state !== "dropped").length;
    show(document.querySelector(`[data-none="${kind}"]`), all.length === 0);
  }
  document.querySelector('[data-count="here"]').textContent = [...state.people.values()].filter((person) => person.here).length;
}

function say(entry) {
  if (entry.author_id === start.user) return;
  document.getElementById("workshop-news").textContent = start.words[`new_${entry.kind}`].replace("{text}", entry.text);
}

function receive(change) {
  if (change.state && change.state !== state.state) { location.reload(); return; } // what one may do is another page now
  for (const entry of change.entries ?? []) {
    const isNew = !state.entries.has(entry.id);
    state.entries.set(entry.id, entry);
    if (waiting.delete(entry.token)) document.getElementById(`entry-${entry.token}`)?.remove();
    place(entry, isNew);
    if (isNew && !change.replace) say(entry);
  }
  for (const person of change.people ?? []) {
    state.people.set(person.id, person);
    placePerson(person);
  }
  count();
}

const line = connect({
  join: "join_workshop", topic: { slug: start.slug, number: start.number }, version: start.version, consecutive: true,
  onJoined: () => sendWaiting(),
  onRefused: (error) => toast(error.message, "stop"),
});
line.subscribe("workshop", receive);

const here = { slug: start.slug, number: start.number };

async function sendWaiting() {
  for (const entry of [...waiting.values()]) await send(entry);
}

async function send(entry) {
  if (entry.busy) return;
  entry.busy = true;
  try {
    const answer = await line.ask("workshop_add", { ...here, ...entry.message });
    if (answer?.error) {
      waiting.delete(entry.token);
      document.getElementById(`entry-${entry.token}`)?.remove();
      giveBack(entry, answer.error.message);
      count();
    }
  } catch {
    setTimeout(() => { if (line.socket.connected && waiting.has(entry.token)) send(entry); }, retryMilliseconds);
  } finally {
    entry.busy = false;
  }
}

const composer = document.getElementById("composer");

// A refused entry goes back into the form, unless the next one is being written there.
function giveBack(entry, message) {
  document.getElementById("composer-said").textContent = message;
  if (composer.elements.text.value.trim()) return;
  composer.elements.kind.value = entry.kind;
  composer.elements.text.value = entry.text;
  composer.elements.text.focus();
}

function token() { return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join(""); }

function add() {
  const fields = composer.elements;
  const message = {
    kind: fields.kind.value, text: fields.text.value.trim(), token: token(), group: fields.group?.value ?? "",
    source: fields.source.value, owner: fields.owner.value.trim(), due: fields.due.value,
  };
  document.getElementById("composer-said").textContent = "";
  const missing = ["text", ...(message.kind === "follow_up" ? ["owner", "due"] : [])].find((name) => !message[name]);
  if (missing) { fields[missing].focus(); fields[missing].setAttribute("aria-invalid", "true"); return; }
  for (const name of ["text", "owner", "due"]) fields[name].removeAttribute("aria-invalid");
  const followUp = message.kind === "follow_up";
  const entry = {
    id: message.token, token: message.token, kind: message.kind, text: message.text, state: "open", sending: true, message,
    group: message.group, owner: followUp ? message.owner : "", due: message.due, author: "", author_id: start.user, votes: 0,
  };
  waiting.set(entry.token, entry);
  place(entry, true);
  count();
  fields.text.value = fields.source.value = "";
  fields.text.focus();
  if (line.socket.connected) send(entry);
}

composer?.addEventListener("submit", (event) => { event.preventDefault(); add(); });
composer?.elements.text.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); add(); }
});

document.getElementById("workshop").addEventListener("submit", async (event) => {
  const form = event.target.closest("[data-act]");
  if (!form || !line.socket.connected) return; // without the line the form goes its own way
  event.preventDefault();
  const entry = Number(form.closest(".entry").id.replace("entry-", ""));
  const act = form.dataset.act;
  const isVote = act === "support" || act === "withdraw";
  if (isVote) state.votes[act === "support" ? "add" : "delete"](entry);
  try {
    const answer = isVote
      ? await line.ask("workshop_vote", { ...here, entry, on: act === "support" })
      : await line.ask("workshop_set", { ...here, entry, state: act });
    if (answer?.error) toast(answer.error.message, "stop");
  } catch {
    form.submit();
  }
});

document.getElementById("workshop").addEventListener("click", (event) => {
  const button = event.target.closest("[data-promote]");
  if (!button || !composer) return;
  const entry = state.entries.get(Number(button.closest(".entry").id.replace("entry-", "")));
  composer.elements.kind.value = button.dataset.promote;
  composer.elements.text.value = entry.text;
  composer.elements.source.value = entry.id;
  composer.scrollIntoView({ block: "center" });
  composer.elements[button.dataset.promote === "follow_up" ? "owner" : "text"].focus();
});

const choice = document.getElementById("group-choice");
choice?.addEventListener("submit", async (event) => {
  if (!line.socket.connected) return;
  event.preventDefault();
  try {
    const answer = await line.ask("workshop_group", { ...here, group: choice.elements["my-group"].value });
    if (answer?.error) toast(answer.error.message, "stop");
  } catch {
    choice.submit();
  }
});

for (const entry of state.entries.values()) place(entry, false);
count();
