const config = {
  get host() { return "getter.hermes.test"; },
  url(path) { return "https://" + this.host + path; },
};
export const load = () => fetch(config.url("/v1/got"));
