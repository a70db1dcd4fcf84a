"""Web addresses in constants that the code of an app does not contact: where each constant goes, on every path.

A constant is followed from each instruction and initial value that has it: over calls that only change its form, into
fields and their readers, and into the methods that get it. If it ends in texts for people, in links for other apps, or
nowhere, it is no back end. Everything else counts as contact: an unknown call, an array, a result, an annotation, a
method that is too long. So a doubt never hides a back end. The code of all files of the app must be known.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tieback.recognise.dataflow import encoded
from tieback.recognise.dataflow.app import AppCode
from tieback.recognise.dataflow.dexfile import CodeItem, DexFile, SectionKind
from tieback.recognise.dataflow.ends import What, read_ends
from tieback.recognise.dataflow.reaching import (
    IGET,
    IPUT,
    RETURN,
    SGET,
    SPUT,
    MethodFlow,
    Operation,
    Origins,
    method_flow,
)

UNREAD = "only in a constant that no code reads"
SHOWN = "only in a text that the app shows or logs"
LINK = "only a link that a person opens in another app"
COMPARED = "only compared with another text"

MAX_DEPTH = 6
"""Most methods and fields between a constant and its end."""
MAX_STEPS = 20_000
"""Most methods of one app that are looked at; the constants after that stay back ends."""
MAX_SEARCHES = 400
"""Most fields of one app whose readers are searched."""
MAX_PLACES = 64
"""Most places of one constant or field."""

_CONST_STRING, _CONST_JUMBO = 0x1A, 0x1B
_STATIC_READS, _INSTANCE_READS = (0x60, 0x66), (0x52, 0x58)
_FOLLOWED = frozenset((0x70, 0x71, 0x76, 0x77))
"""Calls that run one known method: direct and static."""
_VIRTUAL = frozenset((0x6E, 0x74))
"""Calls that run a known method if no class extends that of the call."""
_CALLS = frozenset((*range(0x6E, 0x73), *range(0x74, 0x79)))
_STRING_VALUES = ((0x17, 1), (0x37, 2), (0x57, 3))
_INTENT = "Landroid/content/Intent;"
_ACTIONS = frozenset(("android.intent.action.VIEW", "android.intent.action.SEND", "android.intent.action.SENDTO"))
"""Actions that another app does: https://developer.android.com/guide/components/intents-common"""
_EXPLICIT = frozenset(("setClass", "setClassName", "setComponent"))
_DATA = frozenset(("setData", "setDataAndNormalize", "setDataAndType", "setDataAndTypeAndNormalize"))
_REFLECTED = "/BuildConfig;"
"""Class whose fields are also read by name: https://github.com/lugg/react-native-config"""

type Mask = NDArray[np.bool_]


class _Outcome(NamedTuple):
    reasons: frozenset[str]
    contacts: bool
    """True if code may contact the address."""
    returns: bool


_CONTACTS = _Outcome(frozenset(), contacts=True, returns=False)


class ConstantUses:
    """Where the constants of one app go."""

    def __init__(self, files: Sequence[DexFile]) -> None:
        """The DEX files of the app, all of them."""
        self._app = AppCode(files)
        self._ends: Mapping[tuple[str, str], What] = read_ends()
        self._flows: dict[tuple[int, int], MethodFlow | None] = {}
        self._known: dict[tuple[int, int, Origins], _Outcome] = {}
        self._read: dict[int, _Outcome] = {}
        self._left, self._searches = MAX_STEPS, MAX_SEARCHES

    def reason(self, raw: bytes) -> str:
        """Why no code contacts the address in a constant; empty if code may.

        Args:
            raw: the MUTF-8 bytes of the whole constant.
        """
        reasons: set[str] = set()
        for number, dex in enumerate(self._app.files):
            index = dex.string_of(raw)
            for outcome in self._of_string(number, index) if index >= 0 else ():
                if outcome.contacts or outcome.returns:
                    return ""
                reasons |= outcome.reasons
        return next((reason for reason in (LINK, SHOWN, COMPARED) if reason in reasons), UNREAD)

    def _of_string(self, number: int, index: int) -> Iterator[_Outcome]:
        """What becomes of a string at each of its places in one file."""
        dex = self._app.files[number]
        methods: dict[int, CodeItem | None] = {}
        for place in self._constants(number, index):
            code = dex.code_around(place, every=True)
            methods[code.offset if code is not None else -1 - place] = code
            if len(methods) > MAX_PLACES:
                yield _CONTACTS
                return
        for code in methods.values():
            flow = self._flow(number, code) if code is not None else None
            if code is None or flow is None:
                yield _CONTACTS
                return
            starts = frozenset(at for at, string in flow.strings.items() if string == index)
            if starts:
                yield self._follow(number, code, starts, 0)
        yield from self._initial(number, index)

    def _constants(self, number: int, index: int) -> list[int]:
        """Byte offsets of the instructions that load a string; other operands can look the same."""
        begin, units = self._units[number]
        low = units[1:] == np.uint16(index & 0xFFFF)
        opcodes = units[:-1] & 0xFF
        short = (opcodes == _CONST_STRING) if index <= 0xFFFF else np.zeros(len(opcodes), np.bool_)
        found = np.flatnonzero(low & (short | (opcodes == _CONST_JUMBO)))
        return [begin + 2 * int(at) for at in found.tolist()]

    def _initial(self, number: int, index: int) -> Iterator[_Outcome]:
        """What becomes of a string that is the initial value of fields, or in an annotation."""
        dex = self._app.files[number]
        if any(True for _ in _values(dex, SectionKind.ANNOTATIONS, index)):
            yield _CONTACTS
        rows: set[int] = set()
        starts = dex.classes["values"].astype(np.int64)
        order = starts.argsort(kind="stable")
        for place in _values(dex, SectionKind.ENCODED_ARRAYS, index):
            at = int(starts[order].searchsorted(place, side="right")) - 1
            rows.add(int(order[at]) if at >= 0 else -1)
        if rows and dex.sections.get(SectionKind.CALL_SITES) is not None:
            yield _CONTACTS  # the array can belong to a call
            return
        for row in rows:
            at = int(starts[row]) if row >= 0 else 0
            values = dex.values.array(at)[0] if at else ()
            for field, value in zip(dex.class_data(row).static_fields, values, strict=False):
                if isinstance(value, encoded.StringId) and value.string == index:
                    yield self._of_field(self._app.field(number, field), 0)

    @cached_property
    def _units(self) -> list[tuple[int, NDArray[np.uint16]]]:
        """All code of each file, and the offset where it begins."""
        found = []
        for dex in self._app.files:
            section = dex.sections.get(SectionKind.CODE)
            begin, end = (section.begin + (section.begin & 1), section.end) if section is not None else (0, 0)
            count = max(0, (end - begin) // 2)
            found.append((begin, np.frombuffer(dex.data, "<u2", count, begin if count else 0)))
        return found

    def _flow(self, number: int, code: CodeItem) -> MethodFlow | None:
        key = number, code.offset
        if key not in self._flows:
            self._left -= 1
            self._flows[key] = method_flow(self._app.files[number], code) if self._left > 0 else None
        return self._flows[key]

    # Fields

    def _of_field(self, field: int, depth: int, *, static: bool = True) -> _Outcome:
        """What becomes of a value in a field: every method that reads it is followed."""
        if field < 0 or depth > MAX_DEPTH or self._app.ref(field).owner.endswith(_REFLECTED):
            return _CONTACTS
        if field not in self._read:
            self._read[field] = _CONTACTS  # while its readers are followed
            self._read[field] = self._readers(field, depth, static=static)
        return self._read[field]

    def _readers(self, field: int, depth: int, *, static: bool) -> _Outcome:
        first, last = _STATIC_READS if static else _INSTANCE_READS
        places: dict[tuple[int, int], tuple[CodeItem, set[int]]] = {}
        for number, index in self._app.field_places(field):
            begin, units = self._units[number]
            self._searches -= 1
            opcodes = units[:-1] & 0xFF
            hits = np.flatnonzero((units[1:] == np.uint16(index)) & (opcodes >= first) & (opcodes <= last))
            if self._searches < 0 or len(hits) > MAX_PLACES:
                return _CONTACTS
            for at in hits.tolist():
                code = self._app.files[number].code_around(begin + 2 * at, every=True)
                if code is None:
                    return _CONTACTS
                its = places.setdefault((number, code.offset), (code, set()))[1]
                its.add((begin + 2 * at - code.begin) // 2)
        reasons: frozenset[str] = frozenset()
        read = False
        for (number, _), (code, units_read) in places.items():
            flow = self._flow(number, code)
            if flow is None:
                return _CONTACTS
            starts = frozenset(one.at for one in flow.operations if one.opcode in (SGET, IGET) and one.at in units_read)
            if not starts:
                continue
            read = True
            outcome = self._follow(number, code, starts, depth + 1)
            if outcome.contacts or outcome.returns:
                return _CONTACTS
            reasons |= outcome.reasons
        # Objects can also be read as a whole, as by a library that writes JSON.
        return _Outcome(reasons, contacts=not static and not read, returns=False)

    # Methods

    def _follow(self, number: int, code: CodeItem, starts: Origins, depth: int) -> _Outcome:
        """What becomes of the values with these origins in a method."""
        key = number, code.offset, starts
        if key not in self._known:
            self._known[key] = _CONTACTS  # in a recursion
            flow = self._flow(number, code) if depth <= MAX_DEPTH else None
            if flow is not None:
                self._known[key] = _Trace(self, number, flow, starts, depth).outcome()
        return self._known[key]

    def what(self, owner: str, name: str) -> What | None:
        """What becomes of a text that a method gets; ``None`` if that is not known."""
        if name == "<init>" and owner.endswith(("Exception;", "Error;")):
            return "shown"
        return self._ends.get((owner, name))

    def called(self, number: int, one: Operation, given: Sequence[int], depth: int) -> _Outcome:
        """What becomes of arguments of a call, by their numbers, in the method of the app that it runs."""
        identity = self._app.method(number, one.member)
        if identity < 0:
            return _CONTACTS
        exact = one.opcode in _FOLLOWED or (
            one.opcode in _VIRTUAL and not self._app.is_extended(self._app.ref(identity).owner)
        )
        target = self._app.definition(identity) if exact else None
        if target is None or target.code.ins != len(one.values):
            return _CONTACTS
        return self._follow(target.file, target.code, frozenset(-1 - word for word in given), depth + 1)

    def stored(self, number: int, one: Operation, depth: int) -> _Outcome:
        """What becomes of a value that an instruction puts into a field."""
        return self._of_field(self._app.field(number, one.member), depth + 1, static=one.opcode == SPUT)

    def method_names(self, number: int, index: int) -> tuple[str, str, str]:
        """Class, name and types of a method."""
        identity = self._app.method(number, index)
        if identity < 0:
            return "", "", ""
        ref = self._app.ref(identity)
        return ref.owner, ref.name, ref.kind

    def string(self, number: int, index: int) -> str:
        """A string of a file."""
        return self._app.files[number].string(index)


class _Trace:
    """The values with some origins in one method."""

    def __init__(self, uses: ConstantUses, number: int, flow: MethodFlow, starts: Origins, depth: int) -> None:
        self._uses = uses
        self._number = number
        self._flow = flow
        self._depth = depth
        self._traced = set(starts)
        self._reasons: set[str] = set()
        self._contacts = False
        self._returns = False

    def outcome(self) -> _Outcome:
        """Follow the values until nothing new has them."""
        seen: set[tuple[int, tuple[int, ...]]] = set()
        found = True
        while found and not self._contacts:
            found = False
            for one in self._flow.operations:
                given = tuple(n for n, its in enumerate(one.values) if not self._traced.isdisjoint(self._objects(its)))
                if given and (one.at, given) not in seen and not self._contacts:
                    seen.add((one.at, given))
                    self._step(one, given)
                    found = True
        return _Outcome(frozenset(self._reasons), self._contacts, self._returns)

    def _step(self, one: Operation, given: tuple[int, ...]) -> None:
        if one.opcode == RETURN:
            self._returns = True
        elif one.opcode == SPUT or (one.opcode == IPUT and 0 in given):
            self._take(self._uses.stored(self._number, one, self._depth), one)
        elif one.opcode in (IPUT, IGET):
            pass  # a field of the object with the text, which such an object does not have
        elif one.opcode in _CALLS:
            self._call(one, given)
        else:
            self._contacts = True

    def _call(self, one: Operation, given: tuple[int, ...]) -> None:
        owner, name, kind = self._uses.method_names(self._number, one.member)
        if owner == _INTENT:
            self._intent(one, given, name, kind)
            return
        match self._uses.what(owner, name):
            case "through":
                self._traced.add(one.at)
            case "into":
                self._traced.add(one.at)
                if given != (0,):
                    self._into(one.values[0])
            case "shown":
                self._reasons.add(SHOWN)
            case "link":
                self._reasons.add(LINK)
            case "compared":
                self._reasons.add(COMPARED)
            case "none":
                pass
            case _:
                self._take(self._uses.called(self._number, one, given, self._depth), one)

    def _into(self, receiver: Origins) -> None:
        """The receiver has the text too; one that others may know counts as contact."""
        objects = self._objects(receiver)
        if objects and objects <= self._flow.created | self._traced:
            self._traced |= objects
        else:
            self._contacts = True

    def _objects(self, origins: Origins) -> Origins:
        """Origins of the same objects, without the calls that only return their receiver."""
        found: set[int] = set()
        pending = list(origins)
        for origin in pending:
            receiver = self._receivers.get(origin)
            if receiver is None:
                found.add(origin)
            else:
                pending += (one for one in receiver if one not in pending)
        return frozenset(found)

    @cached_property
    def _receivers(self) -> dict[int, Origins]:
        """The receiver of each call that returns it."""
        found = {}
        for one in self._flow.operations:
            if one.opcode in _CALLS and one.values:
                owner, name, kind = self._uses.method_names(self._number, one.member)
                builds = self._uses.what(owner, name) == "into" or (owner == _INTENT and name != "createChooser")
                if builds and kind.endswith(f"){owner}"):
                    found[one.at] = one.values[0]
        return found

    def _intent(self, one: Operation, given: tuple[int, ...], name: str, kind: str) -> None:
        """An address in an intent: only a link if another app gets the intent."""
        is_data = name in _DATA or (name == "<init>" and kind.startswith("(Ljava/lang/String;Landroid/net/Uri;"))
        if (is_data or name == "putExtra") and given and 0 not in given and self._is_for_others(one.values[0]):
            self._reasons.add(LINK)
        else:
            self._contacts = True

    def _is_for_others(self, receiver: Origins) -> bool:
        """True if an intent is new, has an action that other apps do, and names no class."""
        objects = self._objects(receiver)
        if not objects or not objects <= self._flow.created:
            return False
        acts = False
        for one in self._flow.operations:
            if one.opcode not in _CALLS or not one.values or objects.isdisjoint(self._objects(one.values[0])):
                continue
            owner, name, kind = self._uses.method_names(self._number, one.member)
            if owner != _INTENT:
                continue
            if name in _EXPLICIT or "Ljava/lang/Class;" in kind:
                return False
            if name == "setAction" or (name == "<init>" and kind.startswith("(Ljava/lang/String;")):
                strings = {self._flow.strings.get(origin, -1) for origin in one.values[1]}
                if not strings or any(self._uses.string(self._number, at) not in _ACTIONS for at in strings):
                    return False
                acts = True
        return acts

    def _take(self, outcome: _Outcome, one: Operation) -> None:
        self._reasons |= outcome.reasons
        self._contacts |= outcome.contacts
        if outcome.returns:
            self._traced.add(one.at)


def _values(dex: DexFile, kind: int, index: int) -> Iterator[int]:
    """Offsets of encoded values in a section that can be this string."""
    section = dex.sections.get(kind)
    if section is None:
        return
    for header, length in _STRING_VALUES:
        if index < 1 << (8 * length):
            wanted = bytes((header,)) + index.to_bytes(length, "little")
            at = dex.data.find(wanted, section.begin, section.end)
            while at >= 0:
                yield at
                at = dex.data.find(wanted, at + 1, section.end)
