// data-key="e" on a link, a button or a field: that key activates it. "enter" is the main answer of the page.
// data-go="t" on a link of the navigation: g then t goes there. "/" goes to [data-search]. "?" shows them all.
const SEQUENCE_MS = 1200;
const NAMES = { enter: "↵", escape: "Esc", "[": "[", "]": "]" };
let going = -Infinity;

const typing = (target) => target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
const usable = (element) => element.checkVisibility() && !element.disabled && element.getAttribute("aria-disabled") !== "true"
  && element.getAttribute("aria-busy") !== "true";

function find(key) {
  const dialog = document.querySelector("dialog[open]");
  const all = (dialog ?? document).querySelectorAll(`[data-key="${CSS.escape(key)}"]`);
  return [...all].find(usable);
}

function activate(element) {
  if (element.matches("input:not([type=checkbox], [type=radio], [type=submit]), textarea, select")) element.focus();
  else element.click();
}

function word(element) {
  if (element.dataset.keyLabel) return element.dataset.keyLabel;
  const copy = element.cloneNode(true);
  for (const extra of copy.querySelectorAll("kbd, svg, .count, .hidden")) extra.remove();
  return copy.textContent.trim() || element.getAttribute("aria-label") || "";
}

function entry(text, keys) {
  const line = document.createElement("div");
  line.dataset.found = "";
  const term = document.createElement("dt");
  term.textContent = text;
  const place = document.createElement("dd");
  for (const key of keys) {
    const cap = document.createElement("kbd");
    cap.textContent = NAMES[key] ?? key.toUpperCase();
    place.append(cap);
  }
  line.append(term, place);
  return line;
}

function list() {
  const dialog = document.querySelector("#keys");
  const place = dialog?.querySelector("[data-keys-list]");
  if (!place) return;
  for (const old of place.querySelectorAll("[data-found]")) old.remove();
  const seen = new Set();
  for (const element of document.querySelectorAll("[data-key]")) {
    const key = element.dataset.key;
    if (seen.has(key) || !usable(element)) continue;
    seen.add(key);
    place.append(entry(word(element), [key]));
  }
  for (const link of document.querySelectorAll("[data-go]")) place.append(entry(word(link), ["g", link.dataset.go]));
}

document.querySelector("#keys")?.addEventListener("toggle", list);

document.addEventListener("keydown", (event) => {
  if (event.metaKey || event.ctrlKey || event.altKey || event.repeat || event.isComposing) return;
  if (typing(event.target)) {
    if (event.key === "Escape" && event.target.matches("[data-search]")) event.target.blur();
    return;
  }
  const key = event.key.toLowerCase();
  const now = performance.now();

  if (now - going < SEQUENCE_MS) {
    going = -Infinity;
    const link = document.querySelector(`[data-go="${CSS.escape(key)}"]`);
    if (link) {
      event.preventDefault();
      link.click();
      return;
    }
  }
  if (key === "g" && !document.querySelector("dialog[open]")) {
    going = now;
    return;
  }
  if (key === "?") {
    const dialog = document.querySelector("#keys");
    if (dialog && !dialog.open) {
      list();
      dialog.showModal();
      event.preventDefault();
    }
    return;
  }
  if (key === "/") {
    const search = ["main [data-search]", "[data-search]"].flatMap((place) => [...document.querySelectorAll(place)]).find(usable);
    if (search) {
      event.preventDefault();
      search.focus();
      search.select?.();
    }
    return;
  }
  // Enter keeps its own meaning on whatever has the focus, except on a row of a list.
  if (key === "enter" && event.target.closest("a, button, summary, input, [tabindex]:not(main)")
    && !event.target.closest("a[data-row]")) return;
  const element = find(key);
  if (element) {
    event.preventDefault();
    activate(element);
  }
});
