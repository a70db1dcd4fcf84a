"""A shared library as memory: its segments, symbols and relocations.

Sources: System V ABI, chapters 4 and 5; ELF for the Arm 64-bit Architecture; System V ABI for AMD64.
"""

import struct
from bisect import bisect_left
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tieback.recognise.machine_code.memory import PAGE, TRAPS, NotRunnableError

ARM64, X86_64 = 183, 62
"""The processors that are run."""
BASE = 0x10_0000
"""Address of a library; those in the file are relative to it."""
MAX_SYMBOLS = 100_000
MAX_RELOCATIONS = 200_000
MAX_SEGMENTS = 64
_HASH, _STRTAB, _SYMTAB, _RELA, _RELASZ, _JMPREL, _PLTRELSZ = 4, 5, 6, 7, 8, 23, 2
_INIT_ARRAY, _INIT_ARRAYSZ, _GNU_HASH, _RELR, _RELRSZ = 25, 27, 0x6FFFFEF5, 36, 35
_RELATIVE = {ARM64: 1027, X86_64: 8}
_SYMBOLIC = {ARM64: (257, 1025, 1026), X86_64: (1, 6, 7)}
_RELOCATION = np.dtype([("at", "<u8"), ("info", "<u8"), ("addend", "<i8")])
_SYMBOL = np.dtype(
    [("name", "<u4"), ("info", "u1"), ("other", "u1"), ("section", "<u2"), ("value", "<u8"), ("size", "<u8")]
)


class _Segment(NamedTuple):
    address: int
    offset: int
    size: int
    in_memory: int


class Library:
    """One ELF file for a processor that is run. Content is read when it is needed."""

    def __init__(self, data: bytes) -> None:
        """Read the header and segments. Raises ``NotRunnableError`` if the file is damaged or for another processor."""
        self._data = data
        if data[:6] != b"\x7fELF\x02\x01" or len(data) < 64:
            raise NotRunnableError("no 64-bit ELF file")
        try:
            self.machine: int = struct.unpack_from("<H", data, 18)[0]
            (table,) = struct.unpack_from("<Q", data, 0x20)
            width, count = struct.unpack_from("<HH", data, 0x36)
            heads = [
                struct.unpack_from("<IIQQQQQ", data, table + number * width)
                for number in range(min(count, MAX_SEGMENTS))
            ]
        except (struct.error, OverflowError) as error:
            raise NotRunnableError("a damaged ELF file") from error
        if self.machine not in _RELATIVE:
            raise NotRunnableError("an ELF file for another processor")
        self._segments = [_Segment(head[3], head[2], head[5], head[6]) for head in heads if head[0] == 1]
        self._dynamic = next((self._tags(head[3]) for head in heads if head[0] == 2), {})

    def _tags(self, address: int) -> dict[int, int]:
        found: dict[int, int] = {}
        for at in range(address, address + 16 * 256, 16):
            raw = self.content(at, 16)
            tag, value = struct.unpack("<QQ", raw.ljust(16, b"\0"))
            if tag == 0:
                break
            found.setdefault(tag, value)
        return found

    def content(self, address: int, size: int) -> bytes:
        """Bytes of the file at an address relative to the library; shorter than ``size`` where it has none."""
        for one in self._segments:
            at = address - one.address
            if 0 <= at < one.size:
                begin = one.offset + at
                return bytes(self._data[begin : begin + min(size, one.size - at)])
        return b""

    def page(self, number: int) -> bytes | None:
        """Content of a page after relocation; ``None`` if the library has nothing there."""
        address = number * PAGE - BASE
        page: bytearray | None = None
        for one in self._segments:
            first, end = max(address, one.address), min(address + PAGE, one.address + one.in_memory)
            if first >= end:
                continue
            page = page or bytearray(PAGE)
            end = min(end, one.address + one.size)
            if first < end:
                begin = one.offset + first - one.address
                content = self._data[begin : begin + end - first]
                page[first - address : first - address + len(content)] = content
        if page is None:
            return None
        self._relocate(address, page)
        return bytes(page)

    def _relocate(self, address: int, page: bytearray) -> None:
        places, values = self._relocations
        first, end = np.searchsorted(places, [max(address - 7, 0), address + PAGE])
        for place, value in zip(places[first:end].tolist(), values[first:end].tolist(), strict=True):
            raw = (value & (1 << 64) - 1).to_bytes(8, "little")
            for number, octet in enumerate(raw):
                if 0 <= place + number - address < PAGE:
                    page[place + number - address] = octet
        compact = self._compact
        for place in compact[bisect_left(compact, address) : bisect_left(compact, address + PAGE)]:
            if place - address <= PAGE - 8:
                old = int.from_bytes(page[place - address : place - address + 8], "little")
                page[place - address : place - address + 8] = (old + BASE & (1 << 64) - 1).to_bytes(8, "little")

    @cached_property
    def _relocations(self) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
        """Places and values, sorted by place."""
        tags = self._dynamic
        tables = []
        for begin, size in ((_RELA, _RELASZ), (_JMPREL, _PLTRELSZ)):
            length = min(tags.get(size, 0) // 24, MAX_RELOCATIONS) * 24
            raw = self.content(tags[begin], length) if begin in tags and length else b""
            tables.append(np.frombuffer(raw, _RELOCATION, len(raw) // 24))
        rows = np.concatenate(tables)
        kinds, symbols = rows["info"] & 0xFFFFFFFF, (rows["info"] >> 32).astype(np.int64)
        values = rows["addend"].astype(np.uint64) + np.uint64(BASE)
        by_name = np.isin(kinds, _SYMBOLIC[self.machine])
        targets = self._targets
        for row in np.flatnonzero(by_name).tolist():
            target = targets.get(int(symbols[row]), -1)
            value = target + (int(rows["addend"][row]) if target < TRAPS else 0) if target >= 0 else 0
            values[row] = value & (1 << 64) - 1
        known = by_name | (kinds == _RELATIVE[self.machine])
        places = rows["at"][known].astype(np.int64)
        order = np.argsort(places, kind="stable")
        return places[order], values[known][order]

    @cached_property
    def _compact(self) -> list[int]:
        """Places of relative relocations in the compact form (``DT_RELR``), sorted."""
        tags = self._dynamic
        size = min(tags.get(_RELRSZ, 0) // 8, 20_000) * 8
        raw = self.content(tags[_RELR], size) if _RELR in tags and size else b""
        found: list[int] = []
        base = 0
        for (entry,) in struct.iter_unpack("<Q", raw[: len(raw) // 8 * 8]):
            if len(found) > MAX_RELOCATIONS:
                break
            if not entry & 1:
                found.append(entry)
                base = entry + 8
                continue
            found += [base + 8 * bit for bit in range(63) if entry >> bit + 1 & 1]
            base += 63 * 8
        return sorted(found)

    @cached_property
    def _symbols(self) -> NDArray[np.void]:
        tags = self._dynamic
        if _SYMTAB not in tags or _STRTAB not in tags:
            return np.zeros(0, _SYMBOL)
        begin, end = tags[_SYMTAB], tags[_STRTAB]
        # In the files of all usual linkers the table of names follows the symbols; a hash has their number.
        count = (end - begin) // 24 if end > begin else 0
        if _HASH in tags:
            raw = self.content(tags[_HASH], 8)
            count = int.from_bytes(raw[4:8], "little") if len(raw) == 8 else count
        raw = self.content(begin, 24 * max(0, min(count, MAX_SYMBOLS)))
        return np.frombuffer(raw, _SYMBOL, len(raw) // 24)

    def _name(self, offset: int) -> str:
        raw = self.content(self._dynamic[_STRTAB] + offset, 512)
        return raw.partition(b"\0")[0].decode("ascii", "replace")

    @cached_property
    def _targets(self) -> dict[int, int]:
        """Address by number of the symbol; of one that another library has, its trap."""
        symbols = self._symbols
        return {
            number: BASE + int(symbols[number]["value"]) if symbols[number]["section"] else TRAPS + 16 * number
            for number in range(len(symbols))
        }

    @cached_property
    def functions(self) -> dict[str, int]:
        """Address of each exported function of JNI, by name."""
        found = {}
        for symbol in self._symbols[(self._symbols["section"] > 0) & (self._symbols["info"] & 15 == 2)]:
            name = self._name(int(symbol["name"]))
            if name.startswith(("Java_", "JNI_OnLoad")):
                found[name] = BASE + int(symbol["value"])
        return found

    def imported(self, trap: int) -> str:
        """Name of the function of another library behind a trap. Raises ``NotRunnableError`` if there is none."""
        number = (trap - TRAPS) // 16
        if not 0 <= number < len(self._symbols):
            raise NotRunnableError("a call of nothing")
        return self._name(int(self._symbols[number]["name"]))

    @property
    def initialisers(self) -> tuple[int, int]:
        """Address and number of the functions that run when the library is loaded."""
        return BASE + self._dynamic.get(_INIT_ARRAY, 0), min(self._dynamic.get(_INIT_ARRAYSZ, 0) // 8, 64)

    def symbol(self, name: str) -> int:
        """Address of an exported function. Raises ``NotRunnableError`` if there is none."""
        for symbol in self._symbols[self._symbols["section"] > 0]:
            if self._name(int(symbol["name"])) == name:
                return BASE + int(symbol["value"])
        raise NotRunnableError("no library has the function")
