var known = {};
function __d(f, id, list) { known[id] = { f: f, d: list, m: null }; }
function __r(id) { var o = known[id]; if (!o.m) { o.m = { exports: {} }; o.f(globalThis, __r, null, null, o.m, o.m.exports, o.d); } return o.m.exports; }
__d(function (g, r, i, a, m, e, d) { r(d[0]).get('/menu'); r(d[1]).get('/other'); r(d[2]).default.get('/news'); }, 0, [2, 4, 5]);
__d(function (g, r, i, a, m, e, d) { m.exports = {}; }, 1, []);
__d(function (g, r, i, a, m, e, d) { var axios = r(d[0]), c = r(d[1]); axios.defaults.baseURL = c.API || 'https://a.exported.test/api'; m.exports = axios; }, 2, [3, 1]);
__d(function (g, r, i, a, m, e, d) { m.exports = g.nativeClient; }, 3, []);
__d(function (g, r, i, a, m, e, d) { m.exports = g.otherClient; }, 4, []);
__d(function (g, r, i, a, m, e, d) { Object.defineProperty(e, '__esModule', { value: true }); e.default = r(d[0]); }, 5, [3]);
__r(0);
