"use strict";
(() => {
  const all = (within, what) => Array.from(within.querySelectorAll(what));
  const get = (id) => document.getElementById(id);
  const search = get("search"), found = get("found"), main = get("main");
  const folds = all(main, "details.o, details.n");
  const before = new Map();
  let index = null;

  const text = (element) => element.textContent.toLowerCase();
  const plural = (count) => (count === 1 ? "1 match" : count + " matches");

  // A fold says of itself what is in its summary and outside of its entries; the rest is theirs.
  const read = () =>
    all(main, "details.o").map((fold) => {
      const entries = all(fold, ".e").filter((entry) => entry.closest("details.o") === fold);
      const own = text(fold.querySelector("summary")) + all(fold, ".own").map(text).join(" ");
      return { fold, own, entries: entries.map((entry) => ({ entry, words: text(entry) })) };
    });

  const show = (query) => {
    index = index || read();
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = (hay) => words.every((word) => hay.includes(word));
    let count = 0;
    for (const { fold, own, entries } of index) {
      let inside = 0;
      const whole = fits(own);
      for (const { entry, words: hay } of entries) {
        const fit = fits(hay);
        inside += fit;
        entry.hidden = !fit && !whole;
      }
      for (const part of all(fold, ".body section")) {
        part.hidden = !part.querySelector(".e:not([hidden])");
      }
      for (const part of all(fold, "details.n")) part.hidden = !(part.open = !!part.querySelector(".e:not([hidden])"));
      const holder = fold.parentElement.matches("li") ? fold.parentElement : fold;
      holder.hidden = !whole && !inside;
      fold.open = inside > 0;
      count += inside + (whole && !inside);
    }
    found.textContent = count ? plural(count) : "Nothing matches";
    get("nothing").hidden = count > 0;
    for (const part of all(main, "section.service, section.plan")) {
      part.hidden = !all(part, "details").some((fold) => fold.checkVisibility());
    }
  };

  const reset = () => {
    for (const element of all(main, "[hidden]")) element.hidden = false;
    get("nothing").hidden = true;
    found.textContent = "";
    for (const [fold, open] of before) fold.open = open;
    before.clear();
  };

  const changed = () => {
    if (!search.value.trim()) return reset();
    if (!before.size) for (const fold of folds) before.set(fold, fold.open);
    show(search.value);
  };

  const fold = (open) => () => {
    for (const each of folds) if (each.checkVisibility()) each.open = open;
  };

  const step = (from, by) => {
    const shown = all(main, "summary").filter((each) => each.checkVisibility());
    const next = shown[shown.indexOf(from) + by];
    if (next) next.focus();
    else if (by < 0) search.focus();
  };

  search.addEventListener("input", changed);
  get("open").addEventListener("click", fold(true));
  get("close").addEventListener("click", fold(false));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = document.activeElement;
    if (event.key === "/" && at !== search) {
      search.focus();
      search.select();
    } else if (event.key === "Escape" && (search.value || at === search)) {
      search.value = "";
      changed();
      search.focus();
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && (at === search || at.matches("summary"))) {
      step(at, event.key === "ArrowDown" ? 1 : -1);
    } else {
      return;
    }
    event.preventDefault();
  });

  // A link may lead into what is folded.
  const reveal = () => {
    const target = location.hash && get(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    for (let each = target; each; each = each.parentElement) if (each.matches("details")) each.open = true;
    target.scrollIntoView();
  };
  window.addEventListener("hashchange", reveal);
  let printed = [];
  window.addEventListener("beforeprint", () => {
    printed = folds.filter((each) => !each.open);
    for (const each of printed) each.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const each of printed) each.open = false;
  });
  get("bar").hidden = false;
  // The first letter of a search need not wait for all of a large page to be read.
  (window.requestIdleCallback || setTimeout)(() => { index = index || read(); });
  reveal();
})();
