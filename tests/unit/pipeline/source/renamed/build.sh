#!/bin/bash
# Assembles the two builds of one app, whose classes have different names: <build>/*.smali -> <build>.dex
#
#   build.sh            build both
#   build.sh --check    build both, compare byte for byte with what is here, change nothing; 1 where they differ
#
# Debian package: smali (2.5.2), or libsmali-java and a Java runtime. Every host in the sources ends in .test.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
assemble() {
    if command -v smali >/dev/null; then
        smali assemble "$@"
    else
        java -cp '/usr/share/java/*' org.jf.smali.Main assemble "$@"
    fi
}
for name in first second; do
    assemble --jobs 1 --api 28 --output "$work/$name.dex" "$here/$name"
    if [[ ${1:-} == --check ]]; then
        cmp "$work/$name.dex" "$here/$name.dex"
    else
        cp "$work/$name.dex" "$here/$name.dex"
    fi
done
