/******/ (function(modules) { // webpackBootstrap
/******/ 	function __webpack_require__(moduleId) {
/******/ 		return modules[moduleId].exports;
/******/ 	}
/******/ })
/************************************************************************/
/******/ ([
/* 0 */
/***/ (function(module, exports, __webpack_require__) {

module.exports = __webpack_require__(1);

/***/ }),
/* 1 */
/***/ (function(module, exports, __webpack_require__) {

"use strict";
var _config = __webpack_require__(2);
var _config2 = _interopRequireDefault(_config);
function _interopRequireDefault(obj) { return obj && obj.__esModule ? obj : { default: obj }; }
fetch(_config2.default.api + '/d');

/***/ }),
/* 2 */
/***/ (function(module, exports, __webpack_require__) {

"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.default = { api: 'https://w8.acme.test/v8' };

/***/ })
/******/ ]);
