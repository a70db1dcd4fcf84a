module.exports = {base: "https://commonjs.hermes.test/v1"};
