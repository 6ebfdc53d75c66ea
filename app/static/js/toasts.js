// Notes at the edge of the page. The region is role=status and stands in the page from the start, so it is read out.
const staySeconds = 6;

function dismiss(note) { note.remove(); }

function arm(note) {
  note.querySelector("[data-dismiss]")?.addEventListener("click", () => dismiss(note));
  if (note.dataset.stay !== undefined) return;
  let timer;
  const start = () => { timer = setTimeout(() => dismiss(note), staySeconds * 1000); };
  const stop = () => clearTimeout(timer);
  note.addEventListener("mouseenter", stop);
  note.addEventListener("mouseleave", start);
  note.addEventListener("focusin", stop);
  note.addEventListener("focusout", start);
  start();
}

/** Shows a note. kind: ok, info, wait, stop; a "stop" stays until dismissed. */
export function toast(text, kind = "info") {
  const region = document.querySelector("[data-toasts]");
  const template = document.getElementById(`toast-${kind}`);
  if (!region || !template) return;
  const note = template.content.firstElementChild.cloneNode(true);
  note.querySelector("[data-text]").textContent = text;
  region.append(note);
  arm(note);
}

export function enhance(root) { root.querySelectorAll(".toast-note:not([data-armed])").forEach((note) => { note.dataset.armed = ""; arm(note); }); }

// A server answer may carry HX-Trigger: {"toast": {"text": "…", "kind": "ok"}}.
document.addEventListener("toast", (event) => toast(event.detail.text ?? event.detail.value, event.detail.kind));
document.addEventListener("htmx:sendError", () => toast(document.querySelector("[data-toasts]")?.dataset.offline ?? "", "stop"));
