#!/bin/bash
# Builds the bundles of Hermes bytecode from source/*.js, one for each row of bundles.tsv.
#
#   build.sh FOLDER                      build all; FOLDER gets the packages from npm (about 700 MB)
#   build.sh FOLDER --check [BUNDLE]     build all or one, compare byte for byte, change nothing; 1 where they differ
#
# Needs node 20, npm and xz. Babel rewrites the sources as React Native does, for the compiler of the row.
# All sources are our own; every host in them ends in .test.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=$(mkdir -p "$1" && cd "$1" && pwd)
check=${2:-}
only=${3:-}
status=0
# The packages below Babel's preset as they were then: later ones write other code for the same sources.
before=2026-12-01T00:00:00Z
while IFS=$'\t' read -r bundle _ package option preset; do
    [[ -z $only || $only == "$bundle" ]] || continue
    rewriter=$folder/preset-${preset##*@}
    if [[ ! -d $rewriter/node_modules ]]; then
        mkdir -p "$rewriter"
        (cd "$rewriter" && npm init -y >/dev/null &&
            npm install --no-audit --no-fund --ignore-scripts --before="$before" "$preset" @babel/core@7.29.13 >/dev/null)
    fi
    place=$folder/${package//@/-}
    if [[ ! -d $place/package ]]; then
        mkdir -p "$place"
        (cd "$place" && npm pack --silent "$package" >name &&
            tar xzf "$(cat name)" --wildcards '*linux64-bin/hermesc' && rm -f ./*.tgz)
    fi
    script=bundle-${preset##*@}.js
    node "$here/bundle.js" "$rewriter" hermes-stable "$folder/$script"
    # The compiler puts the path of the script into the bundle, so that it has to be the same each time.
    (cd "$folder" && "$(find "$place" -name hermesc -type f)" "$option" -w -emit-binary -output-source-map -out built.hbc "$script")
    if [[ $check == --check ]]; then
        xz -dc "$here/$bundle.hbc.xz" | cmp "$folder/built.hbc" - || status=1
    else
        xz -9c "$folder/built.hbc" >"$here/$bundle.hbc.xz"
    fi
done < <(tail -n +2 "$here/bundles.tsv")
exit $status
