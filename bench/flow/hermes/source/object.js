const config = {scheme: "https", host: "object.hermes.test", version: 3, deep: {path: "/orders"}};
export const load = () => fetch(config.scheme + "://" + config.host + "/v" + config.version + config.deep.path);
