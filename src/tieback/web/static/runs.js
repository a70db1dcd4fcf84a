// Live progress. Without this script, a reload of the page shows the same.
const REFRESH = 3000;

// One run: follow its events. A change of its state shows the page again.
const panel = document.querySelector("[data-run-events]");
if (panel) {
  const live = panel.querySelector("[data-run-live]");
  const stage = panel.querySelector("[data-run-stage]");
  const count = panel.querySelector("[data-run-count]");
  const bar = panel.querySelector("[data-run-bar]");
  const now = panel.querySelector("[data-run-now]");
  const problems = document.querySelector("[data-run-problems]");
  const source = new EventSource(panel.dataset.runEvents);
  panel.querySelector("[data-run-plain]").hidden = true;
  const read = (event) => JSON.parse(event.data).data;
  const reload = () => {
    source.close();
    window.location.replace(window.location.pathname); // without the notice of the form
  };
  const show = () => {
    live.hidden = false;
    now.hidden = true;
  };
  source.addEventListener("stage", (event) => {
    show();
    stage.textContent = read(event).stage;
    count.textContent = "";
    bar.removeAttribute("value");
  });
  source.addEventListener("progress", (event) => {
    const { stage: name, done, total } = read(event);
    show();
    stage.textContent = name;
    if (total > 0) {
      bar.max = total;
      bar.value = done;
      count.textContent = `${done.toLocaleString("en")} of ${total.toLocaleString("en")}`;
    }
  });
  source.addEventListener("problem", (event) => {
    problems.querySelector("[data-run-none]")?.remove();
    const item = document.createElement("li");
    item.textContent = read(event).text;
    problems.append(item);
  });
  source.addEventListener("state", reload);
  source.addEventListener("end", reload);
}

// The list: while a run is active, read the page again and replace the list.
const list = document.getElementById("runs");
if (list && Number(list.dataset.runsActive) > 0) {
  const again = async () => {
    if (!document.hidden) {
      const page = await fetch(window.location.href, { headers: { Accept: "text/html" } }).catch(() => null);
      if (page?.ok) {
        const next = new DOMParser().parseFromString(await page.text(), "text/html").getElementById("runs");
        if (next && !list.contains(document.activeElement)) {
          list.replaceChildren(...next.childNodes);
          if (Number(next.dataset.runsActive) === 0) return;
        }
      }
    }
    window.setTimeout(again, REFRESH);
  };
  window.setTimeout(again, REFRESH);
}
