// Lists of objects, parts of items and asynchronous functions, for tests of hermes/: npm hermes-compiler,
// hermesc -emit-binary -O listed.js
const values = {a: "a.values.test", b: "b.values.test"}; Object.values(values).forEach(h => fetch("https://" + h + "/p"));
const keys = {"a.keys.test": 1, "b.keys.test": 2}; Object.keys(keys).forEach(h => fetch("https://" + h + "/p"));
const entries = {a: "a.entries.test", b: "b.entries.test"};
Object.entries(entries).forEach(([k, h]) => fetch("https://" + h + "/p/" + k));
const looped = {a: "a.looped.test", b: "b.looped.test"};
for (const h of Object.values(looped)) fetch("https://" + h + "/p");
const parted = {a: "a.parted.test", b: "b.parted.test"};
for (const [k, h] of Object.entries(parted)) { fetch("https://" + h + "/p"); }
const again = {a: "a.again.test", b: "b.again.test"};
for (const h of Object.values(again)) fetch("https://" + h + "/again");
const [first, second] = ["first.items.test", "second.items.test"];
fetch("https://" + first + "/1"); fetch("https://" + second + "/2");
const async = {a: "a.async.test", b: "b.async.test"};
Promise.all(Object.values(async).map(async h => { const r = await fetch(`https://${h}/p`); return r; }));
const load = async p => { const r = await fetch("https://await.test/v1" + p); return r.json(); };
async function run() { await load("/one"); const next = await load("/two"); return next; } run();
const reversed = [..."1v/tset.daerps//:sptth"].reverse().join(""); fetch(reversed + "/items");
