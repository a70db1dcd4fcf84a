const BASE = "https://parameter.hermes.test/api/";
export function request(path, options) {
  return fetch(BASE + path, {method: "GET", ...options}).then((answer) => answer.json());
}
