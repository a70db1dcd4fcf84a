#!/bin/bash
# Packs and signs the samples of frameworks: labs/frameworks/<app> -> labs/frameworks/apps/<app>.apk
#
#   labs/frameworks/build.sh            pack all and put them into labs/frameworks/apps
#   labs/frameworks/build.sh --check    pack all, compare byte for byte, change nothing; 1 where they differ
#
# Debian packages: aapt android-framework-res zipalign apksigner zip unzip default-jre-headless. The bundles of parcelrun
# are made by parcelrun/bundle.sh and committed. Nothing is downloaded.
set -euo pipefail
export LC_ALL=C.UTF-8 TZ=UTC

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
framework=/usr/share/android-framework-res/framework-res.apk
store=$here/../keys/frameworks.p12
password=tieback-lab # public like the key: it protects nothing

fail() {
    echo "labs/frameworks/build.sh: $1" >&2
    exit "${2:-2}"
}

for need in aapt:aapt zipalign:zipalign apksigner:apksigner zip:zip unzip:unzip keytool:default-jre-headless; do
    command -v "${need%%:*}" >/dev/null || fail "${need%%:*} is missing. Install it: apt-get install ${need##*:}"
done
[[ -f $framework ]] || fail "$framework is missing. Install it: apt-get install android-framework-res"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if [[ ! -f $store ]]; then
    echo "no key in labs/keys; making one, so signatures will differ from the committed ones" >&2
    keytool -genkeypair -storetype PKCS12 -keystore "$store" -storepass "$password" -alias frameworks -keyalg RSA \
        -keysize 2048 -sigalg SHA256withRSA -validity 10950 \
        -dname "CN=frameworks lab key, OU=Sample app, O=Framework samples" 2>"$work/keytool.log" ||
        fail "keytool failed: $(tail -n 1 "$work/keytool.log")" 3
fi

pack() { # package, sources, [file that becomes assets/index.android.bundle]: leaves $work/<package>.apk
    local name=$1 tree=$work/$1.tree contents=$work/$1.contents
    mkdir -p "$tree/assets" "$contents"
    cp "$here/$2/AndroidManifest.xml" "$tree"
    [[ ! -d $here/$2/assets ]] || cp -R "$here/$2/assets/." "$tree/assets"
    [[ -z ${3:-} ]] || cp "$here/$2/bundle/$3.bundle" "$tree/assets/index.android.bundle"
    local resources=()
    [[ ! -d $here/$2/res ]] || resources=(-S "$here/$2/res")
    aapt package -f -M "$tree/AndroidManifest.xml" -I "$framework" "${resources[@]}" -A "$tree/assets" \
        -F "$work/$name.raw.apk" >"$work/$name.log" 2>&1 || { cat "$work/$name.log" >&2; fail "$name: aapt failed" 3; }
    unzip -q "$work/$name.raw.apk" -d "$contents"
    find "$contents" -exec touch -d 2020-01-01T00:00:00Z {} +
    (cd "$contents" && find . -type f -printf '%P\n' | sort | zip -q -X -n .arsc -@ "$work/$name.unaligned.apk")
    zipalign 4 "$work/$name.unaligned.apk" "$work/$name.apk"
    apksigner sign --ks "$store" --ks-key-alias frameworks --ks-pass "pass:$password" --min-sdk-version 24 \
        --v1-signing-enabled false --v2-signing-enabled true --v3-signing-enabled true --v4-signing-enabled false \
        "$work/$name.apk"
}

pack clubhouse clubhouse
pack parcelrun parcelrun plain
pack parcelrun-hermes parcelrun hermes

differ=0
for name in clubhouse parcelrun parcelrun-hermes; do
    if [[ ${1:-} == --check ]]; then
        if cmp -s "$work/$name.apk" "$here/apps/$name.apk"; then
            echo "$name: as committed"
        else
            echo "$name: differs from labs/frameworks/apps/$name.apk" >&2
            differ=1
        fi
    else
        cp "$work/$name.apk" "$here/apps/$name.apk"
        echo "$name: labs/frameworks/apps/$name.apk, $(stat -c %s "$here/apps/$name.apk") bytes"
    fi
done
exit "$differ"
