#!/bin/bash
# Builds the cases from the sources beside them: encrypted/<id>/*.smali -> encrypted/<id>.dex, and packages with a
# native library: native/<id>/{Api.smali,native.c} -> native/<id>.apk
#
#   build.sh            build all
#   build.sh --check    build all, compare byte for byte with what is here, change nothing; 1 where they differ
#
# Debian packages: libsmali-java (2.5.2), gcc and gcc-aarch64-linux-gnu (14.2.0), zip. All sources are our own; every host in them ends in .test.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
command -v smali >/dev/null || { echo "build.sh: smali is missing. Install it: apt-get install libsmali-java" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
settle() { # built file, committed file
    if [[ $check == --check ]]; then cmp "$1" "$2"; else cp "$1" "$2"; fi
}
check=${1:-}
for tree in "$here"/encrypted/*/; do
    name=$(basename "$tree")
    smali assemble --jobs 1 --api 28 --output "$work/$name.dex" "$tree"
    settle "$work/$name.dex" "$here/encrypted/$name.dex"
done
for tree in "$here"/native/*/; do
    name=$(basename "$tree")
    read -r _ abi level _ <"$tree/native.c"
    compiler=$([[ $abi == x86_64 ]] && echo gcc || echo aarch64-linux-gnu-gcc)
    mkdir -p "$work/$name/lib/$abi"
    smali assemble --jobs 1 --api 28 --output "$work/$name/classes.dex" "$tree/Api.smali"
    "$compiler" "$level" -Wall -shared -fPIC -nostdlib -fno-asynchronous-unwind-tables -Wl,-z,noseparate-code \
        -Wl,-z,max-page-size=4096 -Wl,--build-id=none -s -o "$work/$name/lib/$abi/libshop.so" "$tree/native.c"
    (cd "$work/$name" && find . -exec touch -d 2020-01-01T00:00:00Z {} + &&
        TZ=UTC zip -q -X -D "$work/$name.apk" classes.dex "lib/$abi/libshop.so")
    settle "$work/$name.apk" "$here/native/$name.apk"
done
