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
