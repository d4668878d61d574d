// A click on a day of the chart leads to the entries that it is the sum of, as the links of the table below do; and its
// amounts read as theirs: the browser would put a currency where the language has it, and the house puts it in front.
(() => {
  "use strict";

  const readAsMoney = (chart, { mark, decimals }) => {
    const digits = { minimumFractionDigits: Number(decimals), maximumFractionDigits: Number(decimals) };
    const numbers = new Intl.NumberFormat(chart.options.locale, digits);
    const say = (amount) => `${amount < 0 ? "\u2212" : ""}${mark}${numbers.format(Math.abs(amount))}`;
    chart.options.scales.y.ticks.callback = say;
    chart.options.plugins.tooltip.callbacks.label = ({ dataset, parsed }) => `${dataset.label}: ${say(parsed.y)}`;
    chart.update();
  };

  // The theme draws once all has come.
  addEventListener("load", () => {
    for (const drawn of document.querySelectorAll("[data-mark]")) {
      readAsMoney(Chart.getChart(drawn.querySelector("canvas")), drawn.dataset);
    }
  });

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
