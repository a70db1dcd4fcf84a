"""Packages of distinct content, assembled from real ones by a seed: other strings, other entries, other endpoints.

Each package is a real one with some resources left out, with changed texts in its code, and with assets that name its
own stores. ZIP archives and DEX files are valid for readers (checksums are computed again), but no device would install
them: the signature is gone. They exist only in the temporary folder of a run.
"""

import hashlib
import random
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from bench.throughput import CLOSED, REDIS
from tieback.model.grant import Depth, Grant, Limits, TargetRule

ANSWERING = 0.4
"""Share of the simulated targets that answer; the others refuse."""
_LEFT_OUT = 0.3
"""Share of the resources that a package leaves out."""
_TEXT = re.compile(rb"\0[\x10-\x7f]([A-Za-z][a-z]+ [a-z]+ [ -~]{4,80}?)(?=\0)")
"""A sentence in the strings of a DEX file: not a name that code refers to."""
_CODE = re.compile(r"classes\d*\.dex")
_SIGNATURE = re.compile(r"META-INF/[^/]+\.(?:SF|RSA|DSA|EC|MF)", re.IGNORECASE)


def host(number: int, apps: int) -> str:
    """Name of a target; it belongs to one app."""
    return f"s{number}.maker{number % apps}.test"


def place(number: int) -> tuple[str, int]:
    """Address and port of a target in 127.0.0.0/8."""
    port = REDIS if number * 0.618_034 % 1 < ANSWERING else CLOSED
    return f"127.{80 + (number >> 16)}.{number >> 8 & 255}.{number & 255}", port


def assemble(donors: Sequence[Path], apps: int, targets: int, seed: int, folder: Path) -> Iterator[Path]:
    """Write the packages.

    Args:
        donors: real APKs.
        apps: number of packages.
        targets: number of simulated targets, each named by one package.
        seed: the same seed gives the same packages.
        folder: where.
    """
    for number in range(apps):
        chance = random.Random(f"{seed}/{number}")
        path = folder / f"{number:07}.apk"
        with zipfile.ZipFile(donors[number % len(donors)]) as real, zipfile.ZipFile(path, "w") as app:
            for entry in real.infolist():
                if _SIGNATURE.fullmatch(entry.filename) or entry.is_dir():
                    continue
                if entry.filename.startswith("res/") and chance.random() < _LEFT_OUT:
                    continue
                data = real.read(entry)
                how = entry.compress_type
                if _CODE.fullmatch(entry.filename):
                    data, how = changed_code(data, chance), zipfile.ZIP_DEFLATED
                app.writestr(zipfile.ZipInfo(entry.filename), data, how, 1)
            for name, text in _assets(number, apps, targets, chance):
                app.writestr(zipfile.ZipInfo(name), text, zipfile.ZIP_DEFLATED, 1)
        yield path


def changed_code(data: bytes, chance: random.Random) -> bytes:
    """A DEX file with other letters in its sentences, and with its checksum and signature computed again."""

    def other(match: re.Match[bytes]) -> bytes:
        text = match[1]
        # The first letters stay, so that the order of the strings stays valid in nearly all cases.
        end = bytes(chance.choices(b"abcdefghijklmnopqrstuvwxyz", k=4))
        return match[0][: -len(text)] + text[:-4] + end

    body = _TEXT.sub(other, data)
    if len(body) < 112 or not body.startswith(b"dex\n"):
        return body
    signed = hashlib.sha1(body[32:], usedforsecurity=False).digest() + body[32:]
    return body[:8] + struct.pack("<I", zlib.adler32(signed)) + signed


def _assets(number: int, apps: int, targets: int, chance: random.Random) -> Iterator[tuple[str, str]]:
    own = range(number, targets, apps)
    lines = [f'"store{one}": "redis://{host(one, apps)}:{place(one)[1]}/0"' for one in own]
    yield "assets/backends.json", "{" + ",\n".join(lines) + "}"
    for file in range(chance.randint(1, 4)):
        words = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=chance.randint(3, 9))) for _ in range(400)]
        yield f"assets/{words[0]}{file}.txt", " ".join(words)


def grant(apps: int, targets: int) -> Grant:
    """A grant for the simulated targets, with their addresses."""
    limits = Limits(
        connects_per_second=0.0, network_connects_per_second=0.0, provider_connects_per_second=0.0, concurrency=200
    )
    rule = TargetRule("127.0.0.0/8", "any", Depth.DESCRIBE)
    hosts: dict[str, str | tuple[str, ...]] = {host(one, apps): place(one)[0] for one in range(targets)}
    return Grant("the benchmark", "lab@tieback.test", date(2999, 1, 1), (rule,), hosts=hosts, limits=limits)
