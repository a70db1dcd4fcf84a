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
from typing import NamedTuple

import deflate

from bench.throughput import CLOSED, REDIS
from tieback.model.grant import Depth, Grant, Limits, TargetRule

DEFLATED = 8
"""Method of a compressed entry."""
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
    known: dict[Path, list[_Entry]] = {}
    for number in range(apps):
        chance = random.Random(f"{seed}/{number}")
        path = folder / f"{number:07}.apk"
        donor = donors[number % len(donors)]
        entries = known.get(donor) or known.setdefault(donor, _entries(donor))
        _write(path, [*_changed(entries, chance), *_assets(number, apps, targets, chance)])
        yield path


class _Entry(NamedTuple):
    """A file of an archive as it is stored: copied from package to package without inflating it."""

    name: str
    method: int
    crc: int
    size: int
    raw: bytes


def _entries(donor: Path) -> list[_Entry]:
    found = []
    data = donor.read_bytes()
    with zipfile.ZipFile(donor) as archive:
        for entry in archive.infolist():
            if entry.is_dir() or _SIGNATURE.fullmatch(entry.filename):
                continue
            name, extra = struct.unpack_from("<HH", data, entry.header_offset + 26)
            start = entry.header_offset + 30 + name + extra
            raw = data[start : start + entry.compress_size]
            found.append(_Entry(entry.filename, entry.compress_type, entry.CRC, entry.file_size, raw))
    return found


def _changed(entries: Sequence[_Entry], chance: random.Random) -> Iterator[_Entry]:
    """The entries without some resources, and with changed code."""
    for entry in entries:
        if entry.name.startswith("res/") and chance.random() < _LEFT_OUT:
            continue
        if _CODE.fullmatch(entry.name):
            code = deflate.deflate_decompress(entry.raw, entry.size) if entry.method == DEFLATED else entry.raw
            yield _deflated(entry.name, changed_code(bytes(code), chance))
        else:
            yield entry


def _deflated(name: str, data: bytes) -> _Entry:
    return _Entry(name, DEFLATED, zlib.crc32(data), len(data), bytes(deflate.deflate_compress(data, 1)))


def _write(path: Path, entries: Sequence[_Entry]) -> None:
    """Write a ZIP archive (APPNOTE.TXT 4.3) of entries that are compressed already."""
    directory = bytearray()
    count = len(entries)
    with path.open("wb") as out:
        for entry in entries:
            name = entry.name.encode()
            place = out.tell()
            flags = 0x800 if not entry.name.isascii() else 0
            fields = struct.pack(
                "<HHHHIIIHH", flags, entry.method, 0, 0x21, entry.crc, len(entry.raw), entry.size, len(name), 0
            )
            out.write(b"PK\3\4" + b"\x14\0" + fields + name + entry.raw)
            directory += b"PK\1\2" + b"\x14\0\x14\0" + fields + struct.pack("<HHHII", 0, 0, 0, 0, place) + name
        place = out.tell()
        out.write(directory + b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, count, count, len(directory), place, 0))


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


def _assets(number: int, apps: int, targets: int, chance: random.Random) -> Iterator[_Entry]:
    own = range(number, targets, apps)
    lines = [f'"store{one}": "redis://{host(one, apps)}:{place(one)[1]}/0"' for one in own]
    yield _deflated("assets/backends.json", ("{" + ",\n".join(lines) + "}").encode())
    for file in range(chance.randint(1, 4)):
        words = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=chance.randint(3, 9))) for _ in range(400)]
        yield _deflated(f"assets/{words[0]}{file}.txt", " ".join(words).encode())


def grant(apps: int, targets: int) -> Grant:
    """A grant for the simulated targets, with their addresses."""
    limits = Limits(
        connects_per_second=0.0, network_connects_per_second=0.0, provider_connects_per_second=0.0, concurrency=200
    )
    rule = TargetRule("127.0.0.0/8", "any", Depth.DESCRIBE)
    hosts: dict[str, str | tuple[str, ...]] = {host(one, apps): place(one)[0] for one in range(targets)}
    return Grant("the benchmark", "lab@tieback.test", date(2999, 1, 1), (rule,), hosts=hosts, limits=limits)
