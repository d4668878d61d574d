"use strict";

const place = document.getElementById("swagger-ui");

SwaggerUIBundle({
  url: place.dataset.schema,
  domNode: place,
  presets: [SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: -1,
});

// Swagger UI calls its list a second `main`, and puts links into the buttons that open its operations.
const mend = () => {
  for (const list of place.querySelectorAll("main:not([role])")) {
    list.setAttribute("role", "region");
    list.setAttribute("aria-label", "Operations");
  }
  for (const link of place.querySelectorAll(".opblock-summary-control a[href]")) {
    link.removeAttribute("href");
  }
};
new MutationObserver(mend).observe(place, { childList: true, subtree: true });
