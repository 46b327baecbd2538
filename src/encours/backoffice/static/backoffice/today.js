// After an action the desk comes back whole: the list stays where it was, the chosen line gets the focus, the menu
// its new count, and on a telephone the detail stays in front of the list.
let open = false;
let scrolled = 0;

document.addEventListener("htmx:before:swap", () => {
  open = Boolean(document.querySelector(".desk[data-open]"));
  scrolled = document.querySelector(".desk .work")?.scrollTop ?? 0;
});

document.addEventListener("htmx:after:swap", () => {
  const desk = document.querySelector("#desk > .desk");
  const count = Number(desk?.dataset.waiting ?? 0);
  for (const place of document.querySelectorAll('a[data-go="t"] .count, .bottom a[aria-current] .count')) {
    place.textContent = count.toLocaleString(document.documentElement.lang);
    place.hidden = !count;
  }
  if (!desk) return;
  if (open) desk.setAttribute("data-open", "");
  const list = desk.querySelector(".work");
  list.scrollTop = scrolled;
  const row = list.querySelector(".work-row[aria-current]");
  row?.scrollIntoView({ block: "nearest" });
  // A dialog that leaves with the swap gives the focus back a moment later.
  requestAnimationFrame(() => {
    if (document.activeElement === document.body) row?.focus({ preventScroll: true });
  });
});
