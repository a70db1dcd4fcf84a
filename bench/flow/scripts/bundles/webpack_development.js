/******/ (() => { // webpackBootstrap
/******/ 	"use strict";
/******/ 	var __webpack_modules__ = ({

/***/ "./src/config.js"
/*!***********************!*\
  !*** ./src/config.js ***!
  \***********************/
(__unused_webpack_module, __webpack_exports__, __webpack_require__) {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   BASE_URL: () => (/* binding */ BASE_URL),
/* harmony export */   HOST: () => (/* binding */ HOST),
/* harmony export */   Paths: () => (/* binding */ Paths),
/* harmony export */   "default": () => (__WEBPACK_DEFAULT_EXPORT__),
/* harmony export */   env: () => (/* binding */ env)
/* harmony export */ });
const HOST = "api.c1.test";
const BASE_URL = `https://${HOST}/v1`;
const table = { production: { api: "https://prod.c2.test/api", ws: "wss://prod.c2.test" }, staging: { api: "https://stage.c2.test/api", ws: "wss://stage.c2.test" } };
const env = table[globalThis.APP_ENV || "production"];
/* harmony default export */ const __WEBPACK_DEFAULT_EXPORT__ = ({ uploads: { scheme: "https", host: "up.c3.test", port: 8443, path: "/files" }, flags: { a: 1 } });
const Paths = Object.freeze({ LOGIN: "/login", ME: "/users/me" });


/***/ },

/***/ "./src/client.js"
/*!**************************!*\
  !*** ./src/client.js ***!
  \**************************/
(__unused_webpack_module, __webpack_exports__, __webpack_require__) {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   "default": () => (__WEBPACK_DEFAULT_EXPORT__)
/* harmony export */ });
function A(o) { this.o = o; }
A.prototype.get = function (u) { const x = new XMLHttpRequest(); x.open("GET", this.o.baseURL + u); x.send(); return x; };
A.prototype.post = A.prototype.get;
/* harmony default export */ const __WEBPACK_DEFAULT_EXPORT__ = ({ create(o) { return new A(o); } });


/***/ },

/***/ "./src/http.js"
/*!*********************!*\
  !*** ./src/http.js ***!
  \*********************/
(__unused_webpack_module, __webpack_exports__, __webpack_require__) {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Api: () => (/* binding */ Api),
/* harmony export */   client: () => (/* binding */ client),
/* harmony export */   envClient: () => (/* binding */ envClient)
/* harmony export */ });
/* harmony import */ var _client_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(/*! ./client.js */ "./src/client.js");
/* harmony import */ var _config_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(/*! ./config.js */ "./src/config.js");


const client = _client_js__WEBPACK_IMPORTED_MODULE_0__["default"].create({ baseURL: "https://ax.c4.test/rest/", timeout: 1000 });
const envClient = _client_js__WEBPACK_IMPORTED_MODULE_0__["default"].create({ baseURL: _config_js__WEBPACK_IMPORTED_MODULE_1__.env.api });
class Api {
  constructor(root) { this.root = root || "https://cls.c5.test"; this.version = "v3"; }
  url(path) { return `${this.root}/${this.version}${path}`; }
  get(path) { return fetch(this.url(path)).then(r => r.json()); }
  items() { return fetch(this.root + "/items"); }
}


/***/ }

/******/ 	});
/************************************************************************/
/******/ 	// The module cache
/******/ 	const __webpack_module_cache__ = {};
/******/ 	
/******/ 	// The require function
/******/ 	function __webpack_require__(moduleId) {
/******/ 		// Check if module is in cache
/******/ 		const cachedModule = __webpack_module_cache__[moduleId];
/******/ 		if (cachedModule !== undefined) {
/******/ 			return cachedModule.exports;
/******/ 		}
/******/ 		// Create a new module (and put it into the cache)
/******/ 		const module = __webpack_module_cache__[moduleId] = {
/******/ 			// no module.id needed
/******/ 			// no module.loaded needed
/******/ 			exports: {}
/******/ 		};
/******/ 	
/******/ 		// Execute the module function
/******/ 		if (!(moduleId in __webpack_modules__)) {
/******/ 			delete __webpack_module_cache__[moduleId];
/******/ 			const e = new Error("Cannot find module '" + moduleId + "'");
/******/ 			e.code = 'MODULE_NOT_FOUND';
/******/ 			throw e;
/******/ 		}
/******/ 		__webpack_modules__[moduleId](module, module.exports, __webpack_require__);
/******/ 	
/******/ 		// Return the exports of the module
/******/ 		return module.exports;
/******/ 	}
/******/ 	
/************************************************************************/
/******/ 	/* webpack/runtime/define property getters */
/******/ 	// define getter/value functions for harmony exports
/******/ 	__webpack_require__.d = (exports, definition) => {
/******/ 		for(var key in definition) {
/******/ 			if(__webpack_require__.o(definition, key) && !__webpack_require__.o(exports, key)) {
/******/ 				Object.defineProperty(exports, key, { enumerable: true, get: definition[key] });
/******/ 			}
/******/ 		}
/******/ 	};
/******/ 	
/******/ 	/* webpack/runtime/hasOwnProperty shorthand */
/******/ 	__webpack_require__.o = (obj, prop) => (Object.prototype.hasOwnProperty.call(obj, prop));
/******/ 	
/******/ 	/* webpack/runtime/make namespace object */
/******/ 	// define __esModule on exports
/******/ 	__webpack_require__.r = (exports) => {
/******/ 		Object.defineProperties(exports, { [Symbol.toStringTag]: { value: 'Module' }, __esModule: { value: true } });
/******/ 	};
/******/ 	
/************************************************************************/
let __webpack_exports__ = {};
// This entry needs to be wrapped in an IIFE because it needs to be isolated against other modules in the chunk.
(() => {
/*!*********************!*\
  !*** ./src/main.js ***!
  \*********************/
__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   api: () => (/* binding */ api),
/* harmony export */   def: () => (/* binding */ def),
/* harmony export */   feed: () => (/* binding */ feed),
/* harmony export */   joined: () => (/* binding */ joined),
/* harmony export */   list: () => (/* binding */ list),
/* harmony export */   live: () => (/* binding */ live),
/* harmony export */   login: () => (/* binding */ login),
/* harmony export */   me: () => (/* binding */ me),
/* harmony export */   one: () => (/* binding */ one),
/* harmony export */   orders: () => (/* binding */ orders),
/* harmony export */   ping: () => (/* binding */ ping),
/* harmony export */   regional: () => (/* binding */ regional),
/* harmony export */   things: () => (/* binding */ things),
/* harmony export */   upload: () => (/* binding */ upload),
/* harmony export */   url: () => (/* binding */ url)
/* harmony export */ });
/* harmony import */ var _config_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(/*! ./config.js */ "./src/config.js");
/* harmony import */ var _http_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(/*! ./http.js */ "./src/http.js");


const join = (...p) => p.join("/");
async function login(user) { return fetch(_config_js__WEBPACK_IMPORTED_MODULE_0__.BASE_URL + _config_js__WEBPACK_IMPORTED_MODULE_0__.Paths.LOGIN, { method: "POST", body: JSON.stringify(user) }); }
function me() { return _http_js__WEBPACK_IMPORTED_MODULE_1__.client.get("/users/me"); }
function orders(id) { return _http_js__WEBPACK_IMPORTED_MODULE_1__.envClient.get(`/orders/${id}`); }
function live() { return new WebSocket(_config_js__WEBPACK_IMPORTED_MODULE_0__.env.ws + "/live"); }
function upload(f) { const u = _config_js__WEBPACK_IMPORTED_MODULE_0__["default"].uploads; return fetch(`${u.scheme}://${u.host}:${u.port}${u.path}`, { method: "PUT", body: f }); }
function request(path, opts) { return fetch("https://wrap.c6.test/api" + path, opts); }
const list = () => request("/list"), one = id => request("/one/" + id);
function feed() { const s = window.location.protocol === "https:" ? "wss://" : "ws://"; const w = new WebSocket(s + "feed.c7.test" + "/socket"); w.onmessage = console.log; return w; }
const api = new _http_js__WEBPACK_IMPORTED_MODULE_1__.Api();
function things() { return api.get("/things"); }
let region = "eu"; if (window.us) region = "us";
function regional() { return fetch("https://" + region + ".c8.test/r"); }
function url() { return new URL("/deep/path", "https://u.c9.test"); }
function joined() { return fetch(join("https://j.c10.test", "a", "b")); }
const { host = "d.c11.test", proto = "https" } = window.__cfg || {};
function def() { return fetch(proto + "://" + host + "/def"); }
function ping() { return navigator.sendBeacon("https://" + _config_js__WEBPACK_IMPORTED_MODULE_0__.HOST.replace("api", "beacon") + "/ping"); }
window.app = { login, me, orders, live, upload, list, one, feed, things, regional, url, joined, def, ping };

})();

/******/ })()
;