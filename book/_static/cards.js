// Numbers that open: a card tells value, interval, grade, inputs, source and notebook of a number.
// Whatever comes from data is inserted as text. Without this script a number is a link to its row.
(() => {
  "use strict";
  const NUMBER = "a.lc-value";
  const MARGIN = 8; // between card and window, in px
  const GAP = 6; // between card and number
  const SHOWN = 8; // inputs that are listed at once
  const OPEN_AFTER = 180; // ms that a pointer rests on a number
  const CLOSE_AFTER = 350; // ms that a pointer has to reach the card

  let data = null; // promise of the cards' data
  let card = null; // the one card of the page
  let number = null; // link whose card is open
  let trail = []; // keys that led to the input shown
  let pinned = false; // opened by click or key; stays until it is closed
  let side = null; // whether the card is above or below its number
  let timer = 0;

  // The data: one script, loaded when the first number is pointed at. (A page that is opened as
  // a file may load scripts, but may not fetch.)
  function load() {
    data ??= new Promise((resolve, reject) => {
      const place = document.querySelector('meta[name="lcresearch-figures"]');
      if (!place) return reject(new Error("no data"));
      const script = document.createElement("script");
      script.src = new URL(place.content, document.baseURI).href;
      script.onload = () => {
        const book = window.lcresearchFigures;
        if (!book) return reject(new Error("no data"));
        book.root = new URL("../", script.src);
        book.byAnchor = new Map(book.cards.map((row, index) => [row[0], index]));
        resolve(book);
      };
      script.onerror = () => reject(new Error("no data"));
      document.head.append(script);
    });
    return data;
  }

  function anchorOf(link) {
    try {
      return decodeURIComponent(link.hash.slice(1));
    } catch {
      return link.hash.slice(1);
    }
  }

  // Parts of the card.
  function make(tag, attributes = {}, ...content) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...content); // strings become text
    return element;
  }

  function fill(words, values) {
    return words.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  }

  // A key may break at its dots and dashes.
  function code(key) {
    const element = make("code");
    for (const part of key.match(/[^._-]*[._-]?/g)) element.append(part, make("wbr"));
    return element;
  }

  function badge(book, index) {
    const [word, letter, , name] = book.grades[index];
    return make("span", { class: `lc-grade lc-${name}` }, `${letter} ${word}`);
  }

  function inputList(book, numbers) {
    const list = make("ul", { class: "lc-card-inputs" });
    const add = (index) => {
      const [anchor, key, value, , , grade] = book.cards[index];
      const link = make("a", { href: rowOf(book, anchor) }, code(key));
      link.addEventListener("click", (event) => {
        if (event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        pinned = true;
        trail.push(index);
        show(book, trail);
      });
      list.append(make("li", {}, link, " ", make("span", {}, value), " ", badge(book, grade)));
    };
    const few = numbers.length > SHOWN + 2 ? numbers.slice(0, SHOWN) : numbers;
    few.forEach(add);
    if (few.length === numbers.length) return [list];
    const words = fill(book.words.all, { count: numbers.length });
    const all = make("button", { type: "button", class: "lc-card-all" }, words);
    all.addEventListener("click", () => {
      pinned = true;
      numbers.slice(SHOWN).forEach(add);
      all.remove();
      list.children[SHOWN].querySelector("a").focus({ preventScroll: true });
      place();
    });
    return [list, all];
  }

  function rowOf(book, anchor) {
    return new URL(`${book.claims}#${encodeURIComponent(anchor)}`, book.root).href;
  }

  function show(book, keys) {
    const row = book.cards[keys[keys.length - 1]];
    const [anchor, key, value, range = "", unit, grade, note = "", inputs, kind, cited] = row;
    const [said = "", where] = row.slice(10);
    const words = book.words;
    const parts = [];

    const bar = make("div", { class: "lc-card-bar" });
    if (keys.length > 1) {
      const before = book.cards[keys[keys.length - 2]][1];
      const back = make("button", { type: "button", class: "lc-card-back" }, "← ");
      back.append(fill(words.back, { key: before }));
      back.addEventListener("click", () => {
        trail.pop();
        show(book, trail);
      });
      bar.append(back);
    }
    const shut = make("button", { type: "button", class: "lc-card-close" }, "×");
    shut.setAttribute("aria-label", words.close);
    shut.addEventListener("click", () => close(true));
    bar.append(shut);
    const title = make("p", { id: "lc-card-title", class: "lc-card-title" });
    title.append(make("strong", {}, value), make("br"), code(key));
    parts.push(bar, title);

    const facts = make("dl");
    const add = (name, ...content) =>
      facts.append(make("dt", {}, name), make("dd", {}, ...content));
    if (range) add(words.interval, range);
    add(words.unit, book.units[unit]);
    const meaning = book.grades[grade][2];
    const reason = inputs == null ? meaning : `${meaning}; ${words.weakest}`;
    add(words.grade, badge(book, grade), ` ${reason}`);
    if (note) add(words.note, note);
    if (inputs != null) add(words.inputs, ...inputList(book, book.inputs[inputs]));
    if (said || cited != null) {
      const content = [];
      if (cited != null) {
        const [citation, url, listed] = book.cited[cited];
        content.push(said ? `${citation}, ${said}` : citation);
        if (url)
          content.push(make("a", { href: url, rel: "noreferrer", class: "lc-card-out" }, words.open));
        if (book.sources) {
          const href = new URL(`${book.sources}#${encodeURIComponent(listed)}`, book.root).href;
          content.push(make("a", { href, class: "lc-card-out" }, words.listed));
        }
      } else {
        content.push(said);
      }
      add(words[kind], ...content);
    }
    if (where != null) {
      const [index, cell, uri] = book.cells[where];
      const [notebook, day] = book.notebooks[index];
      const name = cell == null ? notebook : fill(words.cell, { notebook, cell });
      const content = [uri ? make("a", { href: new URL(uri, book.root).href }, name) : name];
      if (day) content.push(` · ${fill(words.run, { date: day })}`);
      add(words.notebook, ...content);
    }
    parts.push(facts);
    const home = make("a", { href: rowOf(book, anchor) }, words.row);
    parts.push(make("p", { class: "lc-card-row" }, home));

    card.replaceChildren(...parts);
    card.scrollTop = 0;
    place();
    if (pinned) card.focus({ preventScroll: true });
  }

  // The card stands below its number, or above it where there is more room, inside the window.
  function place() {
    if (!number) return;
    card.style.maxHeight = "none";
    const spot = number.getClientRects()[0] ?? number.getBoundingClientRect();
    const last = [...number.getClientRects()].pop() ?? spot;
    const { clientWidth: width, clientHeight: height } = document.documentElement;
    const wanted = card.offsetHeight;
    const below = height - last.bottom - GAP - MARGIN;
    const above = spot.top - GAP - MARGIN;
    side ??= wanted <= below || below >= above ? "below" : "above";
    let room = side === "below" ? below : above;
    if (room < Math.min(wanted, 200)) {
      // Hardly any room at the side that was chosen: the other, or over the number itself.
      side = below >= above ? "below" : "above";
      room = Math.max(below, above, Math.min(200, height - 2 * MARGIN));
    }
    const tall = Math.min(wanted, room, height - 2 * MARGIN); // the number may be out of sight
    const wished = side === "below" ? last.bottom + GAP : spot.top - GAP - tall;
    const top = Math.max(MARGIN, Math.min(wished, height - MARGIN - tall));
    const x = side === "below" ? last.left : spot.left;
    const left = Math.max(MARGIN, Math.min(x, width - MARGIN - card.offsetWidth));
    card.style.maxHeight = `${tall}px`;
    // In the coordinates of what the card is placed in, whatever its own offset is.
    card.style.top = card.style.left = "0";
    const zero = card.getBoundingClientRect();
    card.style.top = `${top - zero.top}px`;
    card.style.left = `${left - zero.left}px`;
  }

  function create() {
    card = make("div", {
      id: "lc-card",
      class: "lc-card",
      role: "dialog",
      "aria-labelledby": "lc-card-title",
      tabindex: "-1",
      hidden: "",
    });
    card.addEventListener("pointerenter", () => clearTimeout(timer));
    card.addEventListener("pointerleave", leave);
    card.addEventListener("keydown", keepOrder);
    card.addEventListener("focusout", (event) => {
      const next = event.relatedTarget;
      if (next && next !== number && !card.contains(next)) close(false);
    });
    document.body.append(card);
  }

  async function open(link, pin) {
    let book;
    try {
      book = await load();
    } catch {
      restoreTitles();
      if (pin) window.location.assign(link.href);
      return;
    }
    const index = book.byAnchor.get(anchorOf(link));
    if (index === undefined) {
      if (pin) window.location.assign(link.href);
      return;
    }
    if (!pin && wanted !== link) return; // the pointer went on while the data came
    if (!card) create();
    if (number && number !== link) number.setAttribute("aria-expanded", "false");
    number = link;
    trail = [index];
    pinned = pin;
    side = null;
    link.setAttribute("aria-expanded", "true");
    link.setAttribute("aria-controls", "lc-card");
    card.hidden = false;
    show(book, trail);
  }

  function close(giveBack) {
    clearTimeout(timer);
    wanted = null;
    if (!number) return;
    const link = number;
    const inside = card.contains(document.activeElement);
    number = null;
    pinned = false;
    link.setAttribute("aria-expanded", "false");
    if (giveBack && inside) link.focus({ preventScroll: true });
    card.hidden = true;
  }

  // Pointers that can rest: mouse and pen.
  let wanted = null;
  document.addEventListener("pointerover", (event) => {
    const link = event.target.closest?.(NUMBER);
    if (!link || event.pointerType === "touch" || pinned) return;
    clearTimeout(timer);
    wanted = link;
    if (link === number) return;
    load().catch(() => {});
    timer = setTimeout(() => open(link, false), OPEN_AFTER);
  });
  document.addEventListener("pointerout", (event) => {
    const link = event.target.closest?.(NUMBER);
    if (link && !link.contains(event.relatedTarget)) leave();
  });
  function leave() {
    wanted = null;
    clearTimeout(timer);
    if (pinned) return;
    timer = setTimeout(() => {
      if (!pinned && !card?.contains(document.activeElement)) close(false);
    }, CLOSE_AFTER);
  }

  // Click, tap, Enter; a click with a key held opens the row in another tab, as any link.
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.(NUMBER);
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey)
      return;
    event.preventDefault();
    clearTimeout(timer);
    if (link === number && pinned) close(true);
    else open(link, true);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && number) {
      event.preventDefault();
      close(true);
    } else if (event.key === " " && event.target.matches?.(NUMBER)) {
      event.preventDefault();
      event.target.click();
    }
  });
  document.addEventListener("pointerdown", (event) => {
    if (!number || card.contains(event.target) || event.target.closest?.(NUMBER)) return;
    close(false);
  });

  // Whoever leaves the card by Tab is back at its number, and goes on from there.
  function keepOrder(event) {
    if (event.key !== "Tab") return;
    const stops = [...card.querySelectorAll("a[href], button")];
    const here = document.activeElement;
    if (event.shiftKey && (here === card || here === stops[0])) {
      event.preventDefault();
      close(true);
    } else if (!event.shiftKey && here === stops[stops.length - 1]) {
      close(true); // and the browser moves on from the number
    }
  }

  window.addEventListener("hashchange", () => close(false));
  window.addEventListener("resize", place);

  // The number's own tip would stand over the card; it comes back where there are no data.
  function prepare() {
    if (!document.querySelector('meta[name="lcresearch-figures"]')) return;
    for (const link of document.querySelectorAll(NUMBER)) {
      link.setAttribute("role", "button");
      link.setAttribute("aria-haspopup", "dialog");
      link.setAttribute("aria-expanded", "false");
      for (const tip of [link, ...link.querySelectorAll("[title]")]) {
        if (!tip.hasAttribute("title")) continue;
        tip.dataset.lcTitle = tip.title;
        tip.removeAttribute("title");
      }
    }
  }
  function restoreTitles() {
    for (const tip of document.querySelectorAll("[data-lc-title]")) tip.title = tip.dataset.lcTitle;
    for (const link of document.querySelectorAll(NUMBER)) {
      for (const name of ["role", "aria-haspopup", "aria-expanded"]) link.removeAttribute(name);
    }
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", prepare);
  else prepare();
})();
