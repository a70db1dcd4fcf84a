function host() { return "constant-function.hermes.test"; }
const url = (path) => "https://" + host() + path;
export const load = () => fetch(url("/v1/stock"));
