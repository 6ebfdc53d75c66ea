// Translated words for scripts, rendered by base.html into a JSON block.
function read(id) {
  const block = document.getElementById(id);
  return block ? JSON.parse(block.textContent) : {};
}
const words = read("words");
const libraries = read("libraries");

/** The word for a key with {name} places filled; the key itself when there is none. */
export function word(key, values = {}) {
  return (words[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}
/** The address of a front-end library; it carries the version, so it cannot stand in an import. */
export function library(name) { return libraries[name]; }
export const language = document.documentElement.lang || undefined;
