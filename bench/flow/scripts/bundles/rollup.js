var app = (function (exports) {
  'use strict';

  const HOST = "api.c1.test";
  const BASE_URL = `https://${HOST}/v1`;
  const table = { production: { api: "https://prod.c2.test/api", ws: "wss://prod.c2.test" }, staging: { api: "https://stage.c2.test/api", ws: "wss://stage.c2.test" } };
  const env = table[globalThis.APP_ENV || "production"];
  var cfg = { uploads: { scheme: "https", host: "up.c3.test", port: 8443, path: "/files" }};
  const Paths = Object.freeze({ LOGIN: "/login", ME: "/users/me" });

  function A(o) { this.o = o; }
  A.prototype.get = function (u) { const x = new XMLHttpRequest(); x.open("GET", this.o.baseURL + u); x.send(); return x; };
  A.prototype.post = A.prototype.get;
  var axios = { create(o) { return new A(o); } };

  const client = axios.create({ baseURL: "https://ax.c4.test/rest/", timeout: 1000 });
  const envClient = axios.create({ baseURL: env.api });
  class Api {
    constructor(root) { this.root = root || "https://cls.c5.test"; this.version = "v3"; }
    url(path) { return `${this.root}/${this.version}${path}`; }
    get(path) { return fetch(this.url(path)).then(r => r.json()); }
    items() { return fetch(this.root + "/items"); }
  }

  const join = (...p) => p.join("/");
  async function login(user) { return fetch(BASE_URL + Paths.LOGIN, { method: "POST", body: JSON.stringify(user) }); }
  function me() { return client.get("/users/me"); }
  function orders(id) { return envClient.get(`/orders/${id}`); }
  function live() { return new WebSocket(env.ws + "/live"); }
  function upload(f) { const u = cfg.uploads; return fetch(`${u.scheme}://${u.host}:${u.port}${u.path}`, { method: "PUT", body: f }); }
  function request(path, opts) { return fetch("https://wrap.c6.test/api" + path, opts); }
  const list = () => request("/list"), one = id => request("/one/" + id);
  function feed() { const s = window.location.protocol === "https:" ? "wss://" : "ws://"; const w = new WebSocket(s + "feed.c7.test" + "/socket"); w.onmessage = console.log; return w; }
  const api = new Api();
  function things() { return api.get("/things"); }
  let region = "eu"; if (window.us) region = "us";
  function regional() { return fetch("https://" + region + ".c8.test/r"); }
  function url() { return new URL("/deep/path", "https://u.c9.test"); }
  function joined() { return fetch(join("https://j.c10.test", "a", "b")); }
  const { host = "d.c11.test", proto = "https" } = window.__cfg || {};
  function def() { return fetch(proto + "://" + host + "/def"); }
  function ping() { return navigator.sendBeacon("https://" + HOST.replace("api", "beacon") + "/ping"); }
  window.app = { login, me, orders, live, upload, list, one, feed, things, regional, url, joined, def, ping };

  exports.api = api;
  exports.def = def;
  exports.feed = feed;
  exports.joined = joined;
  exports.list = list;
  exports.live = live;
  exports.login = login;
  exports.me = me;
  exports.one = one;
  exports.orders = orders;
  exports.ping = ping;
  exports.regional = regional;
  exports.things = things;
  exports.upload = upload;
  exports.url = url;

  return exports;

})({});
