/* Marking words in a document fills the form for a comment with the part and the passage. */

const form = document.getElementById("comment-form");

function chosen() {
  const selection = document.getSelection();
  const text = selection ? selection.toString().replace(/\s+/g, " ").trim() : "";
  const node = selection && selection.anchorNode;
  const passage = node && (node.nodeType === 1 ? node : node.parentElement).closest("[data-passage]");
  return passage && text.length > 2 ? { part: passage.dataset.passage, text: text.slice(0, 500) } : null;
}

document.addEventListener("selectionchange", () => {
  const found = form && chosen();
  if (!found || form.contains(document.activeElement)) return;
  form.elements.namedItem("field").value = found.part;
  form.elements.namedItem("quote").value = found.text;
});
