// Arrays whose methods use what a function returns for each item, for tests of hermes/: npm react-native 0.82.1,
// hermesc -emit-binary -O callbacks.js
const servers = [{url: "http://192.168.1.9:80", main: false}, {url: "https://found.callbacks.test", main: true}];
fetch(servers.find(s => s.main).url + "/found");
const hosts = [{host: "first.callbacks.test", off: 1}, {host: "second.callbacks.test", off: 0}];
fetch("https://" + hosts.filter(h => !h.off)[0].host + "/filtered");
fetch("https://reduced.callbacks.test" + ["one", "two"].reduce((a, b) => a + "/" + b, ""));
fetch(["https://bare.callbacks.test", "v1", "three"].reduce((a, b) => a + "/" + b));
const either = [{url: "https://left.callbacks.test", on: globalThis.left}, {url: "https://right.callbacks.test", on: true}];
fetch(either.find(e => e.on).url + "/unsure");
