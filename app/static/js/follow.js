// Pages that show what is true now: they are fetched afresh when something changed, when the connection was lost in
// between, and when the clock passes the moment they name. What is marked data-follow is then replaced.
//
//   <main data-follow="event" data-slug="demo" data-redraw="2027-03-16T10:00:00Z" data-spread="3" id="…">
//
// `data-follow` is what to join: event or agenda. `data-spread` spreads the fetches of many viewers over so many seconds.
import { enhance } from "./enhance.js";
import { connect } from "./live.js";

const retrySeconds = 60;

class Follower {
  constructor(place) {
    this.place = place;
    this.waiting = null;
    const topic = place.dataset.follow;
    this.line = connect({
      join: `join_${topic}`,
      topic: { slug: place.dataset.slug },
      version: Number(place.dataset.version ?? 0),
      onJoined: (answer, again) => { if (again || this.isBehind(answer)) this.soon(); },
    });
    for (const name of topic === "event" ? ["programme", "timetable"] : ["agenda"]) this.line.subscribe(name, () => this.soon());
    this.wakeAtNextMoment();
  }

  isBehind(answer) {
    const { revision } = this.place.dataset;
    return revision !== undefined && Number.isInteger(answer?.revision) && answer.revision > Number(revision);
  }

  /** Fetches within the spread; more news in the meantime needs no second fetch. */
  soon() {
    this.waiting ??= setTimeout(() => this.fetch(), Math.random() * 1000 * Number(this.place.dataset.spread ?? 0));
  }

  wakeAtNextMoment() {
    clearTimeout(this.alarm);
    const { redraw, now } = this.place.dataset;
    if (!redraw || !now) return;
    this.ahead ??= Date.parse(now) - Date.now(); // the server's clock counts, not the device's
    const milliseconds = Date.parse(redraw) - (Date.now() + this.ahead);
    this.alarm = setTimeout(() => this.fetch(), Math.min(Math.max(milliseconds + 200, 1000), 3600 * 1000));
  }

  async fetch() {
    clearTimeout(this.waiting);
    this.waiting = null;
    if (document.querySelector("dialog[open]")) { this.again(5); return; } // never pull a form away from under somebody
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(this.place.id);
      if (!fresh) throw new Error("gone");
      for (const name of ["now", "redraw", "revision", "version"]) if (fresh.dataset[name] !== undefined) this.place.dataset[name] = fresh.dataset[name];
      delete this.ahead;
      this.place.replaceChildren(...fresh.childNodes);
      enhance(this.place);
      this.wakeAtNextMoment();
    } catch {
      this.again(retrySeconds);
    }
  }

  again(seconds) { this.waiting ??= setTimeout(() => this.fetch(), seconds * 1000); }
}

const place = document.querySelector("[data-follow]");
if (place) new Follower(place);
