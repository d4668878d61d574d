// Offers colleagues once an @ is typed into a comment. Whoever types the name in full needs none of this.
(() => {
  "use strict";

  const box = document.querySelector("textarea[data-mentions]");
  const told = box && document.getElementById(box.dataset.mentions);
  if (!told) return;
  const colleagues = JSON.parse(told.textContent);
  const offered = document.createElement("div");
  offered.className = "bo-colleagues";
  offered.hidden = true;
  box.after(offered);

  function begun() {
    return /(^|[^\w.@+-])@([\w.+-]*)$/.exec(box.value.slice(0, box.selectionStart));
  }

  function pick(name, typed) {
    const end = box.selectionStart;
    box.setRangeText(`${name} `, end - typed.length, end, "end");
    offered.hidden = true;
    box.focus();
  }

  function offer() {
    const found = begun();
    const typed = found ? found[2].toLowerCase() : "";
    const fitting = found
      ? colleagues.filter((names) => names.some((name) => name.toLowerCase().split(" ").some((part) => part.startsWith(typed))))
      : [];
    offered.replaceChildren(
      ...fitting.slice(0, 6).map(([name, fullName]) => {
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = fullName ? `@${name} · ${fullName}` : `@${name}`;
        button.addEventListener("click", () => pick(name, typed));
        return button;
      }),
    );
    offered.hidden = !fitting.length;
  }

  box.addEventListener("input", offer);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape") offered.hidden = true;
    if (event.key === "ArrowDown" && !offered.hidden) {
      event.preventDefault();
      offered.querySelector("button").focus();
    }
  });
  offered.addEventListener("keydown", (event) => {
    const next = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
    if (!next) return;
    event.preventDefault();
    (document.activeElement[next] || box).focus();
  });
})();
