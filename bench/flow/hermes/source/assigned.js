const config = {};
config.base = "https://assigned.hermes.test";
config.feed = config.base + "/feed";
export const load = (page) => fetch(config.feed + "?page=" + page);
