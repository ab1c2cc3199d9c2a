"use strict";
// Sorts and filters what is on the page already. It makes no request and puts no text on the page as markup.
(() => {
  const at = (id) => document.getElementById(id);
  const list = at("list");
  const findings = [...list.querySelectorAll(".finding")].map((element, number) => ({
    element,
    number,
    home: element.parentNode,
    kind: element.dataset.kind,
    engines: element.dataset.engines.split(" "),
    sure: element.dataset.sure === "" ? null : Number(element.dataset.sure),
    words: null,
  }));
  const files = [...list.querySelectorAll(".file")];
  const flat = document.createElement("ol");

  // ─ findings ─

  const kinds = [...document.querySelectorAll("#tools [name=kind]")];
  const words = (finding) => {
    if (finding.words === null) {
      const name = finding.home.parentNode.querySelector("h3").textContent;
      finding.words = (name + " " + finding.element.textContent).toLowerCase();
    }
    return finding.words;
  };

  const filter = () => {
    const asked = at("q").value.trim().toLowerCase();
    const wanted = new Set(kinds.filter((box) => box.checked).map((box) => box.value));
    const by = at("by").value;
    const least = Number(at("sure").value);
    let shown = 0;
    for (const finding of findings) {
      const fits =
        wanted.has(finding.kind) &&
        (by === "" || (by === "+" ? finding.engines.length > 1 : finding.engines.includes(by))) &&
        (least === 0 || (finding.sure !== null && finding.sure >= least)) &&
        (asked === "" || words(finding).includes(asked));
      finding.element.hidden = !fits;
      shown += fits;
    }
    for (const file of files) {
      file.hidden = !file.querySelector(".finding:not([hidden])");
    }
    at("status").textContent = `${shown.toLocaleString("en")} of ${findings.length.toLocaleString("en")} shown`;
  };

  const order = () => {
    const how = at("order").value;
    if (how === "place") {
      for (const finding of findings) finding.home.append(finding.element);
      flat.remove();
    } else {
      const sign = how === "sure" ? -1 : 1;
      const sorted = [...findings].sort((a, b) => {
        if (a.sure === null || b.sure === null) return (a.sure === null) - (b.sure === null) || a.number - b.number;
        return sign * (a.sure - b.sure) || a.number - b.number;
      });
      flat.replaceChildren(...sorted.map((finding) => finding.element));
      list.prepend(flat);
    }
    filter();
  };

  const showAll = () => {
    at("q").value = at("by").value = "";
    at("sure").value = "0";
    at("order").value = "place";
    for (const box of kinds) box.checked = true;
    order();
  };

  if (findings.length > 0) {
    let soon = 0;
    at("q").addEventListener("input", () => {
      clearTimeout(soon);
      soon = setTimeout(filter, 120);
    });
    for (const control of [...kinds, at("by"), at("sure")]) control.addEventListener("change", filter);
    at("order").addEventListener("change", order);
    at("reset").addEventListener("click", showAll);
    // A link to a file that the filter hides shows everything again.
    document.addEventListener("click", (event) => {
      const link = event.target.closest && event.target.closest("a[href^='#file-']");
      const target = link && at(link.getAttribute("href").slice(1));
      if (target && target.closest("[hidden]")) showAll();
    });
    at("tools").hidden = false;
    showAll();
  }

  // ─ the table of files ─

  const table = at("ranking");
  if (table) {
    const body = table.tBodies[0];
    const heads = [...table.tHead.rows[0].cells];
    const value = (row, column, sort) => {
      const cell = row.cells[column];
      return sort === "text" ? cell.textContent : Number(cell.dataset.value);
    };
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const sort = head.dataset.sort;
        const now = head.getAttribute("aria-sort");
        const next = now ? (now === "descending" ? "ascending" : "descending") : sort === "text" ? "ascending" : "descending";
        const sign = next === "ascending" ? 1 : -1;
        for (const other of heads) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", next);
        const rows = [...body.rows].map((row) => [value(row, column, sort), row]);
        rows.sort(([a], [b]) => sign * (sort === "text" ? a.localeCompare(b, "en") : a - b));
        body.append(...rows.map(([, row]) => row));
      });
    });
  }
})();
