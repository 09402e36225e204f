"use strict";
(() => {
  const root = document.documentElement;
  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  root.classList.add("js");

  // Light and dark: the system's choice until the button is used.
  one("#theme").addEventListener("click", () => {
    const system = matchMedia("(prefers-color-scheme: dark)").matches;
    const dark = root.classList.contains("dark") || (system && !root.classList.contains("light"));
    root.classList.toggle("dark", !dark);
    root.classList.toggle("light", dark);
  });

  // Filters of the verdict board.
  const filters = ["source", "verdict", "space"].map((key) => [key, one(`#filter-${key}`)]);
  const claims = all(".board tbody tr");
  const chips = all(".chips li");
  const filter = () => {
    for (const row of [...claims, ...chips]) {
      row.hidden = filters.some(([key, select]) => select.value && row.dataset[key] !== select.value);
    }
    one("#shown").textContent = `${claims.filter((row) => !row.hidden).length} of ${claims.length} shown`;
  };
  filters.forEach(([, select]) => select.addEventListener("change", filter));
  one("#filters").addEventListener("submit", (event) => event.preventDefault());
  filter();

  // Sorting: numbers by value, else text; a second click turns the order.
  const key = (row, column) => {
    const cell = row.cells[column];
    const text = cell.dataset.sort ?? cell.textContent.trim();
    const number = Number.parseFloat(text.replace("\u2212", "-").replaceAll(",", ""));
    return Number.isNaN(number) ? text : number;
  };
  const compare = (one, other) => {
    if (typeof one === typeof other) return typeof one === "number" ? one - other : one.localeCompare(other);
    return typeof one === "number" ? -1 : 1;
  };
  for (const button of all("th .sort")) {
    button.addEventListener("click", () => {
      const heading = button.parentElement;
      const column = heading.cellIndex;
      const descending = heading.getAttribute("aria-sort") === "ascending";
      const body = heading.closest("table").tBodies[0];
      all("th", heading.parentElement).forEach((each) => each.removeAttribute("aria-sort"));
      heading.setAttribute("aria-sort", descending ? "descending" : "ascending");
      const rows = [...body.rows].sort((a, b) => compare(key(a, column), key(b, column)));
      body.append(...(descending ? rows.reverse() : rows));
    });
  }

  // The frontier: space, protocol and the quality that must be kept.
  const panels = all(".panel");
  const space = one("#space");
  const protocol = one("#protocol");
  const quality = one("#quality");
  const point = one("#point");
  const current = () => one(".panel.current");
  const marksOf = (panel) => all("svg:not(.key) .mark", panel);
  const titleOf = (mark) => one("title", mark).textContent;

  const command = (verb, id) => {
    const line = document.createElement("div");
    const code = document.createElement("code");
    code.textContent = `harness ${verb} ${id}`;
    line.append(code);
    return line;
  };
  const show = (mark) => {
    all(".mark.shown").forEach((each) => each.classList.remove("shown"));
    mark.classList.add("shown");
    const text = document.createElement("strong");
    text.textContent = titleOf(mark);
    point.replaceChildren(text, command("explain", mark.dataset.id), command("replay", mark.dataset.id));
  };
  const choose = () => {
    const panel = current();
    const wanted = quality.value / 100;
    const marks = marksOf(panel);
    const reached = marks.filter((mark) => Number(mark.dataset.value) >= wanted);
    const sure = marks.filter((mark) => Number(mark.dataset.low) >= wanted);
    const mark = reached[0];
    marks.forEach((each) => each.classList.toggle("chosen", each === mark));
    one("#quality-shown").textContent = `${quality.value} %`;
    let text = `No method keeps ${quality.value} %.`;
    if (mark) {
      text = `Cheapest that keeps ${quality.value} %: ${titleOf(mark)}.`;
      if (sure[0] && sure[0] !== mark) text += ` With its whole interval: ${titleOf(sure[0])}.`;
      show(mark);
    }
    one(".answer", panel).textContent = text;
    const floor = Number(panel.dataset.floor);
    const y = 22 + 332 * (102 - Math.max(floor, quality.value)) / (102 - floor);
    const goal = one(".goal", panel);
    goal.setAttribute("y1", y);
    goal.setAttribute("y2", y);
    marks.forEach((each) => each.setAttribute("tabindex", each === (mark ?? marks[0]) ? "0" : "-1"));
  };
  const change = () => {
    const fitting = (panel) => panel.dataset.space === space.value && panel.dataset.protocol === protocol.value;
    const chosen = panels.find(fitting) ?? panels.find((panel) => panel.dataset.space === space.value);
    panels.forEach((panel) => panel.classList.toggle("current", panel === chosen));
    protocol.value = chosen.dataset.protocol;
    choose();
  };
  if (panels.length) {
    quality.addEventListener("input", choose);
    [space, protocol].forEach((select) => select.addEventListener("change", change));
    one("#controls").addEventListener("submit", (event) => event.preventDefault());
    for (const panel of panels) {
      const marks = marksOf(panel);
      marks.forEach((mark, number) => {
        ["pointerenter", "focus", "click"].forEach((name) => mark.addEventListener(name, () => show(mark)));
        mark.addEventListener("keydown", (event) => {
          const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
          const next = step && marks[number + step];
          if (!next) return;
          event.preventDefault();
          mark.setAttribute("tabindex", "-1");
          next.setAttribute("tabindex", "0");
          next.focus();
        });
      });
    }
    change();
  }

  // A link to a claim opens it.
  const open = () => {
    const row = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (row && row.matches(".board tr")) {
      filters.forEach(([, select]) => { select.value = ""; });
      filter();
      one("details", row).open = true;
      row.scrollIntoView({ block: "center" });
    }
  };
  addEventListener("hashchange", open);
  open();

  for (const button of all(".copy")) {
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.previousElementSibling.textContent);
      button.textContent = "copied";
    });
  }
})();
