import axios from "axios";
axios.defaults.baseURL = "https://axios-defaults.hermes.test";
export const login = (body) => axios.post("/v1/login", body);
