// [data-toast]: good news leaves by itself after six seconds, bad news stays until it is closed.
const LINGER_MS = 6000;

function leave(toast) {
  toast.setAttribute("data-leaving", "");
  setTimeout(() => toast.remove(), 220);
}

function attend(root) {
  for (const toast of root.querySelectorAll("[data-toast]:not([data-attended])")) {
    toast.setAttribute("data-attended", "");
    if (toast.matches(".error, .warning")) continue;
    let timer = setTimeout(() => leave(toast), LINGER_MS);
    toast.addEventListener("pointerenter", () => clearTimeout(timer));
    toast.addEventListener("pointerleave", () => { timer = setTimeout(() => leave(toast), LINGER_MS / 3); });
  }
}

document.addEventListener("click", (event) => {
  const close = event.target.closest("[data-toast-close]");
  if (close) leave(close.closest("[data-toast]"));
});

document.addEventListener("htmx:after:swap", () => attend(document));
attend(document);
