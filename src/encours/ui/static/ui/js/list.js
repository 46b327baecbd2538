// [data-list]: the rows are links; one carries aria-current. j and k (or the arrows) move it, and a row with
// hx-get loads its detail. On a narrow screen the detail covers the list, and [data-list-back] uncovers it.
const NARROW = window.matchMedia("(max-width: 820px)");

function rows(list) {
  return [...list.querySelectorAll("a[data-row]")];
}

function mark(list, row) {
  for (const other of rows(list)) other.removeAttribute("aria-current");
  row.setAttribute("aria-current", "true");
  row.scrollIntoView({ block: "nearest" });
}

function move(list, step) {
  const all = rows(list);
  if (!all.length) return;
  const here = all.findIndex((row) => row.getAttribute("aria-current") === "true");
  const next = all[Math.min(all.length - 1, Math.max(0, here + step))];
  if (all[here] === next) return;
  mark(list, next);
  next.focus({ preventScroll: true });
  if (next.hasAttribute("hx-get")) next.click();
}

document.addEventListener("click", (event) => {
  const row = event.target.closest("[data-list] a[data-row]");
  if (row && !event.metaKey && !event.ctrlKey) {
    mark(row.closest("[data-list]"), row);
    if (event.isTrusted && row.hasAttribute("hx-get")) row.closest(".desk")?.setAttribute("data-open", "");
  }
  const back = event.target.closest("[data-list-back]");
  if (back) {
    event.preventDefault();
    back.closest(".desk")?.removeAttribute("data-open");
  }
});

document.addEventListener("keydown", (event) => {
  if (event.metaKey || event.ctrlKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const list = document.querySelector("[data-list]");
  if (!list) return;
  const inside = list.contains(event.target) || event.target === document.body;
  if (event.key === "j" || (event.key === "ArrowDown" && inside)) move(list, 1);
  else if (event.key === "k" || (event.key === "ArrowUp" && inside)) move(list, -1);
  else if (event.key === "Escape" && NARROW.matches) document.querySelector(".desk[data-open]")?.removeAttribute("data-open");
  else return;
  event.preventDefault();
});
