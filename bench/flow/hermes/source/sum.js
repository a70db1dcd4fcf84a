import {HOST} from "./sum.config";
const base = "https://" + HOST;
export function load(id) { return fetch(base + "/v1/users?id=" + id); }
