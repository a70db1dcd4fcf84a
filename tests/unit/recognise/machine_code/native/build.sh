#!/bin/sh
# Compile the native methods of texts.c again (Debian: gcc, gcc-aarch64-linux-gnu).
set -eu
cd "$(dirname "$0")"
options="-O2 -shared -fPIC -s -fvisibility=hidden -Wl,--build-id=none -Wl,-z,max-page-size=4096 -Wl,-z,noseparate-code"
aarch64-linux-gnu-gcc $options -o texts-arm64.so texts.c
x86_64-linux-gnu-gcc $options -o texts-x86_64.so texts.c
x86_64-linux-gnu-gcc $options -nostdlib -o endless-x86_64.so endless.c
# These need the shared library of C++: libstdc++ of GNU, or libc++ of LLVM (Debian: clang, libc++-dev).
stubs="-nostdlib -I ../../../../../bench/flow/blind/stubs"
aarch64-linux-gnu-g++ $options $stubs -o strings-gnu-arm64.so strings.cpp
x86_64-linux-gnu-g++ $options $stubs -o strings-gnu-x86_64.so strings.cpp
clang++ -stdlib=libc++ $options $stubs -o strings-llvm-x86_64.so strings.cpp
# The other functions are compiled in several ways, because compilers use other instructions in each.
options="$options -nostdlib -fno-builtin -fno-stack-protector"
for level in O0 O3; do
    aarch64-linux-gnu-gcc $options -$level -o calc-arm64-$level.so calc.c -lgcc
    x86_64-linux-gnu-gcc $options -$level -o calc-x86_64-$level.so calc.c -lgcc
done
x86_64-linux-gnu-gcc $options -O3 -msse4.2 -o calc-x86_64-sse4.so calc.c -lgcc
# truth.py runs them on the processor of this machine (x86-64) and writes calc.tsv.
python3 truth.py
