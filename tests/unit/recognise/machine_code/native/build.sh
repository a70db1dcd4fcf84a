#!/bin/sh
# Compile the native methods of texts.c again (Debian: gcc, gcc-aarch64-linux-gnu).
set -eu
cd "$(dirname "$0")"
options="-O2 -shared -fPIC -s -fvisibility=hidden -Wl,--build-id=none -Wl,-z,max-page-size=4096 -Wl,-z,noseparate-code"
aarch64-linux-gnu-gcc $options -o texts-arm64.so texts.c
x86_64-linux-gnu-gcc $options -o texts-x86_64.so texts.c
