const pattern = "https://REGION.replace.hermes.test/v1";
export const load = () => fetch(pattern.replace("REGION", "eu") + "/items");
