const address = (...parts) => parts.join("/");
export const load = () => fetch(address("https://rest.hermes.test", "v1", "rest"));
