const STAGE = "prod";
const HOSTS = {prod: "hooks.hermes.test", dev: "dev.hooks.hermes.test"};
export const API = Object.freeze({BASE: `https://${HOSTS[STAGE]}/api`, PATHS: {LIST: "/list", ITEM: "/item/:id"}});
