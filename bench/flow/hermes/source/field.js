class Shop {
  base = "https://field.hermes.test";
  load = (id) => fetch(this.base + "/shops/" + id);
}
export const shop = new Shop();
