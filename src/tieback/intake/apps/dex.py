"""DEX files: the whole file as a buffer, with the offsets at which strings begin.

Source: https://source.android.com/docs/core/runtime/dex-format (header_item, string_id_item, string_data_item; the
container of version 041). A string's length precedes it as ULEB128 and may be a legal character of a host name:
``starts`` are after the length, so that no match contains it.
"""

import struct

import numpy as np
from numpy.typing import NDArray

from tieback.intake.apps.distinct import distinct
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind, Bytes
from tieback.intake.apps.stringpool import MalformedPoolError
from tieback.model.count_text import form_for

MAX_FILES = 64
"""DEX files in one container (version 041)."""

MAX_STRINGS = 4_000_000
"""Strings located in one DEX file; the bytes of all strings are searched in any case."""

_HEADER = 112
_ENDIAN = 0x12345678
type Offsets = NDArray[np.int64]


def read_dex(file: str, data: Bytes) -> tuple[Artifact, str]:
    """One buffer of kind ``DEX``, and a description of its fault, or an empty text.

    A file whose tables cannot be read is returned as ``BINARY``. Packers break headers on purpose, and a loader repairs
    them, so the bytes are still searched.
    """
    try:
        starts, complaint = _all_starts(data)
    except MalformedPoolError as error:
        return Artifact(file, (Buffer(file, BufferKind.BINARY, data),)), str(error)
    return Artifact(file, (Buffer(file, BufferKind.DEX, data, starts=starts),)), complaint


def _all_starts(data: Bytes) -> tuple[Offsets, str]:
    starts, size, complaint = _starts(data, 0)
    found = [starts]
    if data[4:7] == b"041":
        for _ in range(MAX_FILES):
            # In a container each header states the length of its own part; all offsets count from the beginning.
            if data[size : size + 4] != b"dex\n":
                break
            more, length, said = _starts(data, size)
            found.append(more)
            complaint = complaint or said
            if length < _HEADER:
                break
            size += length
    merged = found[0] if len(found) == 1 else np.concatenate(found)
    if len(merged) > 1 and not bool((merged[1:] > merged[:-1]).all()):
        merged = distinct(merged)
    return merged, complaint


def _starts(data: Bytes, at: int) -> tuple[Offsets, int, str]:
    """String starts of the DEX whose header is at ``at``, its stated size, and a description of its fault."""
    if len(data) < at + _HEADER:
        raise MalformedPoolError("the DEX file ends within its header")
    size, header, endian = struct.unpack_from("<III", data, at + 32)
    count, table = struct.unpack_from("<II", data, at + 56)
    if endian != _ENDIAN or header < _HEADER:
        raise MalformedPoolError("Android does not load a DEX file with this header")
    complaint = ""
    if size > len(data):
        complaint = f"the DEX header states {size} {form_for(size, 'byte', 'bytes')}, the file has {len(data)}"
    if table > len(data) or (count and table < _HEADER):
        raise MalformedPoolError("the string table is outside the DEX file")
    held = min(count, (len(data) - table) // 4, MAX_STRINGS)
    if held < count:
        complaint = f"only {held} of {count} {form_for(count, 'string was', 'strings were')} located"
    places = np.frombuffer(data, "<u4", held, table).astype(np.int64)
    inside = places < len(data)
    outside = held - int(inside.sum())
    if outside:
        strings = f"{outside} of {count} {form_for(count, 'string', 'strings')} {form_for(outside, 'is', 'are')}"
        complaint = complaint or f"{strings} outside the DEX file"
        places = places[inside]
    return _after_length(np.frombuffer(data, np.uint8), places), size, complaint


def _after_length(raw: NDArray[np.uint8], places: Offsets) -> Offsets:
    """Offsets after the ULEB128 number at each place: at most five bytes, the last one below 0x80."""
    ends = places + 1
    more = np.flatnonzero(raw.take(places, mode="clip") >= 0x80)
    for _ in range(4):
        if not len(more):
            break
        last = raw.take(ends[more], mode="clip")
        ends[more] += 1
        more = more[last >= 0x80]
    return ends[ends < len(raw)]
