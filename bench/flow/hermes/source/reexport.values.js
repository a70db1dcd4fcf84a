export const BASE = "https://reexport.hermes.test";
