export default {api: {host: "default.hermes.test", prefix: "/api"}};
