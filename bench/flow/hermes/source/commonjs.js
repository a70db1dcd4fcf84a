const config = require("./commonjs.config");
module.exports = function () { return fetch(config.base + "/list"); };
