import client from "./axios_client";
export const list = (page) => client.get(`/list?page=${page}`);
