// One Socket.IO connection per page, shared by all who listen.
//
//   const line = connect({ namespace: "/agenda", join: "join", topic: { event: "demo" }, version: 41 });
//   line.subscribe("agenda:changed", (message) => …);
//
// Messages carry a rising whole number `version`. Those already seen are dropped, so nothing is applied twice.
// On every (re)connection the join event goes out with {…topic, since: last version}; the answer may hold
// {version, missed: [{event, …}]}, which is applied in order before anything newer.
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
  constructor({ namespace = "/", join = "join", topic = {}, version = 0, onRefused = null }) {
    this.version = version;
    this.join = join;
    this.topic = topic;
    this.onRefused = onRefused;
    this.handlers = new Map();
    this.held = null;
    this.socket = io(namespace, { transports: ["websocket"], reconnectionDelay: 500, reconnectionDelayMax: 5000, randomizationFactor: 0.5 });
    this.socket.on("connect", () => this.#joined());
    this.socket.on("disconnect", () => this.#lost());
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
    try {
      const answer = await this.ask(this.join, { ...this.topic, since: this.version });
      if (answer?.error) { show("offline"); this.held = null; this.onRefused?.(answer); return; }
      const waiting = this.held;
      this.held = null;
      for (const message of answer?.missed ?? []) this.#apply(message.event, message);
      if (Number.isInteger(answer?.version)) this.version = Math.max(this.version, answer.version);
      for (const [event, message] of waiting) this.#apply(event, message);
      show("live");
    } catch {
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

  #apply(event, message) {
    if (Number.isInteger(message?.version)) {
      if (message.version <= this.version) return;
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
