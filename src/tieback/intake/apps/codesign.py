"""Apple code signatures inside Mach-O files: team, signer's message and entitlements.

Source: Apple ``Security/OSX/libsecurity_codesigning/lib/cscdefs.h`` and ``osx/kern/cs_blobs.h`` (``CS_SuperBlob``,
``CS_CodeDirectory``; all numbers big-endian). Nothing is verified: a signature is only a claim of origin.
"""

import struct

import msgspec

from tieback.intake.apps.printable import printable

MAX_BLOBS = 64
MAX_SIGNATURE = 16 * 1024 * 1024
_SUPER, _DIRECTORY, _ENTITLEMENTS, _WRAPPER = 0xFADE0CC0, 0xFADE0C02, 0xFADE7171, 0xFADE0B01
_WITH_TEAM = 0x20200
"""First version of the code directory that names the team."""


class CodeSignature(msgspec.Struct, frozen=True):
    """Contents of a code signature."""

    team: str = ""
    """Team identifier: ten characters."""
    message: tuple[int, int] = (0, 0)
    """Begin and end of the CMS message with the signer's certificates; equal if there is none."""
    entitlements: tuple[int, int] = (0, 0)
    """Begin and end of the property list with the entitlements; equal if there is none."""


def read_signature(data: bytes | bytearray, at: int, length: int) -> CodeSignature:
    """Read the signature at ``data[at:at + length]``; damaged parts are left out. Never raises."""
    stop = min(at + min(length, MAX_SIGNATURE), len(data))
    if at + 12 > stop or at < 0:
        return CodeSignature()
    magic, _, count = struct.unpack_from(">III", data, at)
    team, message, entitlements = "", (0, 0), (0, 0)
    for index in range(min(count, MAX_BLOBS) if magic == _SUPER else 0):
        entry = at + 12 + 8 * index
        if entry + 8 > stop:
            break
        blob = at + int.from_bytes(data[entry + 4 : entry + 8])
        if blob + 8 > stop:
            continue
        kind, size = struct.unpack_from(">II", data, blob)
        end = min(blob + size, stop)
        if kind == _DIRECTORY and not team:
            team = _team(data, blob, end)
        elif kind == _ENTITLEMENTS and end > blob + 8:
            entitlements = blob + 8, end
        elif kind == _WRAPPER and end > blob + 8:
            message = blob + 8, end
    return CodeSignature(team, message, entitlements)


def _team(data: bytes | bytearray, at: int, stop: int) -> str:
    if at + 52 > stop:
        return ""
    (version,) = struct.unpack_from(">I", data, at + 8)
    (place,) = struct.unpack_from(">I", data, at + 48)
    if version < _WITH_TEAM or not 52 <= place < stop - at:
        return ""
    raw = bytes(data[at + place : min(at + place + 64, stop)]).partition(b"\0")[0]
    return printable(raw.decode("utf-8", "replace"), 64)
