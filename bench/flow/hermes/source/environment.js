import {hosts} from "./environment.hosts";
const chosen = hosts[global.STAGE];
export const load = () => fetch(chosen.api + chosen.path);
