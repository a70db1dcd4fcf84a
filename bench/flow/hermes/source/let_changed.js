let base = "";
export function setup(name) { base = "https://changed.hermes.test/" + "v5"; }
export const load = (id) => fetch(base + "/late/" + id);
