// When an answer does not come, or is an error page, a message says so and the page stays as it was.
// Answers 409 and 422 are for the page: they carry the form and what is wrong with it.
const FOR_THE_PAGE = new Set([409, 422]);

function say(kind) {
  const template = document.querySelector(`template[data-fault="${kind}"]`);
  if (template) document.querySelector("#messages")?.append(template.content.cloneNode(true));
}

document.addEventListener("htmx:response:error", (event) => {
  const { status } = event.detail.ctx.response;
  if (!FOR_THE_PAGE.has(status)) say(status === 403 ? "refused" : "broken");
});

document.addEventListener("htmx:error", (event) => {
  if (!event.detail.ctx?.response) say("unreachable");
});

// A whole page in answer to a request for a part of one: the session ended, or the action leads elsewhere.
document.addEventListener("htmx:after:request", (event) => {
  const { ctx } = event.detail;
  const whole = /^\s*<!doctype/i.test(ctx.text ?? "");
  if (ctx.response.raw.redirected && whole && !ctx.select && ctx.target !== document.body) {
    event.preventDefault();
    window.location.assign(ctx.response.raw.url);
  }
});
