  // The frontier: space, protocol and the quality that must be kept.
  const panels = all(".panel");
  const space = one("#space");
  const protocol = one("#protocol");
  const quality = one("#quality");
  const bytes = one("#bytes");
  const point = one("#point");
  const current = () => one(".panel.current");
  const marksOf = (panel) => all("svg:not(.key) .mark", panel);
  const titleOf = (mark) => one("title", mark).textContent;

  const commands = (id) => ["explain", "replay"].map((verb) => {
    const line = document.createElement("div");
    const code = document.createElement("code");
    const button = document.createElement("button");
    code.textContent = `harness ${verb} ${id}`;
    Object.assign(button, { type: "button", className: "copy", textContent: "copy" });
    line.append(code, button);
    return line;
  });
  const show = (mark) => {
    all(".mark.shown").forEach((each) => each.classList.remove("shown"));
    mark.classList.add("shown");
    const text = document.createElement("strong");
    text.textContent = titleOf(mark);
    point.replaceChildren(text, ...commands(mark.dataset.id));
  };
  const most = (marks) => {
    const within = marks.filter((mark) => Number(mark.dataset.bytes) <= Number(bytes.value));
    return within.reduce((best, mark) => (Number(mark.dataset.value) > Number(best.dataset.value) ? mark : best));
  };
  const choose = () => {
    const panel = current();
    const wanted = quality.value / 100;
    const marks = marksOf(panel);
    const reached = marks.filter((mark) => Number(mark.dataset.value) >= wanted);
    const sure = marks.filter((mark) => Number(mark.dataset.low) >= wanted);
    const mark = reached[0];
    const best = most(marks);
    marks.forEach((each) => each.classList.toggle("chosen", each === mark));
    marks.forEach((each) => each.classList.toggle("most", each === best));
    one("#quality-shown").textContent = `${quality.value} %`;
    let text = `No method keeps ${quality.value} %.`;
    if (mark) {
      text = `Cheapest that keeps ${quality.value} %: ${titleOf(mark)}.`;
      if (sure[0] && sure[0] !== mark) text += ` With its whole interval: ${titleOf(sure[0])}.`;
    }
    one(".cheapest", panel).textContent = text;
    one(".most", panel).textContent = `Most in ${bytes.value} bytes or fewer: ${titleOf(best)}.`;
    const [floor, ceiling, top, base] = ["floor", "ceiling", "top", "base"].map((name) => Number(panel.dataset[name]));
    const y = top + (base - top) * (ceiling - Math.max(floor, quality.value)) / (ceiling - floor);
    const goal = one(".goal", panel);
    goal.setAttribute("y1", y);
    goal.setAttribute("y2", y);
    marks.forEach((each) => each.setAttribute("tabindex", each === (mark ?? marks[0]) ? "0" : "-1"));
    return mark ?? best;
  };
  const change = () => {
    const fitting = (panel) => panel.dataset.space === space.value && panel.dataset.protocol === protocol.value;
    const chosen = panels.find(fitting) ?? panels.find((panel) => panel.dataset.space === space.value);
    panels.forEach((panel) => panel.classList.toggle("current", panel === chosen));
    protocol.value = chosen.dataset.protocol;
    const sizes = [...new Set(marksOf(chosen).map((mark) => mark.dataset.bytes))];
    const size = sizes.includes(bytes.value) ? bytes.value : sizes[0];
    bytes.replaceChildren(...sizes.map((each) => new Option(each)));
    bytes.value = size;
    show(choose());
  };
  if (panels.length) {
    quality.addEventListener("input", () => show(choose()));
    bytes.addEventListener("change", () => {
      choose();
      show(most(marksOf(current())));
    });
    [space, protocol].forEach((select) => select.addEventListener("change", change));
    one("#controls").addEventListener("submit", (event) => event.preventDefault());
    for (const panel of panels) {
      const marks = marksOf(panel);
      marks.forEach((mark, number) => {
        ["pointerenter", "focus"].forEach((name) => mark.addEventListener(name, () => show(mark)));
        mark.addEventListener("click", () => {
          show(mark);
          point.scrollIntoView({ block: "nearest" });
        });
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
