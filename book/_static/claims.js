// The evidence tables can be searched and sorted; the state stands in the page's address.
// The form comes with the page, hidden, with its words; without this script the tables are whole.
(() => {
  "use strict";
  const PAUSE = 150; // ms after a key press
  const NAMES = ["find", "grade", "notebook", "sort"];
  const collator = new Intl.Collator("en", { numeric: true });

  function begin() {
    const form = document.querySelector("form.lc-find");
    if (!form) return;
    const field = (name) => form.elements.namedItem(name);
    const status = form.querySelector("[role=status]");
    const grades = [...field("grade").options].map((option) => option.value);
    const tables = [...document.querySelectorAll("table.lc-claims, table.lc-figures")];
    const claims = tables.filter((table) => table.dataset.notebook !== undefined);
    const folds = new Map(
      [...document.querySelectorAll("details.lc-more")]
        .filter((fold) => fold.querySelector("table"))
        .map((fold) => [fold, fold.open]),
    );
    const rows = tables.flatMap((table) =>
      [...table.tBodies[0].rows].map((element) => {
        const notebook = table.dataset.notebook ?? "";
        const badge = element.querySelector(".lc-grade");
        return {
          element,
          table,
          notebook,
          key: element.querySelector("th code").textContent,
          grade: grades.findIndex((name) => name && badge?.classList.contains(`lc-${name}`)),
          value: parseFloat(element.dataset.value),
          text: plain(
            [...element.cells].map((cell) => cell.textContent).join(" ") + ` ${notebook}`,
          ),
        };
      }),
    );
    const captions = new Map(claims.map((table) => [table, [...(table.caption?.childNodes ?? [])]]));
    let timer = 0;
    let ordered = ""; // the order that the rows are in

    // Heads that sort: buttons, made here, for they would do nothing without this script.
    const heads = [...document.querySelectorAll(".lc-table th[data-sort]")];
    for (const head of heads) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "lc-sort";
      button.title = form.dataset.sort;
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const key = head.dataset.sort;
        const now = field("sort").value;
        field("sort").value = now === key ? `-${key}` : now === `-${key}` ? "" : key;
        apply();
        // The table of this head may have moved, or have given its rows to another.
        const visible = (other) => other.closest("table").offsetParent;
        const there = visible(head)
          ? head
          : heads.find((other) => other.dataset.sort === key && visible(other));
        there?.querySelector("button").focus();
      });
    }

    function named() {
      let id = window.location.hash.slice(1);
      try {
        id = decodeURIComponent(id);
      } catch {
        // An address that is not well formed names what it says.
      }
      return id ? document.getElementById(id) : null;
    }

    function apply() {
      const words = plain(field("find").value).split(" ").filter(Boolean);
      const grade = grades.indexOf(field("grade").value, 1);
      const notebook = field("notebook").value;
      const target = named();
      let shown = 0;
      let besides = false;
      for (const row of rows) {
        const fits =
          words.every((word) => row.text.includes(word)) &&
          (grade < 0 || row.grade === grade) &&
          (!notebook || row.notebook === notebook);
        const kept = !fits && row.element === target;
        row.element.hidden = !fits && !kept;
        shown += fits;
        besides ||= kept;
      }
      if (field("sort").value !== ordered) sort(field("sort").value);
      for (const table of tables) {
        table.hidden = ![...table.tBodies[0].rows].some((row) => !row.hidden);
      }
      const filtered = words.length > 0 || grade >= 0 || Boolean(notebook);
      for (const [fold, open] of folds) {
        fold.hidden = [...fold.querySelectorAll("table")].every((table) => table.hidden);
        if (!fold.contains(target)) fold.open = filtered || open;
      }
      const number = new Intl.NumberFormat(document.documentElement.lang || "en");
      const counts = { shown: number.format(shown), count: number.format(rows.length) };
      const told = form.dataset.shown.replace(/\{(\w+)\}/g, (whole, name) => counts[name] ?? whole);
      status.textContent = besides ? `${told} ${form.dataset.kept}` : told;
      remember();
    }

    // Claims of all notebooks are sorted as one; other tables are of one kind each.
    function sort(order) {
      ordered = order;
      const down = order.startsWith("-") ? -1 : 1;
      const key = order.replace(/^-/, "");
      const merged = key !== "" && key !== "notebook";
      const compare = {
        key: (a, b) => down * collator.compare(a.key, b.key),
        grade: (a, b) => down * (a.grade - b.grade),
        // What has no number comes last, whichever way.
        value: (a, b) =>
          Number.isNaN(a.value) - Number.isNaN(b.value) || down * (a.value - b.value) || 0,
      }[key];
      const sorted = compare ? [...rows].sort(compare) : rows;
      const home = (row) => (merged && claims.includes(row.table) ? claims[0] : row.table);
      const content = new Map(tables.map((table) => [table, []]));
      for (const row of sorted) content.get(home(row)).push(row.element);
      for (const [table, elements] of content) table.tBodies[0].replaceChildren(...elements);
      const placed = [...claims];
      if (key === "notebook")
        placed.sort((a, b) => down * collator.compare(a.dataset.notebook, b.dataset.notebook));
      for (const table of placed) table.parentElement.append(table);
      for (const table of claims) {
        const caption = merged ? [form.dataset.merged] : captions.get(table);
        table.caption?.replaceChildren(...caption);
      }
      for (const head of heads) {
        if (head.dataset.sort === key)
          head.setAttribute("aria-sort", down < 0 ? "descending" : "ascending");
        else head.removeAttribute("aria-sort");
      }
    }

    function remember() {
      const address = new URL(window.location.href);
      for (const name of NAMES) {
        const value = field(name).value.trim();
        if (value) address.searchParams.set(name, value);
        else address.searchParams.delete(name);
      }
      if (address.href === window.location.href) return;
      try {
        window.history.replaceState(window.history.state, "", address);
      } catch {
        // Some browsers keep the address of a file as it is.
      }
    }

    function recall() {
      const asked = new URLSearchParams(window.location.search);
      for (const name of NAMES) {
        field(name).value = asked.get(name) ?? "";
        if (field(name).selectedIndex === -1) field(name).value = ""; // no such choice
      }
    }

    function arrive() {
      apply();
      const target = named();
      for (let fold = target?.closest("details"); fold; fold = fold.parentElement.closest("details"))
        fold.open = true;
      if (rows.some((row) => row.element === target)) target.scrollIntoView();
    }

    form.addEventListener("submit", (event) => {
      event.preventDefault();
      apply();
    });
    form.addEventListener("input", (event) => {
      clearTimeout(timer);
      if (event.target === field("find")) timer = setTimeout(apply, PAUSE);
      else apply();
    });
    form.addEventListener("reset", () => setTimeout(apply));
    window.addEventListener("hashchange", arrive);
    window.addEventListener("popstate", () => {
      recall();
      apply();
    });
    form.hidden = false;
    recall();
    arrive();
  }

  function plain(text) {
    return text.normalize("NFKC").toLowerCase().replace(/\s+/g, " ").trim();
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else begin();
})();
