// Formats that take seconds to write: show that the server works on the file, for how long, and how it ended. Without
// this script, the link downloads the same file.
for (const link of document.querySelectorAll("a[data-export-slow]")) {
  let busy = false;
  const shown = document.createElement("span");
  const bar = document.createElement("progress");
  const text = document.createElement("span");
  shown.className = "export-progress";
  shown.hidden = true;
  bar.setAttribute("aria-label", "Writing the file");
  text.setAttribute("role", "status");
  shown.append(bar, text);
  link.after(shown);
  link.addEventListener("click", async (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return; // the user wants a tab of its own
    event.preventDefault();
    if (busy) return;
    busy = true;
    const started = Date.now();
    const waited = () => Math.round((Date.now() - started) / 1000);
    const clock = document.createElement("small"); // not read aloud every second
    shown.hidden = bar.hidden = false;
    text.textContent = "The server is writing the file…";
    text.after(clock);
    const timer = window.setInterval(() => (clock.textContent = ` ${waited()} s`), 1000);
    try {
      text.textContent = `Saved as ${await save(link.href)}.`;
    } catch (error) {
      text.textContent = error.message;
    }
    window.clearInterval(timer);
    clock.remove();
    bar.hidden = true;
    busy = false;
  });
}

async function save(address) {
  const answer = await fetch(address, { headers: { Accept: "application/octet-stream" } }).catch(() => null);
  if (!answer) throw new Error("The connection ended. Try again.");
  if (!answer.ok) {
    const problem = await answer.json().catch(() => ({}));
    const words = [problem.detail || problem.title || `The server answered ${answer.status}`, problem.advice];
    throw new Error(words.filter(Boolean).join(". ") + ".");
  }
  const name = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") || "")?.[1] || "report";
  const file = URL.createObjectURL(await answer.blob());
  const link = document.createElement("a");
  link.href = file;
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(file), 60000);
  return name;
}
