// Bundles packages of npm and our own cases as Metro does: one call of __d per module, and one of __r.
//
//   node bundle.js FOLDER LIST.txt OUT.js      FOLDER: with node_modules; LIST.txt: one package per line
//
// Babel rewrites what has types of Flow (React Native), as Metro does. swc rewrites the rest in a tenth of the time. A
// module that is not found, or that needs Node, is empty, and so are pictures. OUT.js.tsv has a line per module.
const fs = require('fs'), path = require('path');
const [folder, list, out] = process.argv.slice(2).map((one) => path.resolve(one));
const find = (name) => require.resolve(name, {paths: [folder]});
const babel = require(find('@babel/core')), swc = require(find('@swc/core'));
const {ResolverFactory, CachedInputFileSystem} = require(find('enhanced-resolve'));
const source = path.join(__dirname, '..', 'source');
const resolver = ResolverFactory.createResolver({
  fileSystem: new CachedInputFileSystem(fs, 60000), useSyncFileSystemCalls: true,
  extensions: ['.android.js', '.native.js', '.js', '.android.jsx', '.jsx', '.native.ts', '.ts', '.tsx', '.mjs', '.cjs', '.json'],
  mainFields: ['react-native', 'browser', 'main'], aliasFields: ['react-native', 'browser'],
  conditionNames: ['react-native', 'browser', 'require', 'import', 'default'],
});
const numbers = new Map(), files = [], failed = [];
const number = (file) => {
  if (!numbers.has(file)) { numbers.set(file, files.length); files.push(file); }
  return numbers.get(file);
};
const resolve = (from, name) => {
  if (name.startsWith('node:')) return '';
  try { return resolver.resolveSync({}, from, name) || ''; } catch { return ''; }
};
const isFlow = (file, text) => /[/\\](react-native|@react-native)[/\\]/.test(file) || /@flow\b/.test(text.slice(0, 2000));
const rewritten = (file, text) => {
  if (file.endsWith('.json')) return `module.exports = ${text};`;
  if (isFlow(file, text) || file.startsWith(source)) {
    return babel.transformSync(text, {
      filename: file, configFile: false, babelrc: false, compact: false, comments: false,
      presets: [[find('@react-native/babel-preset'), {enableBabelRuntime: false, unstable_transformProfile: 'hermes-stable'}]],
    }).code;
  }
  const typed = /\.tsx?$/.test(file);
  return swc.transformSync(text, {
    filename: file, configFile: false, swcrc: false, module: {type: 'commonjs', ignoreDynamic: false},
    env: {targets: 'chrome 52', include: ['transform-classes', 'transform-block-scoping', 'transform-parameters',
      'transform-async-to-generator', 'transform-destructuring']},
    jsc: {parser: typed ? {syntax: 'typescript', tsx: true} : {syntax: 'ecmascript', jsx: true},
      transform: {optimizer: {globals: {vars: {'process.env.NODE_ENV': '"production"', __DEV__: 'false'}}}}},
  }).code;
};
const entry = path.join(folder, path.basename(list, '.txt') + '.js');
const cases = fs.readdirSync(source).filter((name) => name.endsWith('.js')).sort().map((name) => path.join(source, name));
const loads = [...fs.readFileSync(list, 'utf8').split('\n').filter(Boolean), ...cases];
fs.writeFileSync(entry, `globalThis.kept = [\n${loads.map((one) => ` () => require(${JSON.stringify(one)}),`).join('\n')}\n];\nkept.forEach((one) => one());\n`);
const sink = fs.openSync(out, 'w'), rows = [];
number(entry);
for (let at = 0; at < files.length; at++) {
  const file = files[at], loaded = [];
  let body = '';
  try {
    if (file && !/\.(png|css|svg|gif|ttf)$/.test(file)) {
      body = rewritten(file, fs.readFileSync(file, 'utf8')).replace(/\b(?:require|import)\(\s*(["'])([^"'\n]+)\1\s*\)/g, (_, quote, name) => {
        const one = number(resolve(path.dirname(file), name));
        if (!loaded.includes(one)) loaded.push(one);
        return `_$$_REQUIRE(_dependencyMap[${loaded.indexOf(one)}])`;
      });
    }
  } catch (error) { failed.push(`${file}: ${String(error).slice(0, 200)}`); body = ''; loaded.length = 0; }
  const text = `__d(function (global, _$$_REQUIRE, _$$_IMPORT_DEFAULT, _$$_IMPORT_ALL, module, exports, _dependencyMap) {\n${body}\n},${at},[${loaded}]);\n`;
  fs.writeSync(sink, text);
  rows.push(`${at}\t${Buffer.byteLength(text)}\t${path.relative(folder, file)}`);
}
fs.writeSync(sink, '__r(0);\n');
fs.writeFileSync(out + '.tsv', rows.join('\n') + '\n');
console.log(`${files.length} modules, ${failed.length} of them not rewritten`);
failed.slice(0, 20).forEach((one) => console.log(one));
