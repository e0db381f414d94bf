// "Leave this page": the button, or Shift three times. Our page's place in the history is taken by the neutral one,
// and coming back to an older page of ours in this tab leaves again at once.

const MARK = "left";
const QUICK = 1500;

const bar = document.querySelector("[data-leave]");
if (bar) watch(bar);

function watch(bar) {
  const away = bar.dataset.leave;
  addEventListener("pageshow", (event) => { if (cameBack(event)) go(away); });
  bar.querySelector("[data-leave-now]")?.addEventListener("click", (event) => {
    event.preventDefault();
    go(away);
  });
  watchShift(() => go(away));
  for (const one of bar.querySelectorAll("[data-needs-script]")) one.hidden = false;
}

function go(away) {
  try { sessionStorage.setItem(MARK, "1"); } catch { /* storage is off: the history entry is still replaced */ }
  for (const form of document.forms) form.reset();
  document.title = "…";
  document.body.replaceChildren();
  location.replace(away);
}

function cameBack(event) {
  const [visit] = performance.getEntriesByType("navigation");
  let left = null;
  try { left = sessionStorage.getItem(MARK); } catch { return false; }
  const back = event.persisted || visit?.type === "back_forward";
  if (left && !back) sessionStorage.removeItem(MARK); // opened anew, on purpose
  return Boolean(left) && back;
}

function watchShift(leave) {
  let times = [];
  addEventListener("keydown", (event) => {
    if (event.key !== "Shift") {
      times = [];
      return;
    }
    if (event.repeat) return;
    times = [...times.filter((then) => event.timeStamp - then < QUICK), event.timeStamp];
    if (times.length >= 3) leave();
  }, { capture: true });
}
