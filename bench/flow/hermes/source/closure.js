function client(base) {
  return {get: (path) => fetch(base + path)};
}
const api = client("https://closure.hermes.test");
export const load = () => api.get("/v1/me");
