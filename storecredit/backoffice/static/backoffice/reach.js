// What the theme's templates leave out for people who use a keyboard or hear the page: icons are pictures and not
// words, and a form is begun where it is to be filled in or put right.
(() => {
  // What icons say that stand alone in something to press, by the page's name for it.
  const WORDS = {
    account_balance_wallet: "Overview",
    close: "Close",
    dark_mode: "Light",
    dock_to_right: "Menu",
    light_mode: "Light",
    more_vert: "More",
  };
  // In the reader's language, which the page has.
  const say = (word) => document.getElementById("page")?.dataset[`word${word}`] || "";
  // The first one of a step's form.
  const FIELD = ".bo-step form :is(input:not([type=hidden]), textarea, select)";
  const PRESSED = "a, button, [role=button]";

  const nameIcons = () => {
    for (const thing of document.querySelectorAll(PRESSED)) {
      const icon = thing.matches(".material-symbols-outlined") ? thing : thing.querySelector(".material-symbols-outlined");
      if (!icon || thing.hasAttribute("aria-label") || thing.hasAttribute("title")) continue;
      const copy = thing.cloneNode(true);
      copy.querySelectorAll(".material-symbols-outlined").forEach((part) => part.remove());
      if (icon !== thing && copy.textContent.trim()) continue;
      const name = icon.textContent.trim();
      thing.setAttribute("aria-label", (WORDS[name] && say(WORDS[name])) || name.replaceAll("_", " "));
    }
  };

  // The theme lets some things be clicked that are neither links nor buttons.
  const makeReachable = () => {
    for (const thing of document.querySelectorAll(
      ":is(span, div)[x-on\\:click]:not([role]), a[x-on\\:click]:not([href], [role])"
    )) {
      thing.setAttribute("role", "button");
      thing.setAttribute("tabindex", "0");
      thing.addEventListener("keydown", (event) => {
        if (event.target === thing && (event.key === "Enter" || event.key === " ")) {
          event.preventDefault();
          thing.click();
        }
      });
    }
  };

  const mend = () => {
    nameIcons();
    for (const icon of document.querySelectorAll(".material-symbols-outlined:not([aria-hidden], [role], a, button)")) {
      icon.setAttribute("aria-hidden", "true");
    }
    for (const tip of document.querySelectorAll(".help-tooltip[aria-label]:not([role])")) {
      tip.setAttribute("role", "img");
    }
    for (const part of document.querySelectorAll('[aria-label="scrollable content"]')) {
      const words = say(part.closest("#nav-sidebar") ? "Ways" : "Wide");
      if (words) part.setAttribute("aria-label", words);
    }
  };

  // A hint that a box is too narrow for is cut off there: it stands below it, whole.
  const showWholeHints = () => {
    const pen = document.createElement("canvas").getContext("2d");
    for (const box of document.querySelectorAll("#content input[placeholder]:not([placeholder=''])")) {
      const style = getComputedStyle(box);
      const room = box.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
      pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
      if (room <= 0 || pen.measureText(box.placeholder).width <= room) continue;
      const hint = document.createElement("span");
      hint.className = "bo-hint";
      hint.textContent = box.placeholder;
      if (!box.labels?.length && !box.hasAttribute("aria-label")) box.setAttribute("aria-label", box.placeholder);
      box.placeholder = "";
      (box.closest("form:is([role=search], .bo-search)") || box).after(hint);
    }
  };

  // On a phone a cell says which column it is of, and the theme says it in its own words for the first one.
  const nameCells = () => {
    const titles = [...document.querySelectorAll("#result_list thead th")].map((title) => {
      const words = title.cloneNode(true);
      words.querySelectorAll(".material-symbols-outlined, .sortoptions").forEach((part) => part.remove());
      return words.textContent.replaceAll(/\s+/g, " ").trim();
    });
    for (const row of document.querySelectorAll("#result_list tbody tr")) {
      [...row.children].forEach((cell, place) => {
        const title = titles[place] || "";
        if (cell.dataset.label && title && !cell.matches(".action-checkbox")) cell.dataset.label = title;
      });
    }
  };

  // The box that Ctrl-K opens over a page gives the focus back to where it was.
  const palette = () => ({
    open: false,
    from: null,
    show() {
      if (!this.open) this.from = document.activeElement;
      this.open = true;
      this.$nextTick(() => this.$refs.sought.focus());
    },
    hide() {
      if (!this.open) return;
      this.open = false;
      this.$nextTick(() => this.from?.focus());
    },
  });
  document.addEventListener("alpine:init", () => window.Alpine.data("palette", palette));

  const focusFirst = () => {
    const wrong = document.querySelector('#content [aria-invalid="true"]:not([type="hidden"])');
    const refused = document.querySelector("#content .errornote");
    if (wrong) {
      wrong.focus();
    } else if (refused) {
      refused.setAttribute("tabindex", "-1");
      refused.focus();
    } else if (document.activeElement === document.body) {
      // A browser on a busy machine may give up `autofocus` before the page is laid out.
      const first = document.querySelector("[autofocus]") || document.querySelector(FIELD);
      // What is to be read before anything is pressed: else the next Tab leads to the menu and not to the buttons.
      const isReview = new URLSearchParams(location.search).has("review");
      const begun = first || (isReview ? document.querySelector("#content h2") : null);
      if (begun && begun !== first) begun.setAttribute("tabindex", "-1");
      begun?.focus();
    }
  };

  document.addEventListener("DOMContentLoaded", () => {
    makeReachable();
    mend();
    nameCells();
    showWholeHints();
    focusFirst();
    new MutationObserver(mend).observe(document.body, { childList: true, subtree: true });
  });
})();
