// Native <dialog>, opened by commandfor/command. Older browsers get the same behaviour from here.
const native = "command" in HTMLButtonElement.prototype;

function openDialog(dialog, opener) {
  if (dialog.open) return;
  dialog.showModal();
  dialog.addEventListener("close", () => opener?.focus?.(), { once: true });
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[commandfor]");
  if (button && !native) {
    const dialog = document.getElementById(button.getAttribute("commandfor"));
    const command = button.getAttribute("command");
    if (command === "show-modal") openDialog(dialog, button);
    if (command === "close" || command === "request-close") dialog?.close();
    return;
  }
  if (event.target instanceof HTMLDialogElement && event.target.matches(".dialog")) {
    const box = event.target.getBoundingClientRect();
    const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
    if (!inside) event.target.close();
  }
});

/** Shows the dialog of that id with content fetched by htmx into its [data-slot]; used for drawers. */
export function show(id, opener = document.activeElement) {
  const dialog = document.getElementById(id);
  if (dialog) openDialog(dialog, opener);
  return dialog;
}

// Content that htmx puts into a drawer opens it.
document.addEventListener("htmx:afterSwap", (event) => {
  const dialog = event.target.closest?.("dialog[data-open-on-swap]");
  if (dialog) openDialog(dialog, event.detail.requestConfig?.elt);
});
