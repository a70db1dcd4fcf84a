var base = "https://js-KIND.shop.test/v2";
function load(id) {
  var url = base + "/orders/" + id;
  return fetch(url, { method: "POST", headers: { "X-App": "shop", "Accept": "application/json" } }).then(function (r) { return r.json(); });
}
console.log("loading the orders of the shop");
module.exports = { load: load, socket: "wss://js-KIND.shop.test/live" };
