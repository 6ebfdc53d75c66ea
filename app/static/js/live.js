// One Socket.IO connection per page, shared by all who listen.
//
//   const line = connect({ join: "join_agenda", topic: { slug: "demo" }, version: 41, consecutive: true });
//   line.subscribe("agenda", (message) => …);
//
// Joins: join_agenda (one's own agenda and requests), join_event (programme, venue screen), join_organisers (staff).
// Messages may carry a rising whole number `version`. Those already seen are dropped, so nothing is applied twice.
// On every (re)connection the join event goes out with {…topic, since: last version}; the answer may hold
// {version, missed: [{event, …}]}, which is applied in order before anything newer. With `consecutive` a version that
// jumps is a sign of a lost message: the join is asked again and brings what is missing.
// `onJoined(answer, again)` runs after each join; `again` is true after a lost connection.
import { library, word } from "./words.js";

const { io } = await import(library("socket.io"));

const graceMilliseconds = 8000;

function show(state) {
  for (const place of document.querySelectorAll("[data-connection]")) {
    place.dataset.state = state;
    const text = place.querySelector("[data-connection-word]");
    if (text) text.textContent = word(`connection_${state}`);
  }
  document.dispatchEvent(new CustomEvent("connectionchange", { detail: { state } }));
}

export class Live {
  constructor({ namespace = "/", join = "join_agenda", topic = {}, version = 0, consecutive = false, onJoined = null, onRefused = null }) {
    this.version = version;
    this.join = join;
    this.topic = topic;
    this.consecutive = consecutive;
    this.onJoined = onJoined;
    this.onRefused = onRefused;
    this.turn = 0;
    this.joins = 0;
    this.handlers = new Map();
    this.held = null;
    this.socket = io(namespace, { transports: ["websocket"], reconnectionDelay: 500, reconnectionDelayMax: 5000, randomizationFactor: 0.5 });
    this.socket.on("connect", () => this.#joined());
    this.socket.on("disconnect", (reason) => {
      // Only an ended session is cut off by the server itself: what stands here is no longer for these eyes.
      if (reason === "io server disconnect") location.reload();
      this.#lost();
    });
    this.socket.on("connect_error", () => this.#lost());
    this.socket.onAny((event, message) => this.#receive(event, message));
  }

  /** Calls handler(message) for every message of that event; returns the function that ends it. */
  subscribe(event, handler) {
    if (!this.handlers.has(event)) this.handlers.set(event, new Set());
    this.handlers.get(event).add(handler);
    return () => this.handlers.get(event).delete(handler);
  }

  /** Sends an event and resolves with the server's answer; rejects after five seconds. */
  ask(event, message) { return this.socket.timeout(5000).emitWithAck(event, message); }

  close() { this.socket.close(); }

  async #joined() {
    clearTimeout(this.timer);
    this.timer = null;
    this.held = [];
    const turn = ++this.turn;
    try {
      const answer = await this.ask(this.join, { ...this.topic, since: this.version });
      if (turn !== this.turn) return; // the connection was lost meanwhile and a newer join is under way
      if (answer?.error) { show("offline"); this.held = null; this.onRefused?.(answer.error); return; }
      const waiting = this.held;
      this.held = null;
      for (const message of answer?.missed ?? []) this.#apply(message.event, message, true);
      if (Number.isInteger(answer?.version)) this.version = Math.max(this.version, answer.version);
      for (const [event, message] of waiting) this.#apply(event, message);
      show("live");
      this.joins += 1;
      this.onJoined?.(answer, this.joins > 1);
    } catch {
      if (turn !== this.turn) return;
      this.held = null;
      this.socket.disconnect().connect();
    }
  }

  #lost() {
    show(navigator.onLine ? "reconnecting" : "offline");
    this.timer ??= setTimeout(() => { if (!this.socket.connected) show("offline"); }, graceMilliseconds);
  }

  // What arrives while the catch-up answer is on its way waits for it, or it would be applied out of order.
  #receive(event, message) {
    if (this.held) this.held.push([event, message]);
    else this.#apply(event, message);
  }

  #apply(event, message, caughtUp = false) {
    if (this.held) { this.held.push([event, message]); return; }
    if (Number.isInteger(message?.version)) {
      if (message.version <= this.version) return;
      if (this.consecutive && !caughtUp && !message.replace && message.version > this.version + 1) { this.#joined(); return; }
      this.version = message.version;
    }
    for (const handler of this.handlers.get(event) ?? []) handler(message);
  }
}

let line = null;

/** The page's connection; the first caller's options count. */
export function connect(options = {}) {
  line ??= new Live(options);
  return line;
}
