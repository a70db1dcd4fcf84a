import axios from "./client.js";
import { env } from "./config.js";
export const client = axios.create({ baseURL: "https://ax.c4.test/rest/", timeout: 1000 });
export const envClient = axios.create({ baseURL: env.api });
export class Api {
  constructor(root) { this.root = root || "https://cls.c5.test"; this.version = "v3"; }
  url(path) { return `${this.root}/${this.version}${path}`; }
  get(path) { return fetch(this.url(path)).then(r => r.json()); }
  items() { return fetch(this.root + "/items"); }
}
