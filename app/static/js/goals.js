// The order of a run's goals: the buttons move a line at once and say where it stands. Without this script they send the form.

function mark(list) {
  const rows = [...list.children];
  rows.forEach((row, place) => {
    const [up, down] = row.querySelectorAll("button[name=move]");
    up.toggleAttribute("aria-disabled", false);
    down.toggleAttribute("aria-disabled", false);
    if (place === 0) up.setAttribute("aria-disabled", "true");
    if (place === rows.length - 1) down.setAttribute("aria-disabled", "true");
  });
}

function onClick(event) {
  const button = event.target.closest("button[name=move]");
  if (!button) return;
  event.preventDefault();
  const row = button.closest("li");
  const list = row.parentElement;
  const other = button.value.endsWith("up") ? row.previousElementSibling : row.nextElementSibling;
  if (!other) return;
  if (button.value.endsWith("up")) list.insertBefore(row, other);
  else list.insertBefore(other, row);
  mark(list);
  button.focus(); // moving the line took the focus away
  const place = [...list.children].indexOf(row) + 1;
  const words = { title: row.dataset.title, place, count: list.children.length };
  const holder = event.currentTarget;
  holder.querySelector("[data-goals-said]").textContent = holder.dataset.said.replace(/\{(\w+)\}/g, (_all, key) => words[key]);
}

document.querySelectorAll("[data-goals]").forEach((holder) => { holder.addEventListener("click", onClick); });
