class Client {
  constructor(base) { this.base = base; }
  get(path) { return fetch(this.base + path); }
}
const client = new Client("https://instance.hermes.test");
export const load = () => client.get("/v1/all");
