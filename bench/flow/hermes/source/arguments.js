function address() { return "https://" + arguments[0] + arguments[1]; }
export const load = () => fetch(address("arguments.hermes.test", "/v1/given"));
