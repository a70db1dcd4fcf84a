class Api {
  constructor() { this.root = "https://class.hermes.test"; this.version = "v3"; }
  url(path) { return `${this.root}/${this.version}${path}`; }
  orders() { return fetch(this.url("/orders")); }
}
export default new Api();
