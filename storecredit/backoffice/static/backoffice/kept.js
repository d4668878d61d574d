// Puts what was typed before the session's end back into the form that it was typed into. It sends nothing.
document.addEventListener("DOMContentLoaded", () => {
  const typed = JSON.parse(document.getElementById("kept-form").textContent);
  const put = (input, values) => {
    if (input.type === "checkbox" || input.type === "radio") {
      input.checked = values.includes(input.value);
    } else if (input.multiple && input.options) {
      for (const option of input.options) option.selected = values.includes(option.value);
    } else if (input.type !== "hidden" && input.type !== "file" && input.type !== "password") {
      input.value = values.shift() ?? "";
    } else {
      return;
    }
    for (const kind of ["input", "change"]) input.dispatchEvent(new Event(kind, { bubbles: true }));
  };
  for (const form of document.querySelectorAll("form[method=post]")) {
    const names = new Set([...form.elements].map((input) => input.name).filter(Boolean));
    if (!Object.keys(typed).some((name) => names.has(name))) continue;
    for (const input of form.elements) {
      if (typed[input.name] || input.type === "checkbox") put(input, typed[input.name] ?? []);
    }
  }
});
