const root = "https://concat.hermes.test";
export const load = (name) => fetch(root.concat("/v1/", "names/", name));
