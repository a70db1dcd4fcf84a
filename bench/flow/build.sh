#!/bin/bash
# Builds the DEX files of the cases from the smali beside them: encrypted/<id>/*.smali -> encrypted/<id>.dex
#
#   build.sh            build all
#   build.sh --check    build all, compare byte for byte with what is here, change nothing; 1 where they differ
#
# Debian package: libsmali-java (2.5.2). All sources are our own; every host in them ends in .test.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
command -v smali >/dev/null || { echo "build.sh: smali is missing. Install it: apt-get install libsmali-java" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for tree in "$here"/encrypted/*/; do
    name=$(basename "$tree")
    smali assemble --jobs 1 --api 28 --output "$work/$name.dex" "$tree"
    if [[ ${1:-} == --check ]]; then
        cmp "$work/$name.dex" "$here/encrypted/$name.dex"
    else
        cp "$work/$name.dex" "$here/encrypted/$name.dex"
    fi
done
