#!/bin/bash
# Builds and signs the sample apps from their sources: labs/<app>/ -> labs/apps/<app>.apk
#
#   labs/build.sh            build all and put them into labs/apps
#   labs/build.sh --check    build all, compare byte for byte with labs/apps, change nothing; 1 where they differ
#
# Debian packages: apktool aapt android-framework-res zipalign apksigner zip unzip, and a Java runtime with keytool
# (default-jre-headless). Nothing is downloaded and nothing outside labs/ is written.
set -euo pipefail
export LC_ALL=C.UTF-8 TZ=UTC

labs=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
framework=/usr/share/android-framework-res/framework-res.apk
password=tieback-lab # public like the keys: they protect nothing
declare -A organisations=(
    [fieldhand]="Fieldhand Machinery"
    [workhub]="Workhub Access GmbH"
    [tillroll]="Tillroll Retail"
)

fail() {
    echo "labs/build.sh: $1" >&2
    exit "${2:-2}"
}

need() { # command, Debian package
    command -v "$1" >/dev/null || fail "$1 is missing. Install it: apt-get install $2"
}

key() { # app: its key store, made where it is missing
    local store=$labs/keys/$1.p12
    if [[ ! -f $store ]]; then
        echo "$1: no key in labs/keys; making one, so the signature will differ from the committed one" >&2
        mkdir -p "$labs/keys"
        keytool -genkeypair -storetype PKCS12 -keystore "$store" -storepass "$password" -alias "$1" -keyalg RSA \
            -keysize 2048 -sigalg SHA256withRSA -validity 10950 \
            -dname "CN=$1 lab key, OU=Sample app, O=${organisations[$1]}" 2>"$work/keytool.log" ||
            fail "$1: keytool failed: $(tail -n 1 "$work/keytool.log")" 3
    fi
}

build() { # app: leaves $work/<app>.apk
    local app=$1 tree=$work/$1 contents=$work/$1.contents
    cp -R "$labs/$app" "$tree"
    cp -R "$labs/vendor-sdk/smali/." "$tree/smali/"
    apktool build --frame-path "$work/framework" --output "$work/$app.raw.apk" "$tree" \
        >"$work/$app.log" 2>&1 || { cat "$work/$app.log" >&2; fail "$app: apktool failed, see above" 3; }

    # Packed again in a fixed order with fixed times, so that the same sources give the same bytes. resources.arsc is
    # stored: Android 11 and later refuse apps whose resources are compressed or not aligned.
    unzip -q "$work/$app.raw.apk" -d "$contents"
    find "$contents" -exec touch -d 2020-01-01T00:00:00Z {} +
    (cd "$contents" && find . -type f -printf '%P\n' | sort | zip -q -X -n .arsc -@ "$work/$app.unaligned.apk")
    zipalign 4 "$work/$app.unaligned.apk" "$work/$app.apk"

    key "$app"
    apksigner sign --ks "$labs/keys/$app.p12" --ks-key-alias "$app" --ks-pass "pass:$password" \
        --min-sdk-version 24 --v1-signing-enabled false --v2-signing-enabled true --v3-signing-enabled true \
        --v4-signing-enabled false "$work/$app.apk"
    apksigner verify --min-sdk-version 24 "$work/$app.apk" || fail "$app: the signature does not verify" 3
}

check=false
case "${1:-}" in
"") ;;
--check) check=true ;;
*) fail "unknown argument '$1'; the only one is --check" ;;
esac

need apktool apktool
need aapt aapt
need zipalign zipalign
need apksigner apksigner
need zip zip
need unzip unzip
need keytool default-jre-headless
[[ -f $framework ]] || fail "$framework is missing. Install it: apt-get install android-framework-res"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HOME=$work # apktool's wrapper keeps a folder there
mkdir "$work/framework"
ln -s "$framework" "$work/framework/1.apk"

differ=0
for app in fieldhand workhub tillroll; do
    build "$app"
    if $check; then
        if cmp -s "$work/$app.apk" "$labs/apps/$app.apk"; then
            echo "$app: as committed"
        else
            echo "$app: differs from labs/apps/$app.apk" >&2
            differ=1
        fi
    else
        mkdir -p "$labs/apps"
        cp "$work/$app.apk" "$labs/apps/$app.apk"
        echo "$app: labs/apps/$app.apk, $(stat -c %s "$labs/apps/$app.apk") bytes"
    fi
done
exit "$differ"
