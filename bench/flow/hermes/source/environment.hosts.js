export const hosts = {
  live: {api: "https://live.environment.hermes.test", path: "/l"},
  test: {api: "https://beta.environment.hermes.test", path: "/b"},
};
