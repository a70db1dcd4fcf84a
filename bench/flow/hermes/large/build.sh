#!/bin/bash
# Builds large bundles of Hermes bytecode: React Native, the packages of a list, and the cases of ../source.
#
#   build.sh FOLDER [VERSION...]    FOLDER gets the packages from npm (about 1.5 GB) and NAME-VERSION.hbc; default 96
#
# Needs node 20 and npm. The packages stay what they are at npm; nothing of them is in this repository.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=$(mkdir -p "$1" && cd "$1" && pwd)
shift
declare -A compilers=(
    [84]=hermes-engine@0.11.0 [89]=react-native@0.70.15 [90]=react-native@0.71.19 [96]=react-native@0.82.1
    [99]=hermes-compiler@260318099.0.8
)
if [[ ! -d $folder/node_modules ]]; then
    cp "$here/package.json" "$folder/"
    (cd "$folder" && npm install --no-audit --no-fund --ignore-scripts --legacy-peer-deps >/dev/null)
fi
for list in "$here"/*.txt; do
    name=$(basename "$list" .txt)
    [[ -f $folder/$name.bundle.js ]] || node "$here/bundle.js" "$folder" "$list" "$folder/$name.bundle.js"
    for version in "${@:-96}"; do
        place=$folder/compiler-$version
        if [[ ! -d $place ]]; then
            mkdir -p "$place"
            (cd "$place" && npm pack --silent "${compilers[$version]}" >name &&
                tar xzf "$(cat name)" --no-same-permissions --wildcards '*linux64-bin/hermesc' && rm -f ./*.tgz)
            chmod -R u+rwx "$place"
        fi
        [[ -f $folder/$name-$version.hbc ]] || (cd "$folder" && "$(find "$place/" -name hermesc -type f)" \
            -O -w -emit-binary -output-source-map -out "$name-$version.hbc" "$name.bundle.js")
    done
done
