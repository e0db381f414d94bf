// A form with data-swap="ID" is answered in place: the element with that id in the answered page takes the place of ours.
// Whatever goes wrong, the form is sent the ordinary way. A part of a form may have data-swap too: then its own button and boxes
// do this, and the form's other buttons send it as ever.

const PAUSE = 250;
const asking = new WeakMap();

addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.dataset.swap || event.defaultPrevented) return;
  event.preventDefault();
  swap(form, event.submitter, true);
});

addEventListener("click", (event) => {
  const button = event.target.closest?.("button");
  const part = button?.closest("[data-swap]:not(form)");
  if (!part || event.defaultPrevented) return;
  event.preventDefault();
  swap(button.form, button, true, part);
});

addEventListener("input", (event) => {
  const form = event.target.form;
  const part = event.target.closest("[data-swap]");
  if (!form || !part || !("swapTyping" in part.dataset)) return;
  clearTimeout(asking.get(form)?.timer);
  asking.get(form)?.stop.abort();
  asking.set(form, { stop: new AbortController(), timer: setTimeout(() => swap(form, null, false, part), PAUSE) });
});

async function swap(form, submitter, asked, part = form) {
  const region = document.getElementById(part.dataset.swap);
  asking.get(form)?.stop.abort();
  clearTimeout(asking.get(form)?.timer);
  const stop = new AbortController();
  asking.set(form, { stop });
  region?.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      body: new FormData(form, submitter),
      headers: { "X-Swap": part.dataset.swap },
      credentials: "same-origin",
      mode: "same-origin",
      signal: stop.signal,
    });
    if (answer.redirected || !put(region, await answer.text())) throw new Error("no such region");
  } catch (error) {
    if (error.name !== "AbortError" && asked) sendPlainly(form, submitter);
  } finally {
    region?.removeAttribute("aria-busy");
  }
}

function sendPlainly(form, submitter) {
  delete form.dataset.swap;
  form.requestSubmit(submitter);
}

function put(region, html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const fresh = region && page.getElementById(region.id);
  if (!fresh) return false;
  region.replaceChildren(...fresh.childNodes);
  region.dispatchEvent(new CustomEvent("swapped", { bubbles: true }));
  return true;
}
