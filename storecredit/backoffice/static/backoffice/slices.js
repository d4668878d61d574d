// Sends a file in pieces, and asks for slice after slice of what is under way. Without it the buttons do the same.
(() => {
  "use strict";

  const words = document.querySelector("[data-words]");
  const refused = document.querySelector("[data-refused]");
  const bar = document.querySelector("progress");

  function show(progress) {
    if (words && progress.words) words.textContent = progress.words;
    if (bar && progress.total) {
      bar.max = progress.total;
      bar.value = progress.done;
    }
  }

  function refuse(text) {
    refused.textContent = text;
    refused.hidden = false;
  }

  async function post(url, body, token, type) {
    const headers = { Accept: "application/json", "X-CSRFToken": token };
    if (type) headers["Content-Type"] = type;
    // What went wrong on the way the browser says in its own language, if it says anything.
    const sent = fetch(url, { method: "POST", body, headers, credentials: "same-origin" });
    const answer = await sent.catch(() => null);
    if (!answer || answer.redirected || !(answer.headers.get("Content-Type") || "").startsWith("application/json")) {
      throw new Error(refused.dataset.refused);
    }
    const said = await answer.json();
    if (said.refused) throw new Error(said.refused);
    return said;
  }

  const upload = document.querySelector("form[data-upload]");
  if (upload) {
    upload.addEventListener("submit", async (event) => {
      const file = upload.elements.file.files[0];
      if (!file) return;
      event.preventDefault();
      refused.hidden = true;
      const button = upload.querySelector("button[type=submit]");
      button.disabled = true;
      try {
        const data = new FormData(upload);
        data.delete("file");
        data.set("name", file.name.slice(-200));
        data.set("size", file.size);
        const token = data.get("csrfmiddlewaretoken");
        const run = await post(location.href, data, token);
        const piece = Number(upload.dataset.pieceBytes);
        const folder = run.url.replace(/change\/$/, "");
        for (let place = 0; place * piece < file.size; place += 1) {
          const part = file.slice(place * piece, (place + 1) * piece);
          show(await post(`${folder}piece/?place=${place}`, part, token, "application/octet-stream"));
        }
        location.assign(run.url);
      } catch (error) {
        refuse(error.message);
        button.disabled = false;
      }
    });
  }

  const slices = document.querySelector("form[data-slices]");
  if (slices) {
    const token = slices.elements.csrfmiddlewaretoken.value;
    const button = slices.querySelector("button");
    const begin = async () => {
      button.hidden = true;
      refused.hidden = true;
      try {
        for (;;) {
          const progress = await post(slices.action, null, token);
          show(progress);
          if (!progress.busy) {
            location.assign(progress.url);
            return;
          }
        }
      } catch (error) {
        refuse(error.message);
        button.hidden = false;
      }
    };
    slices.addEventListener("submit", (event) => {
      event.preventDefault();
      begin();
    });
    // What nobody has begun yet waits for the button.
    if (slices.dataset.slices !== "wait") begin();
  }
})();
