// data-reveal="name=value" (or name=value,other) shows a question once that answer is chosen. An answer already given is
// never hidden, nor is a question with an error. Without this script everything is shown.

const questions = () => document.querySelectorAll("[data-reveal]");

function refresh() {
  for (const question of questions()) question.toggleAttribute("data-hidden-question", !wanted(question));
}

function wanted(question) {
  const [name, values] = question.dataset.reveal.split("=");
  const form = question.closest("form");
  if (!form || holdsSomething(question)) return true;
  return new FormData(form).getAll(name).some((answer) => values.split(",").includes(answer));
}

function holdsSomething(question) {
  if (question.querySelector("[aria-invalid=true], .error")) return true;
  return [...question.querySelectorAll("input, select, textarea")].some(answered);
}

function answered(control) {
  if (control.type === "hidden") return false;
  if (control.type === "checkbox" || control.type === "radio") return control.checked;
  return control.value.trim() !== "";
}

addEventListener("change", refresh);
addEventListener("swapped", refresh);
addEventListener("pageshow", refresh);
refresh();
