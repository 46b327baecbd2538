// A thin bar while htmx waits, and a button that turns while its form is being sent, which is once.
const AGAIN_MS = 3000;
const sent = new WeakMap();
let waiting = 0;

function wait(change) {
  waiting = Math.max(0, waiting + change);
  document.documentElement.toggleAttribute("data-busy", waiting > 0);
}

function turn(button, on) {
  if (!button?.classList?.contains("btn")) return;
  if (on) button.setAttribute("aria-busy", "true");
  else button.removeAttribute("aria-busy");
}

document.addEventListener("htmx:before:request", (event) => {
  const { ctx } = event.detail;
  wait(1);
  turn(ctx.request.submitter ?? ctx.sourceElement, true);
});

document.addEventListener("htmx:finally:request", (event) => {
  const { ctx } = event.detail;
  wait(-1);
  turn(ctx.request.submitter ?? ctx.sourceElement, false);
});

document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.method === "dialog") return;
  if (event.target.target === "_blank" || event.submitter?.hasAttribute("data-download")) return;
  // A second press, or another button of the same form, would say it twice.
  if (performance.now() - (sent.get(event.target) ?? -Infinity) < AGAIN_MS) {
    event.preventDefault();
    return;
  }
  if (event.target.method === "post") sent.set(event.target, performance.now());
  turn(event.submitter, true);
});

// Coming back through the history must not find the button still turning.
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const button of document.querySelectorAll(".btn[aria-busy]")) turn(button, false);
});
