import axios from "axios";
const host = "axios-create.hermes.test";
export const api = axios.create({baseURL: `https://${host}/rest`, timeout: 1000});
export const me = () => api.get("/users/me");
export const add = (body) => api.post("orders", body);
