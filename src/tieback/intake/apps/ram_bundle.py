"""Indexed RAM bundles of React Native (``unbundle``): the startup code and each module of Metro at a place of its own.

Source: https://github.com/facebook/react-native, ``ReactCommon/cxxreact/JSIndexedRAMBundle.cpp`` (MIT). Little endian:
the magic number, the number of table entries, the size of the startup code; then offset and length of each module, from
behind the table on; each text ends with a NUL. A module is a script, or Hermes bytecode.
"""

import struct

import numpy as np

from tieback.intake.apps.hermes import read_hermes
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind

MAGIC = b"\xe5\xd1\x0b\xfb"
MAX_MODULES = 200_000
"""Most entries of the table; large apps have some thousands."""
MAX_BYTECODE = 64
"""Most modules with Hermes bytecode that are read."""
_HEADER = 12
_HERMES = b"\xc6\x1f\xbc\x03"
_NUL_TO_LINE = bytes.maketrans(b"\0", b"\n")


def read_ram_bundle(file: str, data: bytes) -> tuple[tuple[Artifact, ...], str]:
    """The scripts of a RAM bundle as one text, and its bytecode; and what was not read, or an empty text.

    Offsets in the text are those of the file. All modules are in one text, so that constants are followed across them.
    """
    if len(data) == len(MAGIC):
        return (), ""  # only marks a folder with a file per module
    if len(data) < _HEADER:
        return _whole(file, data), "the RAM bundle ends within its header"
    count, startup = struct.unpack_from("<II", data, 4)
    base = _HEADER + 8 * count
    if count > MAX_MODULES or base + startup > len(data):
        return _whole(file, data), "the table of the RAM bundle exceeds the file"
    table = np.frombuffer(data, "<u4", 2 * count, _HEADER).astype(np.int64).reshape(-1, 2)
    table = table[table[:, 1] > 0]
    inside = base + table[:, 0] + table[:, 1] <= len(data)
    complaint = "" if inside.all() else "modules of the RAM bundle are outside of the file"
    places = [(base, base + startup), *((base + at, base + at + size) for at, size in table[inside].tolist())]
    bytecode = [place for place in dict.fromkeys(places) if data.startswith(_HERMES, *place)]
    text = bytearray(data[base:].translate(_NUL_TO_LINE))
    found: list[Artifact] = []
    for number, (start, end) in enumerate(bytecode[:MAX_BYTECODE]):
        text[start - base : end - base] = b"\n" * (end - start)
        artifact, unread = read_hermes(f"{file}!{number}", data[start:end])
        found.append(artifact)
        complaint = complaint or unread
    if len(bytecode) > MAX_BYTECODE:
        complaint = complaint or "the RAM bundle has too many modules with bytecode; the rest was only searched"
    if text.strip():
        found.insert(0, Artifact(file, (Buffer(file, BufferKind.TEXT, bytes(text), base=base),)))
    return tuple(found), complaint


def _whole(file: str, data: bytes) -> tuple[Artifact, ...]:
    return (Artifact(file, (Buffer(file, BufferKind.BINARY, data),)),)
