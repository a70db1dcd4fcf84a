// Hosts chosen by a condition, for tests of hermes/: npm hermes-compiler, hermesc -emit-binary -O conditions.js
// Each pair aN and bN is one choice; only bN is possible where a constant decides.
__d(function (global, require, importDefault, importAll, module, exports, deps) {
  var dev = require(deps[0]).dev, env = require(deps[0]).env;
  var hosts = {dev: {host: "a1.hermes.test"}, prod: {host: "b1.hermes.test"}};
  exports.f1 = function () { return fetch("https://" + hosts[dev ? "dev" : "prod"].host + "/v1"); };
  var base = dev ? "https://a2.hermes.test" : "https://b2.hermes.test";
  exports.f2 = function (path) { return fetch(base + "/v2/" + path); };
  class Api {
    constructor() { this.host = "b3.hermes.test"; }
    useTest() { this.host = "a3.hermes.test"; }
    go() { return fetch("https://" + this.host + "/v3"); }
  }
  exports.api = new Api();
  var parts = dev ? ["https://", "a4.hermes.test"] : ["https://", "b4.hermes.test"];
  exports.f4 = function () { return fetch(parts.join("") + "/v4"); };
  var spread = {...(dev ? {host: "a5.hermes.test"} : {host: "b5.hermes.test"})};
  exports.f5 = function () { return fetch("https://" + spread.host + "/v5"); };
  var late = {host: "b6.hermes.test", ...(dev ? {host: "a6.hermes.test"} : {})};
  exports.f6 = function () { return fetch("https://" + late.host + "/v6"); };
  var assigned = Object.assign({}, env === "test" ? {host: "a7.hermes.test"} : {host: "b7.hermes.test"});
  exports.f7 = function () { return fetch("https://" + assigned.host + "/v7"); };
  exports.f8 = function () { return fetch("https://" + (__DEV__ ? "a8.hermes.test" : "b8.hermes.test") + "/v8"); };
  var local = false;
  exports.f9 = function () { return fetch("https://" + (local ? "a9.hermes.test" : "b9.hermes.test") + "/v9"); };
}, 1, [2]);
__d(function (global, require, importDefault, importAll, module, exports, deps) {
  exports.dev = global.isDev;
  exports.env = global.envName;
}, 2, []);
