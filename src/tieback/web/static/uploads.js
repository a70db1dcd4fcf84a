// Uploads with a progress bar. Small files are hashed here, so that an error on the way is noticed and a file that the
// server has already is not sent. SubtleCrypto takes a file only as a whole, so the server computes the hash of a large
// one while it arrives.
const WHOLE = 256 * 1024 * 1024;
const panel = document.querySelector("[data-uploads]");

if (panel) {
  const form = panel.querySelector("[data-uploads-form]");
  const files = panel.querySelector("input[type=file]");
  const button = panel.querySelector("[data-uploads-start]");
  const list = panel.querySelector("[data-uploads-list]");
  const limit = Number(panel.dataset.limit);
  form.hidden = false;
  panel.querySelector("[data-uploads-plain]").hidden = true;
  button.addEventListener("click", async () => {
    button.disabled = true;
    for (const file of files.files) await upload(file, row(list, file.name), limit);
    button.disabled = false;
    files.value = "";
    await refresh();
  });
}

// The table of the page, which would say that no file was uploaded, or leave the new ones out.
async function refresh() {
  const shown = document.querySelector("[data-uploads-shown]");
  const page = await fetch(window.location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!page?.ok) return;
  const next = new DOMParser().parseFromString(await page.text(), "text/html").querySelector("[data-uploads-shown]");
  if (next) shown.replaceChildren(...next.childNodes);
}

function row(list, name) {
  const item = document.createElement("li");
  const title = document.createElement("strong");
  const bar = document.createElement("progress");
  const text = document.createElement("span");
  title.textContent = name;
  bar.max = 1;
  bar.value = 0;
  bar.setAttribute("aria-label", `Upload of ${name}`);
  item.append(title, " ", text, bar);
  list.append(item);
  return { item, bar, text };
}

async function upload(file, shown, limit) {
  if (file.size === 0) return fail(shown, "The file is empty.");
  if (file.size > limit) return fail(shown, "The file is too large for this server.");
  try {
    const digest = await hash(file, shown);
    if (digest) {
      const known = await fetch(`/api/v1/uploads/${digest}`, { headers: { Accept: "application/json" } });
      if (known.ok) return finish(shown, digest, "The server has this file already.");
    }
    shown.text.textContent = "Sending…";
    const answer = await send(file, digest, shown.bar);
    finish(shown, answer.sha256, "Uploaded.");
  } catch (error) {
    fail(shown, error.message);
  }
}

async function hash(file, shown) {
  if (!globalThis.crypto?.subtle || file.size > WHOLE) return "";
  shown.text.textContent = "Computing the SHA-256…";
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function send(file, digest, bar) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest(); // fetch reports no progress of what it sends
    const query = `?name=${encodeURIComponent(file.name.slice(0, 200))}`;
    request.open(digest ? "PUT" : "POST", digest ? `/api/v1/uploads/${digest}${query}` : `/api/v1/uploads${query}`);
    request.responseType = "json";
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) bar.value = event.loaded / event.total;
    });
    request.addEventListener("error", () => reject(new Error("The connection ended. Send the file again.")));
    request.addEventListener("abort", () => reject(new Error("The upload was stopped.")));
    request.addEventListener("load", () => {
      if (request.status === 200 && request.response) return resolve(request.response);
      const problem = request.response || {};
      const words = [problem.detail || problem.title || `The server answered ${request.status}`, problem.advice];
      reject(new Error(words.filter(Boolean).join(". ") + "."));
    });
    request.send(file);
  });
}

function finish(shown, digest, words) {
  const link = document.createElement("a");
  link.href = `/runs/new?upload=${digest}`;
  link.textContent = "Analyse it";
  const details = document.createElement("a");
  details.href = `/uploads/${digest}`;
  details.textContent = "Details";
  shown.bar.value = 1;
  shown.text.textContent = `${words} `;
  shown.text.append(link, " ", details);
}

function fail(shown, words) {
  shown.item.classList.add("failed");
  shown.text.textContent = words;
  shown.bar.remove();
}
