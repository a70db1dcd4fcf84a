var r="https://concat.shop.test";function u(e){return this.http.get("".concat(r,"/v1/items/").concat(e))}
