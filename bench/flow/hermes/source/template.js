const host = "template.hermes.test", port = 8443;
export const load = (id) => fetch(`https://${host}:${port}/v2/items/${id}`);
