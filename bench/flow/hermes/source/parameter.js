import {request} from "./parameter.client";
export const first = () => request("first");
export const second = (id) => request("second/" + id);
