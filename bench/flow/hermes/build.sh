#!/bin/bash
# Builds the bundles of Hermes bytecode from source/*.js: one for each version of the bytecode and way to compile.
#
#   build.sh FOLDER            build all; FOLDER gets the packages from npm (about 700 MB)
#   build.sh FOLDER --check    build all, compare byte for byte with what is here, change nothing; 1 where they differ
#
# Needs node 20, npm and xz. The compilers are those of the packages hermes-engine, react-native and hermes-compiler; for
# versions below 98, Babel rewrites classes as React Native 0.76 does. All sources are our own; every host ends in .test.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=$(mkdir -p "$1" && cd "$1" && pwd)
check=${2:-}
compilers=(
    74:hermes-engine@0.6.0 76:hermes-engine@0.7.2 84:hermes-engine@0.11.0 85:react-native@0.69.12
    89:react-native@0.70.15 90:react-native@0.71.19 94:react-native@0.72.17 96:react-native@0.82.1
    98:hermes-compiler@250829098.0.19 99:hermes-compiler@260318099.0.8
)
presets=(old:0.76.9 new:0.86.3)
for one in "${presets[@]}"; do
    [[ -d $folder/${one%%:*}/node_modules ]] || (mkdir -p "$folder/${one%%:*}" && cd "$folder/${one%%:*}" && npm init -y >/dev/null &&
        npm install --no-audit --no-fund --ignore-scripts "@react-native/babel-preset@${one#*:}" @babel/core@7.29.13 >/dev/null)
done
node "$here/bundle.js" "$folder/old" hermes-stable "$folder/old.js"
node "$here/bundle.js" "$folder/new" hermes-stable "$folder/new.js"
status=0
for one in "${compilers[@]}"; do
    version=${one%%:*} package=${one#*:}
    place=$folder/${package//@/-}
    if [[ ! -d $place/package ]]; then
        mkdir -p "$place"
        (cd "$place" && npm pack --silent "$package" >name && tar xzf "$(cat name)" --wildcards '*linux64-bin/hermesc' && rm -f ./*.tgz)
    fi
    compiler=$(find "$place" -name hermesc -type f)
    for way in O O0; do
        [[ $way == O || $version == 96 || $version == 98 ]] || continue
        script=$folder/$([[ $version -ge 98 ]] && echo new || echo old).js
        (cd "$folder" && "$compiler" "-$way" -w -emit-binary -output-source-map -out "$folder/built.hbc" "$(basename "$script")")
        name=$here/v$version-$way.hbc.xz
        if [[ $check == --check ]]; then xz -dc "$name" | cmp "$folder/built.hbc" - || status=1; else xz -9c "$folder/built.hbc" >"$name"; fi
    done
done
exit $status
