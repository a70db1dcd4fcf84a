// Bundles source/*.js as Metro does, without its polyfills: one call of __d per module, and one of __r that runs them.
//
//   node bundle.js NODE_MODULES PROFILE OUT.js     PROFILE: of @react-native/babel-preset, such as hermes-stable
//
// Packages that a module imports are empty modules; so only our own sources are in a bundle.
const fs = require('fs'), path = require('path');
const [folder, profile, out] = process.argv.slice(2);
const load = (name) => require(require.resolve(name, {paths: [path.resolve(folder)]}));
const find = (name) => require.resolve(name, {paths: [path.resolve(folder)]});
const babel = load('@babel/core');
const source = path.join(__dirname, 'source');
const files = fs.readdirSync(source).filter((name) => name.endsWith('.js')).sort().map((name) => name.slice(0, -3));
const numbers = new Map(files.map((name, index) => ['./' + name, index + 1]));
const number = (name) => {
  if (!numbers.has(name)) numbers.set(name, numbers.size + 1);
  return numbers.get(name);
};
const modules = files.map((name) => {
  const text = fs.readFileSync(path.join(source, name + '.js'), 'utf8');
  const {code} = babel.transformSync(text, {
    filename: path.join(source, name + '.js'), configFile: false, babelrc: false, compact: false, comments: false,
    presets: [[find('@react-native/babel-preset'), {enableBabelRuntime: false, unstable_transformProfile: profile}]],
  });
  const loaded = [];
  const body = code.replace(/\brequire\("([^"]+)"\)/g, (_, one) => {
    if (!loaded.includes(number(one))) loaded.push(number(one));
    return `_$$_REQUIRE(_dependencyMap[${loaded.indexOf(number(one))}], ${JSON.stringify(one)})`;
  });
  return [number('./' + name), body, loaded];
});
const known = new Set(files.map((name) => './' + name));
const empty = [...numbers].filter(([name]) => !known.has(name)).map(([, one]) => [one, '', []]);
fs.writeFileSync(out, [...modules, ...empty].map(([one, body, loaded]) =>
  `__d(function (global, _$$_REQUIRE, _$$_IMPORT_DEFAULT, _$$_IMPORT_ALL, module, exports, _dependencyMap) {\n${body}\n},${one},[${loaded}]);`
).concat(files.map((name) => `__r(${number('./' + name)});`)).join('\n') + '\n');
