// Event time stands in the page already. This adds the viewer's own time where it differs, counts down, and runs clocks.
import { language, word } from "./words.js";

const ownZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

function clock(date, zone, withDay) {
  const options = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone };
  if (withDay) options.weekday = "short";
  return new Intl.DateTimeFormat(language, options).format(date);
}

function wall(date, zone) {
  return new Intl.DateTimeFormat("en-CA", {
    timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
  }).format(date);
}

function addOwnTime(element) {
  if (element.dataset.seen !== undefined) return;
  element.dataset.seen = "";
  const date = new Date(element.dateTime);
  const zone = element.dataset.eventZone;
  if (!zone || Number.isNaN(date.getTime())) return;
  const here = wall(date, ownZone);
  const there = wall(date, zone);
  if (here === there) return;
  const otherDay = here.slice(0, 10) !== there.slice(0, 10);
  const own = document.createElement("span");
  own.className = "time-own";
  own.textContent = word(element.dataset.own === "short" ? "your_time_short" : "your_time", { time: clock(date, ownZone, otherDay) });
  own.title = ownZone;
  const place = element.closest("[data-own-after]") ?? element;
  place.after(own);
}

/** "in 6 min", "now", "12 min ago": whole minutes; from two hours on whole hours, from two days on days. */
export function distance(milliseconds) {
  const minutes = Math.round(milliseconds / 60000);
  const format = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" });
  if (minutes === 0) return word("now");
  if (Math.abs(minutes) < 120) return format.format(minutes, "minute");
  if (Math.abs(minutes) < 2880) return format.format(Math.round(minutes / 60), "hour");
  return format.format(Math.round(minutes / 1440), "day");
}

function tick(root = document) {
  const now = Date.now();
  for (const element of root.querySelectorAll("[data-until]")) {
    const text = distance(new Date(element.dataset.until).getTime() - now);
    if (element.textContent !== text) element.textContent = text;
  }
  for (const element of root.querySelectorAll("[data-clock]")) {
    const text = clock(new Date(), element.dataset.clock || undefined, false);
    if (element.textContent !== text) element.textContent = text;
  }
}

export function enhance(root) {
  root.querySelectorAll("time[data-event-zone]").forEach(addOwnTime);
  tick(root);
}

// Five seconds keep a clock on the wall honest without waking a phone often.
setInterval(() => { if (!document.hidden) tick(); }, 5000);
document.addEventListener("visibilitychange", () => { if (!document.hidden) tick(); });
