class Api {
  #base = "https://private.hermes.test";
  #path() { return "/v1/private"; }
  load() { return fetch(this.#base + this.#path()); }
}
export default new Api();
