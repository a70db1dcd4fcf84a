"use strict";
// Search, filters and sorting. The page is complete without this script, which reads only the page and makes no requests.
(function () {
  const bar = document.getElementById("tools");
  const search = document.getElementById("search");
  const said = document.getElementById("said");
  const rows = Array.from(document.querySelectorAll("[data-row]"));
  const selects = Array.from(bar.querySelectorAll("select"));
  bar.hidden = false;
  const texts = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));

  function show() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const text = texts.get(row);
      const fits =
        words.every((word) => text.includes(word)) &&
        selects.every((select) => !select.value || (row.dataset[select.name] || "").split("|").includes(select.value));
      row.hidden = !fits;
      shown += fits ? 1 : 0;
    }
    for (const table of document.querySelectorAll("table[data-sortable]")) {
      const own = Array.from(table.tBodies[0].rows);
      const note = table.querySelector(".none");
      if (note) note.hidden = own.some((row) => !row.hidden);
    }
    const entries = rows.length + (rows.length === 1 ? " entry" : " entries");
    const all = words.length === 0 && selects.every((select) => !select.value);
    said.textContent = all ? entries : shown + " of " + entries;
  }

  function key(row, column) {
    const cell = row.cells[column];
    const number = cell.dataset.v;
    return number === undefined ? cell.textContent.trim().toLowerCase() : Number(number);
  }

  function sort(table, column, heading) {
    const down = heading.getAttribute("aria-sort") === "ascending";
    for (const other of heading.parentNode.cells) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", down ? "descending" : "ascending");
    const sign = down ? -1 : 1;
    const sorted = Array.from(table.tBodies[0].rows).map((row) => [key(row, column), row]);
    sorted.sort((a, b) => sign * (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
    table.tBodies[0].append(...sorted.map((pair) => pair[1]));
    said.textContent = "Sorted by " + heading.textContent.trim() + ", " + (down ? "descending" : "ascending");
  }

  for (const table of document.querySelectorAll("table[data-sortable]")) {
    Array.from(table.tHead.rows[0].cells).forEach((heading, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.append(...heading.childNodes);
      heading.append(button);
      button.addEventListener("click", () => sort(table, column, heading));
    });
  }
  search.addEventListener("input", show);
  for (const select of selects) select.addEventListener("change", show);
  document.getElementById("clear").addEventListener("click", () => {
    search.value = "";
    for (const select of selects) select.value = "";
    show();
    search.focus();
  });
  document.addEventListener("keydown", (event) => {
    const writing = ["INPUT", "SELECT", "TEXTAREA"].includes(event.target.tagName);
    if (event.key === "/" && !writing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      search.focus();
    } else if (event.key === "Escape" && event.target === search) {
      search.value = "";
      show();
    }
  });
  // Filtered rows are printed too, so that a printed report is complete.
  const hidden = [];
  window.addEventListener("beforeprint", () => {
    for (const row of rows) if (row.hidden) { hidden.push(row); row.hidden = false; }
  });
  window.addEventListener("afterprint", () => { for (const row of hidden.splice(0)) row.hidden = true; });
  // What a link leads to is below the bar, however many lines it has.
  function measure() {
    document.documentElement.style.setProperty("--bar-height", bar.offsetHeight + "px");
  }
  new ResizeObserver(measure).observe(bar);
  // A link to a filtered row shows the row.
  window.addEventListener("hashchange", () => {
    const target = document.getElementById(location.hash.slice(1));
    const row = target && target.closest("[data-row]");
    if (row && row.hidden) { row.hidden = false; target.scrollIntoView(); }
  });
  show();
  measure();
})();
