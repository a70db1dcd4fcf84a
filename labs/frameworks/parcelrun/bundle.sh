#!/bin/bash
# Makes bundle/plain.bundle with Metro and bundle/hermes.bundle of it with the Hermes compiler, both from npm.
#
#   npm install --ignore-scripts && ./bundle.sh        in this folder; Linux on x86-64, where hermesc runs
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
modules=${NODE_MODULES:-$PWD/node_modules}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp src/*.js "$work"
cat >"$work/bundle.cjs" <<'JS'
const modules = process.env.NODE_MODULES;
const Metro = require(modules + "/metro");
const { getDefaultConfig, mergeConfig } = require(modules + "/metro-config");
(async () => {
  const config = mergeConfig(await getDefaultConfig(__dirname), {
    projectRoot: __dirname, watchFolders: [__dirname, modules], cacheStores: [], maxWorkers: 1,
    resolver: { nodeModulesPaths: [modules] }, reporter: { update() {} },
    serializer: { getRunModuleStatement: (id) => `__r(${JSON.stringify(id)});` },
  });
  await Metro.runBuild(config, {
    entry: "index.js", platform: "android", dev: false, minify: true, out: process.argv[2],
  });
})();
JS
NODE_MODULES=$modules node "$work/bundle.cjs" "$work/plain"
mv "$work"/plain* bundle/plain.bundle
"$modules/hermes-compiler/hermesc/linux64-bin/hermesc" -w -O -emit-binary -out bundle/hermes.bundle bundle/plain.bundle
wc -c bundle/*.bundle
