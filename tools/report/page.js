"use strict";
const field = document.getElementById("filter");
const said = document.getElementById("found");
field.addEventListener("input", () => {
  const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const stack of document.querySelectorAll("#resources details")) {
    let here = 0;
    for (const row of stack.querySelectorAll("tbody tr")) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
      if (!row.hidden) here += 1;
    }
    stack.hidden = here === 0;
    stack.open = words.length > 0 && here > 0;
    shown += here;
  }
  said.textContent = words.length ? `${shown} resources match` : "";
});
