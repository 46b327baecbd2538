// table[data-select]: the box of the head chooses every row; [data-bulk] shows when something is chosen, and
// [data-bulk-count] says how many. Shift and click choose a range.
let last = null;

function boxes(table) {
  return [...table.querySelectorAll("tbody input[type=checkbox]")];
}

function refresh(table) {
  const all = boxes(table);
  const chosen = all.filter((box) => box.checked).length;
  const head = table.querySelector("thead input[type=checkbox]");
  if (head) {
    head.checked = chosen > 0 && chosen === all.length;
    head.indeterminate = chosen > 0 && chosen < all.length;
  }
  const bulk = document.querySelector(table.dataset.select || "[data-bulk]");
  if (!bulk) return;
  bulk.hidden = chosen === 0;
  for (const place of bulk.querySelectorAll("[data-bulk-count]")) {
    place.textContent = chosen.toLocaleString(document.documentElement.lang);
  }
}

document.addEventListener("click", (event) => {
  const box = event.target;
  const table = box.closest?.("table[data-select]");
  if (!table || box.type !== "checkbox") return;
  if (box.closest("thead")) {
    for (const other of boxes(table)) other.checked = box.checked;
  } else if (event.shiftKey && last) {
    const all = boxes(table);
    const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
    if (from >= 0) for (const other of all.slice(from, to + 1)) other.checked = box.checked;
  }
  last = box;
  refresh(table);
});

document.addEventListener("htmx:after:swap", () => {
  for (const table of document.querySelectorAll("table[data-select]")) refresh(table);
});
