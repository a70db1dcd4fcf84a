// Writes language.tsv: what Node makes of each line of language.txt. Usage: node answers.mjs
import { readFileSync, writeFileSync } from "node:fs";
import vm from "node:vm";
import { fileURLToPath } from "node:url";
import { dirname, join } from "node:path";

const here = dirname(fileURLToPath(import.meta.url));
const rows = [];
for (const line of readFileSync(join(here, "language.txt"), "utf8").split("\n").filter(Boolean)) {
  const found = [];
  const text = (value) => {
    const made = JSON.stringify(value, (key, one) => (typeof one === "number" && !Number.isFinite(one) ? String(one) : one === undefined ? "undefined" : one));
    return made === undefined ? "undefined" : made;
  };
  const names = { TextDecoder, TextEncoder, URL, URLSearchParams, Headers, Request, atob, btoa, setTimeout, structuredClone, exports: {}, module: { exports: {} }, process: undefined };
  names.out = (...values) => found.push(values.map(text).join(" "));
  const context = vm.createContext(names);
  vm.runInContext("self = globalThis; window = globalThis;", context);
  vm.runInContext(line, context);
  await new Promise((done) => setTimeout(done, 20));
  rows.push(line + "\t" + JSON.stringify(found.sort()));
}
writeFileSync(join(here, "language.tsv"), rows.join("\n") + "\n");
