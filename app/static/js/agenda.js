// A participant's agenda, kept true: changes come by version over the socket, now and next follow the clock.
import { enhance } from "./enhance.js";
import { connect } from "./live.js";
import { toast } from "./toasts.js";
import { language } from "./words.js";

const engaged = new Set(["meeting", "session"]);
const freshMilliseconds = 24 * 3600 * 1000;

/** The state {version, published, items by id} after a change. An older change does nothing, a `replace` starts afresh. */
export function apply(state, change) {
  if (change.version <= state.version) return state;
  const items = new Map(change.replace ? [] : state.items);
  for (const id of change.removed) items.delete(id);
  for (const item of change.changed) items.set(item.id, item);
  return { version: change.version, published: change.published, items };
}

/** Items by start; where two start together, by id. */
export function inOrder(items) {
  const key = (item) => Date.parse(item.starts_at);
  return [...items].sort((a, b) => key(a) - key(b) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}

/** What runs at `now` (a meeting before a session) and what comes after it. */
export function nowAndNext(items, now) {
  const busy = items.filter((item) => engaged.has(item.kind) && !item.cancelled);
  const rank = (item) => (item.kind === "meeting" ? 0 : 2) + (item.mine === false ? 1 : 0);
  const running = busy.filter((item) => Date.parse(item.starts_at) <= now && now < Date.parse(item.ends_at));
  running.sort((a, b) => rank(a) - rank(b) || Date.parse(a.starts_at) - Date.parse(b.starts_at));
  return [running[0] ?? null, busy.find((item) => Date.parse(item.starts_at) > now) ?? null];
}

class Page {
  constructor(start) {
    this.start = start;
    this.state = { version: start.version, published: start.published, items: new Map(start.items.map((i) => [i.id, i])) };
    this.ahead = Date.parse(start.now) - Date.now(); // the server's clock counts, not the device's
    this.drawn = null;
  }

  get now() { return Date.now() + this.ahead; }

  receive(change) {
    const before = this.state;
    this.state = apply(before, change);
    if (this.state === before) return;
    this.draw();
    this.tell(before, change);
  }

  tell(before, change) {
    const { words } = this.start;
    if (!before.published && change.published) return toast(words.published, "ok");
    const differs = (item) => JSON.stringify(before.items.get(item.id)) !== JSON.stringify(item);
    const meetings = change.changed.filter((item) => item.kind === "meeting" && differs(item));
    if (change.replace && !change.changed.some(differs)) return undefined;
    if (meetings.length !== 1) return toast(words.changed_one, "info");
    const [item] = meetings;
    const old = before.items.get(item.id);
    const kind = item.cancelled ? "cancelled" : old && !old.cancelled ? "moved" : "new";
    return toast(words[kind].replace("{title}", item.title), item.cancelled ? "wait" : "info");
  }

  /** Redraws when anything looks different from what stands there. */
  draw() {
    const items = inOrder(this.state.items.values());
    const { published } = this.state;
    const shown = items.filter((item) => (published || !["free", "away"].includes(item.kind)) && this.isShown(item));
    const [current, following] = nowAndNext(items, this.now);
    const look = JSON.stringify([this.state.version, published, current?.id, following?.id, shown.map((i) => [i.id, this.isPast(i), this.isNow(i), this.lookOf(i)])]);
    if (look === this.drawn) return;
    const first = this.drawn === null;
    this.drawn = look;
    if (first) return; // the server has just drawn exactly this
    this.keepingFocus(() => this.replaceAll(items, shown, current, following, published));
  }

  replaceAll(items, shown, current, following, published) {
    const part = (id) => document.getElementById(id);
    part("agenda-top").hidden = !published;
    part("agenda-waiting").hidden = published;
    part("agenda-none").hidden = !published || items.some((item) => item.kind === "meeting" && !item.cancelled);
    part("agenda-now").replaceChildren(current ? this.nowCard(current) : this.calmCard(following));
    part("agenda-next").hidden = !following;
    part("agenda-next").replaceChildren(...(following ? [this.nextCard(following)] : []));
    part("agenda-days").replaceChildren(...this.days(shown));
    enhance(part("agenda"));
  }

  keepingFocus(draw) {
    const holder = document.activeElement?.closest?.("#agenda [id]");
    draw();
    if (holder && !holder.isConnected) document.getElementById(holder.id)?.querySelector("a, button")?.focus();
  }

  days(items) {
    const sections = new Map();
    for (const item of items) {
      const key = this.dayOf(item);
      if (!sections.has(key)) sections.set(key, []);
      const rows = sections.get(key);
      const last = rows.at(-1);
      if (item.kind === "free" && last?.kind === "free") rows[rows.length - 1] = { ...last, ends_at: item.ends_at };
      else rows.push(item);
    }
    return [...sections].map(([key, rows]) => {
      const section = document.createElement("section");
      section.setAttribute("aria-labelledby", `day-${key}`);
      section.append(clone("part-day"));
      const heading = section.querySelector("h2");
      heading.id = `day-${key}`;
      heading.textContent = this.dayName(rows[0].starts_at);
      section.querySelector("ol").append(...rows.map((item) => this.row(item)));
      return section;
    });
  }

  row(item) {
    const look = this.lookOf(item);
    const root = clone(`item-${item.kind}${look ? `-${look}` : ""}`).firstElementChild;
    root.classList.toggle("is-past", this.isPast(item));
    root.classList.toggle("is-now", this.isNow(item));
    if (this.isNow(item)) root.setAttribute("aria-current", "time");
    this.time(root.querySelectorAll("time")[0], item.starts_at);
    this.time(root.querySelectorAll("time")[1], item.ends_at);
    const article = root.querySelector("article");
    if (!article) {
      const text = item.title || this.start.words[item.kind];
      root.querySelector("[data-part=text]").textContent = text;
      return root;
    }
    article.id = item.id;
    this.link(article.querySelector(".meeting__who a"), item);
    this.text(article, ".meeting__org", this.lineOf(item));
    this.place(article.querySelector(".meeting__place"), item);
    this.text(article, ".meeting__why", item.why, "span");
    this.text(article, "[data-part=note]", this.note(item, look));
    this.online(article, item.cancelled ? "" : item.link);
    const foot = article.querySelector(".meeting__foot");
    if (foot && !foot.firstElementChild) foot.remove();
    return root;
  }

  nowCard(item) {
    const card = clone("part-now").firstElementChild;
    const [starts, ends] = card.querySelectorAll("time");
    this.time(starts, item.starts_at);
    this.time(ends, item.ends_at);
    card.querySelector(".now__place span").textContent = item.place ?? "";
    this.text(card, ".now__zone", item.place_note);
    this.link(card.querySelector(".now__who a"), item);
    this.text(card, ".now__org", this.lineOf(item));
    this.text(card, ".now__why", item.why);
    this.online(card, item.link);
    card.querySelector("[data-part=details]").href = this.address(item);
    return card;
  }

  nextCard(item) {
    const card = clone("part-next").firstElementChild;
    card.href = this.address(item);
    card.querySelector("[data-until]").dataset.until = item.starts_at;
    this.time(card.querySelector("time"), item.starts_at);
    const who = card.querySelector(".next__who");
    who.firstChild.textContent = item.title;
    const line = this.lineOf(item);
    if (line) who.querySelector(".next__org").textContent = line;
    else who.replaceChildren(item.title);
    this.place(card.querySelector(".next__place"), item);
    return card;
  }

  calmCard(following) {
    const card = clone("part-calm").firstElementChild;
    card.querySelector(".now__who").textContent = following ? this.start.words.nothing_now : this.start.words.all_done;
    return card;
  }

  lineOf(item) {
    const helper = item.interpreter && this.start.words.interpreter.replace("{name}", item.interpreter);
    return [item.organisation, item.country, helper].filter(Boolean).join(" · ");
  }

  isPast(item) { return Date.parse(item.ends_at) <= this.now; }
  isNow(item) { return engaged.has(item.kind) && !item.cancelled && Date.parse(item.starts_at) <= this.now && !this.isPast(item); }
  isFresh(item) { return item.changed_at && this.now - Date.parse(item.changed_at) < freshMilliseconds; }
  isShown(item) { return !item.cancelled || this.isFresh(item); }

  lookOf(item) {
    if (item.cancelled) return "cancelled";
    return item.was_at && this.isFresh(item) ? "moved" : "";
  }

  note(item, look) {
    if (look === "cancelled") return item.reason;
    if (look !== "moved") {
      if (!item.was_until || !this.isFresh(item)) return "";
      return this.start.words.until.replace("{when}", this.clock(item.was_until));
    }
    const sameDay = this.dayOf({ starts_at: item.was_at }) === this.dayOf(item);
    const clock = this.clock(item.was_at);
    const when = sameDay ? clock : `${this.dayName(item.was_at)}, ${clock}`;
    return this.start.words.was.replace("{when}", when).replace("{place}", item.was_place || "?");
  }

  clock(when) {
    return this.format(when, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  }

  address(item) {
    if (item.kind === "meeting") return this.start.meeting_url.replace("ITEM", encodeURIComponent(item.code));
    return `${this.start.session_url}#${item.id}`;
  }

  dayName(when) { return this.start.days[this.dayOf({ starts_at: when })] ?? this.format(when, { weekday: "long", day: "numeric", month: "long" }); }
  dayOf(item) { return new Intl.DateTimeFormat("en-CA", { timeZone: this.start.zone }).format(new Date(item.starts_at)); }
  format(when, options) { return new Intl.DateTimeFormat(language, { ...options, timeZone: this.start.zone }).format(new Date(when)); }

  time(element, when) {
    element.dateTime = when;
    element.textContent = this.format(when, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  }

  link(anchor, item) {
    anchor.textContent = item.title;
    anchor.href = this.address(item);
  }

  place(element, item) {
    element.replaceChildren(item.place ?? "");
    if (!item.place_note) return;
    const small = document.createElement("small");
    small.textContent = item.place_note;
    element.append(small);
  }

  text(root, selector, value, inner) {
    const element = root.querySelector(selector);
    if (!element) return;
    if (!value) element.remove();
    else (inner ? element.querySelector(inner) : element).textContent = value;
  }

  online(root, link) {
    const anchor = root.querySelector("[data-part=link]");
    if (link) anchor.href = link;
    else anchor.remove();
  }
}

function clone(id) { return document.getElementById(id).content.cloneNode(true); }

let page = null;

/** The state that stands on this page. */
export function current() { return page?.state; }

function begin() {
  const block = document.getElementById("agenda-state");
  if (!block) return;
  page = new Page(JSON.parse(block.textContent));
  page.draw();
  setInterval(() => { if (!document.hidden) page.draw(); }, 5000);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) page.draw(); });
  const line = connect({ join: "join_agenda", topic: { slug: page.start.slug }, version: page.start.version, consecutive: true });
  line.subscribe("agenda", (change) => page.receive(change));
  for (const printer of document.querySelectorAll("[data-print]")) {
    printer.hidden = false;
    printer.addEventListener("click", () => window.print());
  }
  document.querySelector("[data-select-all]")?.addEventListener("focus", (event) => event.target.select());
}

begin();
