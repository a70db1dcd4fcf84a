"""Synthetic apps of any size from parts of a real one, with the components of a large store app in its proportions."""

import random
import zipfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

MEGABYTE = 1_000_000
CODE, NATIVE, SCRIPT, LAYOUTS = 0.2, 0.3, 0.1, 0.01
"""Shares of the package's size; the rest is media."""

_LIBRARY = 48 * MEGABYTE
_SCRIPT = 24 * MEGABYTE
_PICTURE = MEGABYTE // 2


def build(donor: Path, size: int, target: Path) -> None:
    """Write an app of about ``size`` bytes.

    Args:
        donor: a real APK; its manifest, code, resources and layouts are used.
        size: bytes.
        target: the file.
    """
    noise = random.Random(1)
    with zipfile.ZipFile(donor) as real, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as app:
        names = real.namelist()
        code = [real.read(name) for name in names if name.startswith("classes") and name.endswith(".dex")]
        layouts = [real.read(name) for name in names if name.endswith(".xml") and name.startswith("res/")]
        for name in ("AndroidManifest.xml", "resources.arsc"):
            app.writestr(name, real.read(name))

        def fill(share: float, parts: Iterator[tuple[str, bytes]], how: int = zipfile.ZIP_DEFLATED) -> None:
            written = 0
            while written < share * size:
                name, content = next(parts)
                app.writestr(name, content, how)
                written += app.getinfo(name).compress_size

        fill(CODE, (("classes.dex" if n == 0 else f"classes{n + 1}.dex", code[n % len(code)]) for n in count()))
        fill(LAYOUTS, ((f"res/layout/l{n}.xml", layouts[n % len(layouts)]) for n in count()))
        room = int(min(_LIBRARY, NATIVE * size))
        fill(NATIVE, ((f"lib/arm64-v8a/lib{n}.so", _library(noise, room)) for n in count()), zipfile.ZIP_STORED)
        room = int(min(_SCRIPT, SCRIPT * size))
        fill(SCRIPT, ((f"assets/www/bundle{n}.js", _script(noise, room)) for n in count()))
        rest = 1 - CODE - NATIVE - SCRIPT - LAYOUTS
        fill(rest, ((f"res/raw/p{n}.png", _picture(noise)) for n in count()), zipfile.ZIP_STORED)


def _library(noise: random.Random, size: int) -> bytes:
    """Bytes that begin as an ELF file without sections, so that the whole file is searched for strings."""
    head = b"\x7fELF\x02\x01\x01" + bytes(57)
    strings = b"\0".join(b"https://api%d.example-backend.net/v1/items" % n for n in range(200))
    return head + noise.randbytes(max(size - len(head) - len(strings), 0)) + strings


def _script(noise: random.Random, size: int) -> bytes:
    """Script that compresses to less than a third, as code does; ``size`` is the compressed size."""
    words = [bytes(noise.choices(b"abcdefghijklmnopqrstuvwxyz", k=noise.randint(2, 12))) for _ in range(4000)]
    line = b"function %b(){return fetch('https://api.example-backend.net/%b')}\n"
    body = b" ".join(noise.choices(words, k=40_000))
    piece = b"".join(line % (word, word) for word in words[:200]) + body + b"\n"
    return piece * max(1, int(size * 2.2) // len(piece))


def _picture(noise: random.Random) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + noise.randbytes(_PICTURE)
