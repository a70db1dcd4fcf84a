const version = "v1";
export const load = () => fetch(String.raw`https://raw.hermes.test/${version}/a`);
