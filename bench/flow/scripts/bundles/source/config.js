export const HOST = "api.c1.test";
export const BASE_URL = `https://${HOST}/v1`;
const table = { production: { api: "https://prod.c2.test/api", ws: "wss://prod.c2.test" }, staging: { api: "https://stage.c2.test/api", ws: "wss://stage.c2.test" } };
export const env = table[globalThis.APP_ENV || "production"];
export default { uploads: { scheme: "https", host: "up.c3.test", port: 8443, path: "/files" }, flags: { a: 1 } };
export const Paths = Object.freeze({ LOGIN: "/login", ME: "/users/me" });
