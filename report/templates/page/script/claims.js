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
