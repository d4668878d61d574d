// A click on a day of the chart leads to the entries that it is the sum of, as the links of the table below do.
(() => {
  "use strict";

  for (const drawn of document.querySelectorAll("[data-list][data-days]")) {
    const days = JSON.parse(drawn.dataset.days);
    const canvas = drawn.querySelector("canvas");
    canvas.addEventListener("click", (event) => {
      const [hit] = Chart.getChart(canvas).getElementsAtEventForMode(event, "index", { intersect: false }, true);
      if (!hit) return;
      const list = new URL(drawn.dataset.list, location.href);
      list.searchParams.set("created_at_from", days[hit.index]);
      list.searchParams.set("created_at_to", days[hit.index]);
      location.assign(list);
    });
  }
})();
