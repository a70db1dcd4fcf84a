export const HOST = "sum.hermes.test";
