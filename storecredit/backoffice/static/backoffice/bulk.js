// Counts again what is ticked, as the server counts it. It decides nothing.
(() => {
  "use strict";

  const form = document.querySelector("form[data-bulk]");
  if (!form) return;
  let asked = 0;

  async function count() {
    asked += 1;
    const mine = asked;
    const data = new FormData(form);
    data.set("count", "1");
    const answer = await fetch(location.href, { method: "POST", body: data, credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    // Of two answers the later question's counts.
    if (mine !== asked || !page.querySelector("form[data-bulk]")) return;
    for (const part of [...document.querySelectorAll("[data-follows]"), document.querySelector(".bo-head h2")]) {
      const name = part.dataset.follows;
      const counted = page.querySelector(name ? `[data-follows="${name}"]` : ".bo-head h2");
      if (counted) part.replaceChildren(...counted.childNodes);
    }
  }

  for (const box of document.querySelectorAll(`input[type=checkbox][form="${form.id}"]`)) {
    box.addEventListener("change", count);
  }
})();
