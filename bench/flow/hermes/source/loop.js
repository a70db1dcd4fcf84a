const hosts = ["a.loop.hermes.test", "b.loop.hermes.test"];
export const ping = () => hosts.forEach((host) => fetch("https://" + host + "/ping"));
