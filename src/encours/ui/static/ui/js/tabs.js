// Tabs that are wider than the screen begin with the chosen one in sight.
for (const chosen of document.querySelectorAll(".tabs > [aria-current]")) {
  const tabs = chosen.parentElement;
  tabs.scrollLeft = chosen.offsetLeft - tabs.offsetLeft - (tabs.clientWidth - chosen.offsetWidth) / 2;
}
