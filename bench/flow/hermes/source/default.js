import config from "./default.config";
export const load = () => fetch("https://" + config.api.host + config.api.prefix + "/me");
