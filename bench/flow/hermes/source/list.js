const parts = ["https:", "", "list.hermes.test", "v1", "sync"];
export const load = () => fetch(parts.join("/"));
