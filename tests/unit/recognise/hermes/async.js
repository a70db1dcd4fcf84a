// hermesc -O -w -emit-binary -out async-v99-O.hbc async.js (npm: hermes-compiler 260318099.0.8), then xz -9.
// Asynchronous functions as Babel writes them for React Native, and the settings of an Expo app.
function _asyncToGenerator(n) {
  return function () {
    var t = this, e = arguments;
    return new Promise(function (r, o) {
      var a = n.apply(t, e);
      function next(v) { var i = a.next(v); if (i.done) r(i.value); else Promise.resolve(i.value).then(next, o); }
      next(undefined);
    });
  };
}
var BASE = ["https://async.hermes.test", "v4"].join("/");
function request(_x, _x2) {
  return _request.apply(this, arguments);
}
function _request() {
  _request = _asyncToGenerator(function* (method, path) {
    var res = yield fetch(BASE + path, { method: method });
    return res.json();
  });
  return _request.apply(this, arguments);
}
request("GET", "/cart/list");
var other = function () {
  var _ref = _asyncToGenerator(function* (path) {
    var res = yield fetch("https://other.hermes.test" + path);
    return res.json();
  });
  return function (_x3) {
    return _ref.apply(this, arguments);
  };
}();
other("/orders/7");
var extra = globalThis.constants.expoConfig.extra;
fetch("https://" + extra.api.host + ":" + extra.api.port + "/v1/feed");
