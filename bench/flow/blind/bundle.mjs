// Bundles the scripts of the blind sets: node bundle.mjs LIST, where LIST is JSON: [{out, kind, tool, files}].
import fs from 'node:fs'; import path from 'node:path'; import { execFileSync } from 'node:child_process';
import esbuild from 'esbuild'; import { minify } from 'terser'; import webpack from 'webpack'; import Obfuscator from 'javascript-obfuscator';

const PRELUDE = "var __DEV__=false;(function(g){var defs={},done={};g.__d=function(f,id,deps){defs[id]={f:f,deps:deps}};g.__r=function(id){if(done[id])return done[id].exports;var m=done[id]={exports:{}};defs[id].f(g,g.__r,g.__r,g.__r,m,m.exports,defs[id].deps);return m.exports}})(globalThis);\n";
const AXIOS = `
function Axios(o) { this.defaults = Object.assign({ headers: { common: {} } }, o); var handlers = this.handlers = []; this.interceptors = { request: { use: function (f) { handlers.push(f); } }, response: { use: function () {} } }; }
Axios.prototype.request = function (c) { c = Object.assign({ headers: {} }, this.defaults, c); this.handlers.forEach(function (f) { c = f(c) || c; }); var u = c.url; if (c.baseURL && !/^https?:/.test(u)) u = c.baseURL.replace(/\\/+$/, '') + '/' + u.replace(/^\\/+/, ''); return fetch(u, { method: c.method, headers: c.headers, body: c.data }).then(function (r) { return r.json(); }).then(function (d) { return { data: d }; }); };
['get', 'delete'].forEach(function (m) { Axios.prototype[m] = function (u, c) { return this.request(Object.assign({}, c, { method: m, url: u })); }; });
['post', 'put'].forEach(function (m) { Axios.prototype[m] = function (u, d, c) { return this.request(Object.assign({}, c, { method: m, url: u, data: d })); }; });
module.exports = new Axios({}); module.exports.create = function (o) { return new Axios(o); };`;
const PLACE = { rn: 'assets/index.android.bundle', expo: 'assets/index.android.bundle', cordova: 'assets/www/js/index.js', capacitor: 'assets/public/main.js' };
const PAGE = src => `<!DOCTYPE html><html><head><meta charset="utf-8"><title>App</title></head><body><div id="about"></div><div id="foot"></div><div id="list"></div><script type="module" src="${src}"></script></body></html>\n`;
const PRESETS = { 'low-obfuscation': { optionsPreset: 'low-obfuscation' }, default: {}, 'medium-obfuscation': { optionsPreset: 'medium-obfuscation' }, 'high-obfuscation': { optionsPreset: 'high-obfuscation', disableConsoleOutput: false },
  'obf-rc4': { stringArrayEncoding: ['rc4'], stringArrayThreshold: 1, splitStrings: true, splitStringsChunkLength: 5 }, 'obf-flow': { controlFlowFlattening: true, controlFlowFlatteningThreshold: 1, transformObjectKeys: true, unicodeEscapeSequence: true } };
const put = (file, text) => { fs.mkdirSync(path.dirname(file), { recursive: true }); fs.writeFileSync(file, text); };

function metro(files) { // the modules as Metro writes them
  if (files['index.js'].trimStart().startsWith('__d(')) return PRELUDE + files['index.js'];
  const names = Object.keys(files).filter(n => n.endsWith('.js') && n !== 'index.js'); const all = names.map(n => [n.replace(/\.js$/, ''), files[n]]);
  if (Object.values(files).some(t => /require\('axios'\)/.test(t))) all.unshift(['lib:axios', AXIOS]);
  all.push(['index', files['index.js']]); const ids = new Map(all.map(([n], i) => [n, n === 'index' ? 0 : i + 1])); let out = PRELUDE;
  for (const [n, text] of all) { const deps = []; const body = text.replace(/require\('([^']+)'\)/g, (_, w) => { const own = w.replace(/^\.\//, ''); const key = w === 'axios' ? 'lib:axios' : own; if (!ids.has(key)) throw new Error(n + ': no module ' + w); deps.push(ids.get(key)); return `_r(_d[${deps.length - 1}])`; });
    out += `__d(function (global, _r, _i, _a, module, exports, _d) {${body}\n}, ${ids.get(n)}, [${deps.join(',')}]);\n`; }
  return out + '__r(0);\n'; }

async function realMetro(work, main) { // Metro itself, with the transformer of React Native
  const { default: Metro } = await import('metro'); const { createRequire } = await import('node:module'); const require = createRequire(import.meta.url); fs.mkdirSync(path.dirname(main), { recursive: true });
  const config = await Metro.loadConfig({ cwd: work }, { projectRoot: work, watchFolders: [work, path.resolve('node_modules')], cacheStores: [], maxWorkers: 1, reporter: { update() {} }, resolver: { useWatchman: false, nodeModulesPaths: [path.resolve('node_modules')] }, serializer: { getPolyfills: () => [], getModulesRunBeforeMainModule: () => [] }, transformer: { babelTransformerPath: require.resolve('@react-native/metro-babel-transformer'), enableBabelRCLookup: false, getTransformOptions: async () => ({ transform: { experimentalImportSupport: false, inlineRequires: true } }) } });
  await Metro.runBuild(config, { entry: 'index.js', out: `${main}.js`, dev: false, minify: true, platform: 'android' }); fs.renameSync(`${main}.js`, main); }

for (const job of JSON.parse(fs.readFileSync(process.argv[2], 'utf8'))) { const { out, kind, tool, files } = job; const work = fs.mkdtempSync(path.resolve('work/js-'));
  for (const [n, t] of Object.entries(files)) if (!n.startsWith('asset:')) put(path.join(work, n), t);
  put(path.join(work, 'package.json'), tool === 'webpack' || tool === 'repack' ? '{}' : '{"type":"module"}'); const main = path.join(out, PLACE[kind]); let code; const single = (kind === 'rn' || kind === 'expo') && !['webpack', 'repack', 'metro'].includes(tool) ? metro(files) : null;
  if (tool === 'vite') { put(path.join(work, 'index.html'), PAGE('./index.js')); const { build } = await import('vite'); await build({ root: work, base: './', logLevel: 'silent', build: { outDir: path.join(out, 'assets/public'), emptyOutDir: true, modulePreload: false, rollupOptions: {} } }); }
  else if (tool === 'metro') await realMetro(work, main);
  else if (single !== null) { put(path.join(work, 'whole.js'), single); code = single;
    if (tool === 'terser' || tool === 'hermes') code = (await minify(single, { compress: true, mangle: true })).code;
    if (tool === 'esbuild') code = (await esbuild.transform(single, { minify: true })).code;
    if (tool === 'hermes') { put(path.join(work, 'min.js'), code); fs.mkdirSync(path.dirname(main), { recursive: true }); execFileSync(path.resolve('package/sdks/hermesc/linux64-bin/hermesc'), ['-w', '-O', '-emit-binary', '-out', path.resolve(main), 'min.js'], { cwd: work }); /* the name of the source is in the bytecode */ code = undefined; } }
  else if (tool === 'webpack' || tool === 'repack') { await new Promise((ok, no) => webpack({ mode: 'production', context: work, entry: path.join(work, 'index.js'), output: { path: path.dirname(main), filename: path.basename(main) } }, (e, s) => e || s.hasErrors() ? no(e || new Error(s.toString())) : ok()));
    if (tool === 'repack') code = (await minify(fs.readFileSync(main, 'utf8'), { compress: true, mangle: true })).code; } // the bundle of React Native has no .js, so webpack does not minify it
  else if (tool === 'rollup') { const { rollup } = await import('rollup'); const b = await rollup({ input: path.join(work, 'index.js') }); code = (await b.generate({ format: 'iife', compact: true })).output[0].code; }
  else if (tool === 'esbuild') code = (await esbuild.build({ entryPoints: [path.join(work, 'index.js')], bundle: true, minify: true, format: 'iife', write: false })).outputFiles[0].text;
  else if (tool === 'terser') code = (await minify(files['index.js'], { compress: true, mangle: { toplevel: true }, format: { comments: 'some' } })).code;
  else if (tool === 'none') code = files['index.js'];
  else code = Obfuscator.obfuscate(files['index.js'], { ...(tool === 'javascript-obfuscator' ? JSON.parse(files['options.json']) : PRESETS[tool]), seed: 42 }).getObfuscatedCode();
  if (code !== undefined) put(main, code);
  const base = kind === 'capacitor' ? 'assets/public' : kind === 'cordova' ? 'assets/www' : 'assets';
  for (const [n, t] of Object.entries(files)) if (n.startsWith('asset:')) put(path.join(out, kind === 'capacitor' ? base + '/assets' : base, n.slice(6)), t);
  if (base !== 'assets' && tool !== 'vite') put(path.join(out, base, 'index.html'), PAGE(kind === 'cordova' ? 'js/index.js' : 'main.js'));
  fs.rmSync(work, { recursive: true }); }
