"""Methods where walks begin, found in one pass over the whole file without decoding it.

A method is walked if it assembles a string or calls a sink, and uses a constant that contains ``://`` or begins with a
port. It is also walked if it calls a sink that names an endpoint by parts; and, in code of the app itself, if it passes
such a constant on, or requests a URL. The walk reads a method from its beginning and so verifies that the bytes are
such an instruction.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tieback.intake.apps.dalvik_opcodes import opcode_numbers
from tieback.intake.apps.distinct import distinct, is_one_of
from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.anchors import Anchor, AnchorKind, AnchorScanner, parse
from tieback.recognise.dataflow.dex.code_units import Units
from tieback.recognise.dataflow.dex.dex_tables import MAX_STRING, DexSection, Offsets, SectionKind
from tieback.recognise.dataflow.dex.dexfile import CodeItem, DexFile
from tieback.recognise.dataflow.dex.encoded import STRING_VALUES
from tieback.recognise.dataflow.dex.instructions import LENGTHS
from tieback.recognise.dataflow.dex.libraries import SILENT
from tieback.recognise.dataflow.dex.opcode_sets import (
    CALL_SPAN,
    CONST_JUMBO,
    CONST_STRING,
    CONSTRUCTOR_CALLS,
    FIRST_CALL,
    INVOKE_CUSTOM,
    INVOKE_VIRTUAL,
    IPUT_OBJECT,
    SPUT_OBJECT,
)
from tieback.recognise.dataflow.walk.calls import CallTable
from tieback.recognise.rules import RuleFiles

MAX_METHODS = 50_000
"""Most methods of one file that are walked."""
MAX_ANCHORS = 100_000
"""Most strings of one file that are read."""

_STORES = (IPUT_OBJECT, SPUT_OBJECT)
_TO_STORE = 6
"""Most code units between a call and the instruction that stores its result."""
_URI_BUILDER = "Landroid/net/Uri$Builder;"
_LOCAL_SCHEMES = (b"android-app", b"android.resource", b"content", b"file")
"""Schemes of URIs within the device."""
_WRITES = frozenset(opcode_numbers("move-object/from16 move-result-object aget-object sget-object"))
_SHORT_WRITES = frozenset(opcode_numbers("move-object iget-object"))
"""Instructions that put an object into the register in bits 8 to 15, or 8 to 11."""
_WIDTH = 1 << 16
_BLOCK = 1 << 16
"""Number of code units per block; the arrays of a block fit into the cache of a core."""

_URL = lazy_pattern(rb"([A-Za-z][A-Za-z0-9+.-]{1,30})://([A-Za-z0-9._-]{0,253})((?:/[A-Za-z0-9._~-]{0,100}){0,4})")
_JOINER = lazy_pattern(rb"(?:%(?:\d\$)?s|\{0\})?://")
_LONE_URL = lazy_pattern(rb"https?://[\x21-\x7e]{4,1024}")
_MAX_RUNS, _GAP = 7, 200

_PATTERNS = ("://", r"\x00.:[1-9].", r"\.%s\x00")
"""A scheme; a port at the beginning of a string, behind its length in one byte and the previous string; a format."""
_BEHIND_COLON = {0: 3, 1: 3}
"""Bytes from the colon to the end of a hit, for the first two patterns."""
_HOST_FORMAT = lazy_pattern(rb"\0[\x01-\x7f]([a-z0-9-]{1,40}(?:\.[a-z0-9-]{1,40}){0,2}\.%s)\Z")
_MAX_FORMAT = 130
MAX_FORMATS = 1_000
"""Most formats of hosts of one file that are looked at."""

type Bits = NDArray[np.bool_]


class MethodCandidate(NamedTuple):
    """A method to walk."""

    code: CodeItem
    stop: int | None
    """Code unit after the last call that could complete an endpoint; ``None`` if no call does."""
    own: bool
    """True if it is worth a walk only in code of the app itself."""


def anchored_strings(dex: DexFile, rules: RuleFiles) -> set[int]:
    """Indices of the strings that can begin or end an endpoint: with a scheme, or with a colon and a digit in front."""
    section = dex.sections.get(SectionKind.STRING_DATA)
    if section is None or not len(dex.strings):
        return set()
    hits, _ = _scanner().scan(dex.data, section.begin, section.end, MAX_ANCHORS + MAX_FORMATS)
    colons = sorted(end - _BEHIND_COLON[pattern] for pattern, end in hits if pattern in _BEHIND_COLON)
    found: set[int] = set()
    end = 0
    for at in colons[:MAX_ANCHORS]:
        if at < end:
            continue
        begin = dex.data.rfind(b"\0", max(section.begin, at - MAX_STRING), at) + 1
        if not begin and section.begin < at - MAX_STRING:
            continue
        begin = first = max(begin, section.begin)
        while begin < at and dex.data[begin] >= 0x80:
            begin += 1
        begin += 1
        end = dex.data.find(b"\0", at, begin + MAX_STRING + 1)
        if end > 0:
            text = bytes(dex.data[begin:end])
            if text.startswith(b":") or _may_begin(text, rules):
                found.add(dex.string_at(first, text))
    formats = [end for pattern, end in hits if pattern not in _BEHIND_COLON]
    found.update(_host_formats(dex, section, formats[:MAX_FORMATS]))
    found.discard(-1)
    return found


@cache
def _scanner() -> AnchorScanner:
    return AnchorScanner(tuple(Anchor(AnchorKind.MARK, parse(one), caseless=False) for one in _PATTERNS))


def _host_formats(dex: DexFile, section: DexSection, ends: Iterable[int]) -> Iterator[int]:
    """Indices of the strings that make a host of a domain, ``api.%s``, by the offsets after them."""
    for end in ends:
        found = _HOST_FORMAT.search(dex.data[max(section.begin, end - 3 - _MAX_FORMAT) : end - 1])
        if found is not None:
            yield dex.string_of(bytes(found[1]))


def _may_begin(raw: bytes, rules: RuleFiles) -> bool:
    """True if a URL in a text has a known scheme, and a host that can be a back end or is missing so far."""
    if _JOINER.match(raw):
        return True
    for scheme, host, path in _URL.findall(raw):
        if scheme.decode().lower() in rules.services.schemes:
            name = host.decode().lower()
            if not name or rules.not_backends.reason(name) is None:
                if rules.not_backends.is_name(name, path.decode()):
                    continue
                return True
            if rules.not_backends.is_linked(name) and _LONE_URL.fullmatch(raw):
                return True  # a call may request it
    return False


class _Block:
    """A block of code units that are searched together; results are written to the same buffers each time."""

    def __init__(self) -> None:
        self._room = tuple(np.empty(_BLOCK, np.uint16) for _ in range(2))
        self._bits = tuple(np.empty(_BLOCK, np.bool_) for _ in range(3))

    def load(self, units: Units) -> None:
        """Load units; the last one serves only as the operand of the one before."""
        size = len(units) - 1
        self._next = units[1:]
        self._opcodes, self._number = (each[:size] for each in self._room)
        self._hit, self._near, self._other = (each[:size] for each in self._bits)
        np.bitwise_and(units[:-1], 0xFF, out=self._opcodes)

    def places(self, opcode: int, count: int, runs: Sequence[tuple[int, int]]) -> Offsets:
        """Positions of one of ``count`` opcodes; if there are few runs of indices, only those followed by such an
        index.
        """
        if count == 1:
            np.equal(self._opcodes, opcode, out=self._hit)
        else:
            np.less(np.subtract(self._opcodes, opcode, out=self._number), count, out=self._hit)
        if len(runs) <= _MAX_RUNS:
            # Listing the positions is the most expensive step.
            self._in_run(*runs[0], self._near)
            for low, high in runs[1:]:
                self._in_run(low, high, self._other)
                np.bitwise_or(self._near, self._other, out=self._near)
            np.bitwise_and(self._hit, self._near, out=self._hit)
        return np.flatnonzero(self._hit)

    def _in_run(self, low: int, high: int, out: Bits) -> None:
        if low == high:
            np.equal(self._next, low, out=out)
        else:
            np.less_equal(np.subtract(self._next, low, out=self._number), high - low, out=out)


class MethodFinder:
    """Finds the methods of one DEX file that are worth a walk."""

    def __init__(self, dex: DexFile, calls: CallTable, strings: set[int]) -> None:
        self._dex = dex
        self._calls = calls
        self._strings = strings
        self._code = dex.code_without(SILENT)
        self._units = self._code.units
        uris = {index: sink.method for index, sink in calls.sinks.items() if sink.owner == _URI_BUILDER}
        self._of_uris = _mask(uris)
        self._schemes = {index for index, method in uris.items() if method == "scheme"}
        self._local = {dex.string_of(scheme) for scheme in _LOCAL_SCHEMES} if self._schemes else set()

    def candidates(self) -> list[MethodCandidate]:
        """Methods in the order of their code."""
        calls = self._calls
        sites = calls.call_sites
        recipes = {index for index, (recipe, _) in sites.items() if recipe in self._strings}
        wanted = {
            CONST_STRING: (1, self._strings),
            CONST_JUMBO: (1, {index & 0xFFFF for index in self._strings}),
            FIRST_CALL: (CALL_SPAN, {*calls.seeding, *calls.fetching}),
            INVOKE_CUSTOM: (2, recipes),
        }
        if not recipes:
            del wanted[INVOKE_CUSTOM]
        if not self._strings and not calls.seeding and not calls.fetching:
            return []
        fetching = set(calls.fetching) - set(calls.seeding)
        hits = self._find(wanted)
        constants = hits[CONST_STRING]
        if CONST_JUMBO in hits:
            jumbo = hits[CONST_JUMBO]
            jumbo = jumbo[jumbo + 2 < len(self._units)]
            index = self._units[jumbo + 1].astype(np.int64) | self._units[jumbo + 2].astype(np.int64) << 16
            constants = np.concatenate((constants, jumbo[is_one_of(index, self._strings)]))
        texts = np.concatenate((constants, hits[INVOKE_CUSTOM])) if recipes else constants
        called = hits[FIRST_CALL]
        requests = _mask(fetching)[self._units[called + 1]]
        uris = self._of_uris[self._units[called + 1]]
        found: dict[int, MethodCandidate] = {}
        stored = constants[constants + 2 < len(self._units)]
        stored = stored[is_one_of(self._units[stored + 2] & 0xFF, _STORES)]
        self._methods(called[~requests & ~uris], found, alone=True)
        self._methods(called[~requests & uris], found, alone=True, uris=True)
        self._methods(stored, found, alone=True, whole=True)
        self._methods(texts, found, alone=False)
        self._methods(called[requests], found, alone=True, own=True)
        return sorted(found.values(), key=lambda one: one.code)

    def _methods(
        self,
        seeds: Offsets,
        found: dict[int, MethodCandidate],
        *,
        alone: bool,
        own: bool = False,
        whole: bool = False,
        uris: bool = False,
    ) -> None:
        end = -1
        for unit in np.sort(seeds).tolist():
            if unit < end:
                continue
            offset = self._code.offset(unit)
            code = self._dex.code_around(offset)
            if code is None:
                continue
            first = unit - (offset - code.begin) // 2
            end = first + code.units
            if uris and self._is_local(self._units[first:end].tolist()):
                continue
            completes = self._completes(unit, end)
            if len(found) < MAX_METHODS:
                useful = alone or completes >= unit
                stop = self._stored(max(completes, unit) + 3, end) - first if useful and not whole else None
                found.setdefault(code.offset, MethodCandidate(code, stop, own or not useful))

    def _is_local(self, units: Sequence[int]) -> bool:
        """True if each scheme that a method gives to a builder of URIs is a constant, and one of the device itself."""
        found = False
        for at in range(len(units) - 2):
            if units[at] & 0xFF == INVOKE_VIRTUAL and units[at + 1] in self._schemes:
                if self._constant(units, at, units[at + 2] >> 4 & 15) not in self._local:
                    return False
                found = True
        return found

    def _constant(self, units: Sequence[int], at: int, register: int) -> int:
        """String index of the constant in a register; -1 if something else can be in it."""
        for before in range(at - 1, -1, -1):
            unit = units[before]
            if unit == CONST_STRING | register << 8:
                return units[before + 1]
            if (unit & 0xFF in _WRITES and unit >> 8 == register) or (
                unit & 0xFF in _SHORT_WRITES and unit >> 8 & 15 == register
            ):
                return -1
        return -1

    def _completes(self, unit: int, end: int) -> int:
        """The last unit, from a seed to the end of its method, that calls a method that completes an endpoint;
        otherwise -1.
        """
        units = self._units[unit : end + 1]
        opcodes = units[:-1] & 0xFF
        calls = (opcodes - FIRST_CALL) < CALL_SPAN
        custom = (opcodes - INVOKE_CUSTOM) < 2 if self._calls.call_sites else np.zeros(len(opcodes), np.bool_)
        for place in np.flatnonzero(calls | custom)[::-1].tolist():
            if custom[place] or self._calls.completes(int(units[place + 1])):
                return unit + int(place)
        return -1

    def _stored(self, unit: int, end: int) -> int:
        """The unit after a call, or after the instruction behind it that stores its result in a field or an object."""
        for place in range(unit, min(unit + _TO_STORE, end, len(self._units))):
            opcode = int(self._units[place]) & 0xFF
            if opcode in _STORES or opcode in CONSTRUCTOR_CALLS:
                return min(place + LENGTHS[opcode], end)
        return unit

    def _find(self, wanted: Mapping[int, tuple[int, set[int]]]) -> dict[int, Offsets]:
        """Units with an opcode, or a value like it, that have one of these indices in the next unit.

        Args:
            wanted: by opcode: number of consecutive opcodes that count, and the indices.
        """
        units, size = self._units, max(0, len(self._units) - 1)
        found: dict[int, list[Offsets]] = {opcode: [np.empty(0, np.int64)] for opcode in wanted}
        plans = [
            (opcode, count, _mask(its), _runs(its))
            for opcode, (count, its) in wanted.items()
            if any(index < _WIDTH for index in its)
        ]
        block = _Block()
        for begin in range(0, size, _BLOCK):
            block.load(units[begin : min(begin + _BLOCK, size) + 1])
            for opcode, count, mask, runs in plans:
                places = block.places(opcode, count, runs)
                if len(places):
                    places += begin
                    found[opcode].append(places[mask[units[places + 1]]])
        return {opcode: np.concatenate(places) for opcode, places in found.items()}

    def initialised(self) -> list[int]:
        """Rows of classes with an initial value that is one of the strings."""
        section = self._dex.sections.get(SectionKind.ENCODED_ARRAYS)
        if section is None or not self._strings:
            return []
        raw = np.frombuffer(self._dex.data, np.uint8, section.end - section.begin, section.begin)
        hits = [np.empty(0, np.int64)]
        for header, length in STRING_VALUES:
            places = np.flatnonzero(raw[: max(0, len(raw) - length)] == header)
            index = raw[places + 1].astype(np.int64)
            for more in range(1, length):
                index |= raw[places + 1 + more].astype(np.int64) << (8 * more)
            hits.append(places[is_one_of(index, self._strings)])
        places = np.concatenate(hits)
        if not len(places):
            return []
        values = self._dex.classes["values"].astype(np.int64)
        order = values.argsort(kind="stable")
        rows = values[order].searchsorted(places + section.begin, side="right") - 1
        return list(map(int, distinct(order[rows[rows >= 0]])))


def _runs(indices: Iterable[int]) -> list[tuple[int, int]]:
    """First and last index of each group of close indices."""
    runs: list[tuple[int, int]] = []
    for index in sorted(index for index in indices if index < _WIDTH):
        if runs and index - runs[-1][1] <= _GAP:
            runs[-1] = runs[-1][0], index
        else:
            runs.append((index, index))
    return runs


def _mask(indices: Iterable[int]) -> Bits:
    mask = np.zeros(_WIDTH, np.bool_)
    mask[[index for index in indices if index < _WIDTH]] = True
    return mask
