import cfg, { BASE_URL, HOST, Paths, env } from "./config.js";
import { client, envClient, Api } from "./http.js";
const join = (...p) => p.join("/");
export async function login(user) { return fetch(BASE_URL + Paths.LOGIN, { method: "POST", body: JSON.stringify(user) }); }
export function me() { return client.get("/users/me"); }
export function orders(id) { return envClient.get(`/orders/${id}`); }
export function live() { return new WebSocket(env.ws + "/live"); }
export function upload(f) { const u = cfg.uploads; return fetch(`${u.scheme}://${u.host}:${u.port}${u.path}`, { method: "PUT", body: f }); }
function request(path, opts) { return fetch("https://wrap.c6.test/api" + path, opts); }
export const list = () => request("/list"), one = id => request("/one/" + id);
export function feed() { const s = window.location.protocol === "https:" ? "wss://" : "ws://"; const w = new WebSocket(s + "feed.c7.test" + "/socket"); w.onmessage = console.log; return w; }
export const api = new Api();
export function things() { return api.get("/things"); }
let region = "eu"; if (window.us) region = "us";
export function regional() { return fetch("https://" + region + ".c8.test/r"); }
export function url() { return new URL("/deep/path", "https://u.c9.test"); }
export function joined() { return fetch(join("https://j.c10.test", "a", "b")); }
const { host = "d.c11.test", proto = "https" } = window.__cfg || {};
export function def() { return fetch(proto + "://" + host + "/def"); }
export function ping() { return navigator.sendBeacon("https://" + HOST.replace("api", "beacon") + "/ping"); }
window.app = { login, me, orders, live, upload, list, one, feed, things, regional, url, joined, def, ping };
