// Translated words for scripts, rendered by base.html into a JSON block.
const block = document.getElementById("words");
const words = block ? JSON.parse(block.textContent) : {};

/** The word for a key with {name} places filled; the key itself when there is none. */
export function word(key, values = {}) {
  return (words[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}
export const language = document.documentElement.lang || undefined;
