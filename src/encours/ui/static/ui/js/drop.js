// .drop: shows that a file may be let go here, its name once chosen, and sends the form if [data-drop-send].
function zone(event) {
  return event.target.closest?.(".drop");
}

for (const name of ["dragenter", "dragover"]) {
  document.addEventListener(name, (event) => zone(event)?.setAttribute("data-over", ""));
}
for (const name of ["dragleave", "drop"]) {
  document.addEventListener(name, (event) => zone(event)?.removeAttribute("data-over"));
}

// A file let go beside the zone must not replace the page.
for (const name of ["dragover", "drop"]) {
  document.addEventListener(name, (event) => {
    if (!zone(event) && event.dataTransfer?.types.includes("Files")) event.preventDefault();
  });
}

function size(bytes) {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"];
  const rank = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3));
  const format = { style: "unit", unit: units[rank], maximumFractionDigits: 1, unitDisplay: "short" };
  return new Intl.NumberFormat(document.documentElement.lang, format).format(bytes / 1000 ** rank);
}

document.addEventListener("change", (event) => {
  const input = event.target;
  const drop = zone(event);
  if (!drop || input.type !== "file") return;
  const line = drop.querySelector(".drop-name");
  if (line) line.textContent = [...input.files].map((file) => `${file.name} · ${size(file.size)}`).join(", ");
  if (input.files.length && drop.hasAttribute("data-drop-send")) input.form.requestSubmit();
});
