// Small comforts for forms; every form works without them.

// A drop zone is a file input with room around it.
function wireUpload(zone) {
  const input = zone.querySelector('input[type="file"]');
  for (const kind of ["dragenter", "dragover"]) {
    zone.addEventListener(kind, (event) => { event.preventDefault(); zone.classList.add("is-over"); });
  }
  for (const kind of ["dragleave", "drop"]) zone.addEventListener(kind, () => zone.classList.remove("is-over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length === 0) return;
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

// Characters left, said at the field that has a maxlength and a [data-left] place.
function wireCounter(field) {
  const place = document.getElementById(field.dataset.counter);
  if (!place) return;
  const show = () => { place.textContent = `${field.value.length} / ${field.maxLength}`; };
  field.addEventListener("input", show);
  show();
}

function wireSelectAll(box) {
  const boxes = () => box.closest("table").querySelectorAll('tbody input[type="checkbox"]');
  box.addEventListener("change", () => boxes().forEach((other) => { other.checked = box.checked; }));
}

// A second press of a submit button would send twice.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent !== undefined && !event.defaultPrevented) { event.preventDefault(); return; }
  if (form.method === "post" && !form.matches("[hx-post], [hx-put], [hx-patch], [hx-delete]")) {
    form.dataset.sent = "";
    setTimeout(() => { delete form.dataset.sent; }, 4000);
  }
});

// A form marked data-unsaved asks before it is left with something that nobody kept.
for (const kind of ["input", "change"]) {
  document.addEventListener(kind, (event) => {
    const form = event.target.closest("form[data-unsaved]");
    if (form) form.dataset.unsaved = "yes";
  });
}
window.addEventListener("beforeunload", (event) => {
  if (document.querySelector('form[data-unsaved="yes"]:not([data-sent])')) event.preventDefault();
});

// Filters marked data-auto apply when a choice changes.
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-auto]");
  if (form && event.target.matches('select, input[type="checkbox"], input[type="radio"]')) form.requestSubmit();
});

export function enhance(root) {
  root.querySelectorAll("[data-upload]").forEach(wireUpload);
  root.querySelectorAll("[data-counter]").forEach(wireCounter);
  root.querySelectorAll("[data-select-all]").forEach(wireSelectAll);
}
