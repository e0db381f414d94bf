// Save as you type: a form with data-autosave="URL" is posted there at most every two seconds after a change and before the
// page goes away; where a save hangs or failed, the browser asks first. The line [data-saved] always says how it stands;
// nothing is called saved that was not.

const EVERY = 2000;
const RETRIES = [2000, 5000, 10000, 20000];
const PATIENCE = 15000;
const OUTLIVES = 30000; // bytes: browsers let 64 KiB outlive a page, and the last words need their part

for (const form of document.querySelectorAll("form[data-autosave]")) keep(form);

function keep(form) {
  const line = form.querySelector("[data-saved]");
  const state = { changed: false, saving: false, stopped: false, sending: false, failures: 0, timer: 0, then: null, stop: null };

  const unsaved = () => state.changed || state.saving;
  // What was typed a moment ago goes by itself; only where a save hangs or fails may words be lost.
  const atRisk = () => state.saving || (state.changed && (state.failures > 0 || !navigator.onLine));
  const changed = () => {
    state.changed = true;
    plan(EVERY);
  };
  const plan = (wait) => {
    if (state.timer || state.saving || state.stopped) return;
    state.timer = setTimeout(() => { state.timer = 0; save(); }, wait);
  };
  const save = async () => {
    if (!state.changed || state.saving || state.stopped || state.sending) return;
    state.changed = false;
    state.saving = true;
    say(line, "saving");
    state.stop = new AbortController();
    const outcome = await send(form, state.stop);
    state.saving = false;
    settle(outcome);
    state.then?.();
  };
  const settle = (outcome) => {
    if (outcome === "saved") {
      state.failures = 0;
      say(line, "saved");
      form.dispatchEvent(new CustomEvent("saved", { bubbles: true }));
      if (state.changed) plan(EVERY);
      return;
    }
    state.changed = true;
    state.stopped = outcome === "stale" || outcome === "gone";
    say(line, outcome);
    plan(RETRIES[Math.min(state.failures++, RETRIES.length - 1)]);
  };
  const flush = () => {
    if (!unsaved() || state.stopped || state.sending) return;
    state.stop?.abort(); // older words must not come after the last ones
    state.changed = !navigator.sendBeacon(form.dataset.autosave, typed(form));
    state.sending = true;
  };
  const submitted = (event) => {
    if (!state.saving) {
      state.sending = true;
      return;
    }
    event.preventDefault(); // the answer under way brings the next `rev`
    const { submitter } = event;
    state.then = () => { state.then = null; form.requestSubmit(submitter); };
  };

  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  form.addEventListener("submit", submitted);
  addEventListener("submit", (event) => {
    if (event.target.matches("[data-lock]")) state.sending = true; // the lock takes along what is typed
  });
  form.addEventListener("reset", () => { state.stopped = true; });
  addEventListener("pagehide", flush);
  addEventListener("pageshow", () => {
    state.sending = false;
    if (state.changed) plan(EVERY);
  });
  addEventListener("online", () => { clearTimeout(state.timer); state.timer = 0; plan(0); });
  document.addEventListener("visibilitychange", () => { if (document.hidden) save(); });
  addEventListener("beforeunload", (event) => {
    if (atRisk() && !state.sending) event.preventDefault();
  });
}

async function send(form, stop) {
  if (!navigator.onLine) return "offline";
  const body = typed(form);
  const patience = setTimeout(() => stop.abort(), PATIENCE);
  try {
    const answer = await fetch(form.dataset.autosave, {
      method: "POST",
      body,
      keepalive: size(body) < OUTLIVES,
      headers: { Accept: "application/json" },
      credentials: "same-origin",
      mode: "same-origin",
      signal: stop.signal,
    });
    if (answer.status === 409) return "stale";
    if (answer.redirected || answer.status === 401 || answer.status === 403) return "gone";
    return took(form, await answer.json()) ? "saved" : "failed";
  } catch {
    return navigator.onLine ? "failed" : "offline";
  } finally {
    clearTimeout(patience);
  }
}

function size(data) {
  return new Blob([...data].flat()).size + 200 * [...data].length; // each answer comes with a head
}

function typed(form) {
  const data = new FormData(form);
  for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
  return data;
}

function took(form, said) {
  if (said.ok !== true) return false;
  const rev = form.elements.namedItem("rev");
  if (rev && said.rev !== undefined) rev.value = said.rev;
  return true;
}

function say(line, how) {
  if (!line) return;
  const time = new Intl.DateTimeFormat(document.documentElement.lang || "en", { hour: "numeric", minute: "2-digit" });
  const words = { saving: "saving", saved: "done", failed: "failed", offline: "offline", stale: "stale", gone: "gone" };
  line.dataset.state = how === "saving" || how === "saved" ? how : "failed";
  line.textContent = line.dataset[words[how]].replace("%s", time.format(new Date()));
}
