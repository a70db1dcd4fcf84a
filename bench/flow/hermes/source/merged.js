const common = {host: "merged.hermes.test", scheme: "https"};
const config = {...common, path: "/v1/spread"};
export const load = () => fetch(config.scheme + "://" + config.host + config.path);
