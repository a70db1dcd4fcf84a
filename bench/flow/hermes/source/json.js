const config = JSON.parse('{"net": {"host": "json.hermes.test"}}');
export const load = () => fetch("https://" + config.net.host + "/v1/parsed");
