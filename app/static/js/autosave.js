// Saves a form a moment after somebody stopped typing. The buttons work as before; this only loses less.
// The server answers with the next revision, with what cannot be taken yet, or with what another window saved meanwhile.

const PAUSE = 1200;
const AGAIN = 8000;

function start(form) {
  const status = form.querySelector("[data-autosave-status]");
  const meanwhile = form.querySelector("[data-meanwhile]");
  let timer = 0;
  let running = false;
  let dirty = false;
  let waiting = null;
  let held = !meanwhile.hidden;

  const say = (text, kind) => {
    if (status.textContent !== text) status.textContent = text;
    status.dataset.kind = kind;
  };
  const time = () => new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" }).format(new Date());
  const later = (pause) => { clearTimeout(timer); timer = setTimeout(save, pause); };
  const mark = (value) => {
    const field = form.elements.namedItem("revision") || form.elements.namedItem("was");
    if (field) field.value = value;
  };

  async function save() {
    clearTimeout(timer);
    if (!dirty || held) return;
    if (running) { later(PAUSE); return; }
    running = true;
    dirty = false;
    const body = new FormData(form);
    body.set("auto", "1");
    try {
      const answer = await fetch(form.action, {
        method: "POST", body: new URLSearchParams(body), headers: { Accept: "application/json" }, keepalive: true,
      });
      await react(answer);
    } catch {
      dirty = true;
      say(form.dataset.offline, "wait");
      later(AGAIN);
    } finally {
      running = false;
      if (waiting) form.requestSubmit(waiting);
    }
  }

  async function react(answer) {
    const told = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : {};
    if (answer.ok && told.faults) {
      dirty = true;
      say(form.dataset.wrong.replace("{why}", told.faults[0].message), "wait");
    } else if (answer.ok) {
      mark(told.revision);
      if (told.address && told.address !== location.pathname) {
        history.replaceState(null, "", told.address);
        form.action = told.address;
      }
      if (!dirty) say(form.dataset.saved.replace("{time}", time()), "ok");
    } else if (answer.status === 409 && told.theirs) {
      dirty = true;
      hold(told);
    } else {
      dirty = true;
      say(form.dataset.wrong.replace("{why}", told.detail || String(answer.status)), "wait");
    }
  }

  // Nothing is sent any more until the person has chosen.
  function hold(told) {
    held = true;
    mark(told.revision);
    meanwhile.querySelector("[data-theirs]").replaceChildren(...told.theirs.flatMap(({ label, value }) => {
      const name = document.createElement("dt");
      const text = document.createElement("dd");
      name.textContent = label;
      text.textContent = value;
      text.className = "pre-line";
      return [name, text];
    }));
    meanwhile.hidden = false;
    say(told.message, "wait");
  }

  const changed = (pause) => {
    dirty = true;
    if (status.dataset.kind === "ok") say("", ""); // what is said is true of what stands there
    later(pause);
  };
  form.addEventListener("input", () => changed(PAUSE));
  form.addEventListener("change", () => changed(PAUSE / 4));
  form.querySelector("[data-keep-mine]").addEventListener("click", (event) => {
    event.preventDefault();
    held = false;
    meanwhile.hidden = true;
    dirty = true;
    save();
  });
  // A button that is pressed during a save waits for it: it has to carry the revision that the save brings.
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    if (running) {
      event.preventDefault();
      event.stopImmediatePropagation();
      waiting = event.submitter;
      return;
    }
    waiting = null;
    held = true;
    dirty = false;
  });
  // A phone may never come back to a page that was put aside.
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") save(); });
  addEventListener("online", () => later(0));
}

document.querySelectorAll("form[data-autosave]").forEach(start);
