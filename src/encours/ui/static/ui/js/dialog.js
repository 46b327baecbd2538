// [data-dialog="#id"] opens a <dialog>; [data-dialog-close] or a click on the backdrop closes it.
// A dialog that arrives by htmx with [data-dialog-open] opens by itself. [data-confirm="Sentence?"] on a
// button or a form asks before going on, in the page's own dialog.
function open(dialog) {
  if (!dialog.open) dialog.showModal();
  dialog.querySelector("[autofocus]")?.focus();
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener) {
    const dialog = document.querySelector(opener.dataset.dialog);
    if (dialog) {
      event.preventDefault();
      opener.closest("details[data-menu]")?.removeAttribute("open");
      open(dialog);
    }
    return;
  }
  const closer = event.target.closest("[data-dialog-close]");
  if (closer) {
    event.preventDefault();
    closer.closest("dialog").close();
  } else if (event.target instanceof HTMLDialogElement && event.target.open) {
    const box = event.target.getBoundingClientRect();
    const inside = event.clientX >= box.left && event.clientX <= box.right
      && event.clientY >= box.top && event.clientY <= box.bottom;
    if (!inside) event.target.close();
  }
});

document.addEventListener("htmx:after:swap", () => {
  for (const dialog of document.querySelectorAll("dialog[data-dialog-open]:not([open])")) {
    dialog.removeAttribute("data-dialog-open");
    open(dialog);
  }
});

for (const dialog of document.querySelectorAll("dialog[data-dialog-open]")) open(dialog);

function ask(sentence, verb) {
  const dialog = document.querySelector("#confirm");
  if (!dialog) return Promise.resolve(window.confirm(sentence));
  dialog.querySelector("[data-confirm-text]").textContent = sentence;
  dialog.querySelector("[data-confirm-yes]").textContent = verb;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((answer) => {
    dialog.addEventListener("close", () => answer(dialog.returnValue === "yes"), { once: true });
  });
}

// Capture, so that neither the form nor htmx hears of a submission that is not confirmed yet.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  const submitter = event.submitter;
  const asking = submitter?.dataset.confirm ?? form.dataset.confirm;
  if (!asking || form.dataset.confirmed) {
    delete form.dataset.confirmed;
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
  if (await ask(asking, submitter?.textContent.trim() || "OK")) {
    form.dataset.confirmed = "yes";
    form.requestSubmit(submitter);
  }
}, true);

document.addEventListener("htmx:confirm", async (event) => {
  const { ctx, issueRequest, dropRequest } = event.detail;
  event.preventDefault();
  const yes = await ask(ctx.confirm, ctx.sourceElement.textContent.trim().split("\n")[0] || "OK");
  (yes ? issueRequest : dropRequest)();
});
