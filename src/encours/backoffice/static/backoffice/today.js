// After an action the desk comes back whole: the chosen line gets the focus, the menu its new count, and on a
// telephone the detail stays in front of the list.
let open = false;

document.addEventListener("htmx:before:swap", () => {
  open = Boolean(document.querySelector(".desk[data-open]"));
});

document.addEventListener("htmx:after:swap", (event) => {
  const desk = document.querySelector("#desk > .desk");
  const count = desk ? Number(desk.dataset.waiting) : 0;
  for (const place of document.querySelectorAll('a[data-go="t"] .count, .bottom a[aria-current] .count')) {
    place.textContent = count.toLocaleString(document.documentElement.lang);
    place.hidden = !count;
  }
  if (!desk) return;
  if (open) desk.setAttribute("data-open", "");
  const shown = desk.querySelector("#detail [data-shown]")?.dataset.shown;
  const row = desk.querySelector(".work-row[aria-current]");
  // A dialog that leaves with the swap gives the focus back a moment later.
  requestAnimationFrame(() => {
    if (shown && document.activeElement === document.body) row?.focus({ preventScroll: true });
  });
  if (event.target.id === "desk") row?.scrollIntoView({ block: "nearest" });
});
