// The bar of what to do with several tasks shows as soon as one is ticked.
document.addEventListener("change", (event) => {
  const form = event.target.closest("[data-agenda]");
  const bar = form?.querySelector("[data-agenda-bar]");
  if (!bar) return;
  const count = form.querySelectorAll("[name=task]:checked").length;
  bar.hidden = !count;
  bar.querySelector("[data-agenda-count]").textContent = count.toLocaleString(document.documentElement.lang);
});
