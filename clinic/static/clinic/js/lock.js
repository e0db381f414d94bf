// Alt + L locks the screen, and so does idling; a sentence says so two minutes before. Typing is not idling, and neither is
// work in another tab. What stands typed in a form goes with the lock, which keeps it sealed until the next sign-in.

const lock = document.querySelector("form[data-lock]");
const idle = document.querySelector("[data-idle]");
const tabs = new BroadcastChannel("alive");
let typedIn = null;
let typedAt = 0;

if (lock) watch();
if (lock && idle) countDown(Number(idle.dataset.idle) * 1000, Number(idle.dataset.early ?? 120) * 1000);

function watch() {
  addEventListener("input", (event) => {
    typedIn = worthKeeping(event.target.form) ?? typedIn;
    typedAt = Date.now();
  });
  addEventListener("keydown", (event) => {
    if (!event.altKey || event.ctrlKey || event.metaKey || event.code !== "KeyL") return;
    event.preventDefault();
    lock.requestSubmit();
  });
  lock.addEventListener("submit", () => { if (typedIn) takeAlong(typedIn); });
}

function worthKeeping(form) {
  return form?.method === "post" && form.closest("main") ? form : null;
}

function takeAlong(form) {
  lock.elements.namedItem("next").value = new URL(form.action).pathname;
  for (const [name, value] of new FormData(form)) {
    if (typeof value !== "string" || name === "csrfmiddlewaretoken" || name === "next") continue;
    const box = document.createElement("textarea"); // keeps line breaks, which a hidden input loses
    Object.assign(box, { name, value, hidden: true });
    lock.append(box);
  }
}

function countDown(whole, early) {
  let ends = 0;
  const alive = () => {
    ends = Date.now() + whole;
    idle.hidden = true;
  };
  const said = () => {
    alive();
    tabs.postMessage("alive");
  };
  const stay = async () => {
    typedAt = 0;
    if (await stillSignedIn()) said();
  };
  const tick = () => {
    const left = ends - Date.now();
    if (left <= 0) lock.requestSubmit();
    else if (left > early) return;
    else if (Date.now() - typedAt < early) stay();
    else idle.hidden = false;
  };

  said();
  tabs.addEventListener("message", alive);
  addEventListener("saved", said);
  addEventListener("swapped", said);
  idle.querySelector("button").addEventListener("click", stay);
  setInterval(tick, 1000);
}

async function stillSignedIn() {
  try {
    const answer = await fetch(idle.dataset.ask, { redirect: "manual", credentials: "same-origin", mode: "same-origin" });
    return answer.ok;
  } catch {
    return false;
  }
}
