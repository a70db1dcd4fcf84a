import axios from "axios";
const HOST = "axios-options.hermes.test";
export const load = () => axios({method: "get", baseURL: "https://" + HOST, url: "/v1/options"});
