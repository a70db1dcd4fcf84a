const base = "https://new-url.hermes.test";
export const load = () => fetch(new URL("/v1/me", base).toString());
