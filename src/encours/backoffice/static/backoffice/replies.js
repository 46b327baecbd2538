// [data-draft="#field"] puts its words into the field, unless that loses words a person wrote: then it adds them.
// [data-focus="#field"] goes to a field.
const written = new WeakMap();

document.addEventListener("click", (event) => {
  const focus = event.target.closest("[data-focus]");
  if (focus) {
    const field = document.querySelector(focus.dataset.focus);
    field?.focus();
    field?.setSelectionRange(0, 0);
  }
  const draft = event.target.closest("[data-draft]");
  const field = draft && document.querySelector(draft.dataset.draft);
  if (!field) return;
  const before = written.get(field) ?? field.defaultValue;
  field.value = field.value.trim() === before.trim() || !field.value.trim()
    ? draft.dataset.text : `${field.value.trim()}\n\n${draft.dataset.text}`;
  written.set(field, field.value);
  for (const other of draft.parentElement.querySelectorAll("[data-draft]")) {
    other.setAttribute("aria-pressed", String(other === draft));
  }
  field.focus();
});
