import * as api from "./reexport.index";
export const load = () => fetch(`${api.ROOT}/v1/news`);
