import {Base} from "./derived.base";
class Shop extends Base {
  constructor() { super("derived.hermes.test", "v2"); }
  orders() { return this.request("/orders"); }
}
export const shop = new Shop();
export const load = () => shop.orders();
