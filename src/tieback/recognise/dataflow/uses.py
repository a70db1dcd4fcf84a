"""Web addresses in constants that the code of an app does not contact: where each constant goes, on every path.

A constant is followed from each instruction and initial value that has it: over calls that only change its form, into
fields and their readers, and into the methods that get it. If it ends in texts for people, in links for other apps, or
nowhere, it is no back end. Everything else counts as contact: an unknown call, an array, a result, an annotation, a
method that is too long. So a doubt never hides a back end. The code of all files of the app must be known.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import numpy as np

from tieback.recognise.dataflow import encoded
from tieback.recognise.dataflow.app import MAX_SITES, AppCode, OperandUses
from tieback.recognise.dataflow.code_units import CodeUnits
from tieback.recognise.dataflow.dexfile import KEEP_CODE, CodeItem, DexFile, Offsets, SectionKind
from tieback.recognise.dataflow.direct import contacts_at
from tieback.recognise.dataflow.ends import What, read_ends
from tieback.recognise.dataflow.libraries import SILENT
from tieback.recognise.dataflow.reaching import IGET, SGET, SPUT, MethodFlow, Operation, Origins, method_flow
from tieback.recognise.dataflow.trace import COMPARED, CONTACTS, LINK, SHOWN, UNREAD, Outcome, Trace

MAX_DEPTH = 6
"""Most methods and fields between a constant and its end."""
MAX_UNITS = 400_000
"""Most code units of one app that are read, more often counted in methods with many registers. The constants after that
stay back ends.
"""
MAX_STEPS = 2_000_000
"""Most operations of one app that are looked at, each as often as values reach it."""
MAX_CONSTANTS = 2_000
"""Most constants of one app that are followed."""

_CONSTANTS, _CONST_JUMBO = frozenset((0x1A, 0x1B)), frozenset((0x1B,))
_STATIC_READS, _INSTANCE_READS = frozenset(range(0x60, 0x67)), frozenset(range(0x52, 0x59))
_FOLLOWED = frozenset((0x70, 0x71, 0x76, 0x77))
"""Calls that run one known method: direct and static."""
_VIRTUAL = frozenset((0x6E, 0x74))
"""Calls that run a known method if no class extends that of the call."""
_MAX_SHORT = 0xFFFF
"""Greatest index of a string in the short instruction."""
_STRING_VALUES = ((0x17, 1), (0x37, 2), (0x57, 3))
_REFLECTED = "/BuildConfig;"
"""Class whose fields are also read by name: https://github.com/lugg/react-native-config"""


class ConstantUses:
    """Where the constants of one app go."""

    def __init__(self, files: Sequence[DexFile]) -> None:
        """The DEX files of the app, all of them."""
        self._app = AppCode(files)
        self._ends: Mapping[tuple[str, str], What] = read_ends()
        self._flows: dict[tuple[int, int], MethodFlow | None] = {}
        self._known: dict[tuple[int, int, Origins], Outcome] = {}
        self._read: dict[int, Outcome] = {}
        self._uses: dict[tuple[int, frozenset[int]], OperandUses] = {}
        self._loud: dict[int, OperandUses] = {}
        self._is_large = sum(len(dex.data) for dex in files) > KEEP_CODE
        self._units, self._constants, self.steps = MAX_UNITS, MAX_CONSTANTS, MAX_STEPS
        self.direct = MAX_UNITS
        """Code units that may still be read to find calls that certainly get a value."""

    def reason(self, raw: bytes) -> str:
        """Why no code contacts the address in a constant; empty if code may.

        Args:
            raw: the MUTF-8 bytes of the whole constant.
        """
        reasons: set[str] = set()
        self._constants -= 1
        if self._constants < 0:
            return ""
        found = [(number, dex.string_of(raw)) for number, dex in enumerate(self._app.files)]
        if any(self._is_passed_on(number, index) for number, index in found if index >= 0):
            return ""
        for number, index in found:
            for outcome in self._of_string(number, index) if index >= 0 else ():
                if outcome.contacts or outcome.returns:
                    return ""
                reasons |= outcome.reasons
        return next((reason for reason in (LINK, SHOWN, COMPARED) if reason in reasons), UNREAD)

    def _is_passed_on(self, number: int, index: int) -> bool:
        """True if code that is not of silent libraries certainly gives a string to a call that can contact it."""
        dex = self._app.files[number]
        if self._is_large:
            offsets = self._places(number, _CONSTANTS, index & _MAX_SHORT)  # needs no copy of the code
        else:
            uses = self._loud.get(number)
            if uses is None:
                uses = self._loud[number] = OperandUses(dex.code_without(SILENT), _CONSTANTS)
            offsets = uses.offsets(index & _MAX_SHORT)
        for offset in offsets:
            code = dex.code_around(offset)
            if code is not None and contacts_at(self, number, code, (offset - code.begin) // 2, index, 0):
                return True
        return False

    def _of_string(self, number: int, index: int) -> Iterator[Outcome]:
        """What becomes of a string at each of its places in one file."""
        dex = self._app.files[number]
        places = self._places(number, _CONSTANTS if index <= _MAX_SHORT else _CONST_JUMBO, index & _MAX_SHORT)
        if len(places) >= MAX_SITES:
            yield CONTACTS
            return
        methods: dict[int, CodeItem | None] = {}
        for place in places:
            code = dex.code_around(place, every=True)
            methods[code.offset if code is not None else -1 - place] = code
        for code in methods.values():
            flow = self._flow(number, code) if code is not None else None
            if code is None or flow is None:
                yield CONTACTS
                return
            starts = frozenset(at for at, string in flow.strings.items() if string == index)
            if starts:
                yield self._follow(number, code, starts, 0)
        yield from self._initial(number, index)

    def _places(self, number: int, opcodes: frozenset[int], index: int) -> list[int]:
        """Byte offsets of instructions with an operand; other operands can look the same."""
        uses = self._uses.get((number, opcodes))
        if uses is None:
            dex = self._app.files[number]
            section = dex.sections.get(SectionKind.CODE)
            begin, end = (section.begin + (section.begin & 1), section.end) if section is not None else (0, 0)
            count = max(0, (end - begin) // 2)
            units = np.frombuffer(dex.data, "<u2", count, begin if count else 0)
            code = CodeUnits(units, np.zeros(1, np.int64), np.full(1, begin, np.int64))
            uses = self._uses[number, opcodes] = OperandUses(code, opcodes)
        return uses.offsets(index)

    def _initial(self, number: int, index: int) -> Iterator[Outcome]:
        """What becomes of a string that is the initial value of fields, or in an annotation."""
        dex = self._app.files[number]
        if any(True for _ in _values(dex, SectionKind.ANNOTATIONS, index)):
            yield CONTACTS
            return
        rows: set[int] = set()
        starts, order = self._initials[number]
        for place in _values(dex, SectionKind.ENCODED_ARRAYS, index):
            at = int(starts.searchsorted(place, side="right", sorter=order)) - 1
            rows.add(int(order[at]) if at >= 0 else -1)
        if rows and dex.sections.get(SectionKind.CALL_SITES) is not None:
            yield CONTACTS  # the array can belong to a call
            return
        for row in rows:
            at = int(starts[row]) if row >= 0 else 0
            values = dex.values.array(at)[0] if at else ()
            for field, value in zip(dex.class_data(row).static_fields, values, strict=False):
                if isinstance(value, encoded.StringId) and value.string == index:
                    yield self._of_field(self._app.field(number, field), 0)

    @cached_property
    def _initials(self) -> list[tuple[Offsets, Offsets]]:
        """For each file the offset of the initial values of each class, and the rows in their order."""
        every = [dex.classes["values"].astype(np.int64) for dex in self._app.files]
        return [(starts, starts.argsort(kind="stable")) for starts in every]

    def _flow(self, number: int, code: CodeItem) -> MethodFlow | None:
        key = number, code.offset
        if key not in self._flows:
            self._units -= code.units * (1 + code.registers // 32)
            self._flows[key] = method_flow(self._app.files[number], code) if self._units > 0 else None
        return self._flows[key]

    # Fields

    def _of_field(self, field: int, depth: int, *, static: bool = True) -> Outcome:
        """What becomes of a value in a field: every method that reads it is followed."""
        if field < 0 or depth > MAX_DEPTH or self._app.ref(field).owner.endswith(_REFLECTED):
            return CONTACTS
        if field not in self._read:
            self._read[field] = CONTACTS  # while its readers are followed
            self._read[field] = self._readers(field, depth, static=static)
        return self._read[field]

    def _readers(self, field: int, depth: int, *, static: bool) -> Outcome:
        places: dict[tuple[int, int], tuple[CodeItem, set[int]]] = {}
        for number, index in self._app.field_places(field):
            offsets = self._places(number, _STATIC_READS if static else _INSTANCE_READS, index)
            if len(offsets) >= MAX_SITES:
                return CONTACTS
            for offset in offsets:
                code = self._app.files[number].code_around(offset, every=True)
                if code is None or contacts_at(self, number, code, (offset - code.begin) // 2, index, depth + 1):
                    return CONTACTS
                places.setdefault((number, code.offset), (code, set()))[1].add((offset - code.begin) // 2)
        reasons: frozenset[str] = frozenset()
        read = False
        for (number, _), (code, units_read) in places.items():
            flow = self._flow(number, code)
            if flow is None:
                return CONTACTS
            starts = frozenset(one.at for one in flow.operations if one.opcode in (SGET, IGET) and one.at in units_read)
            if not starts:
                continue
            read = True
            outcome = self._follow(number, code, starts, depth + 1)
            if outcome.contacts or outcome.returns:
                return CONTACTS
            reasons |= outcome.reasons
        # Objects can also be read as a whole, as by a library that writes JSON.
        return Outcome(reasons, contacts=not static and not read, returns=False)

    # Methods

    def _follow(self, number: int, code: CodeItem, starts: Origins, depth: int) -> Outcome:
        """What becomes of the values with these origins in a method."""
        key = number, code.offset, starts
        if key not in self._known:
            self._known[key] = CONTACTS  # in a recursion
            flow = self._flow(number, code) if depth <= MAX_DEPTH else None
            if flow is not None:
                self._known[key] = Trace(self, number, flow, starts, depth).outcome()
        return self._known[key]

    def what(self, owner: str, name: str) -> What | None:
        """What becomes of a text that a method gets; ``None`` if that is not known."""
        if name == "<init>" and owner.endswith(("Exception;", "Error;")):
            return "shown"
        return self._ends.get((owner, name))

    def called(self, number: int, one: Operation, given: Sequence[int], depth: int) -> Outcome:
        """What becomes of arguments of a call, by their numbers, in the method of the app that it runs."""
        identity = self._app.method(number, one.member)
        if identity < 0:
            return CONTACTS
        exact = one.opcode in _FOLLOWED or (
            one.opcode in _VIRTUAL and not self._app.is_extended(self._app.ref(identity).owner)
        )
        target = self._app.definition(identity) if exact else None
        if target is None or target.code.ins != len(one.values):
            return CONTACTS
        return self._follow(target.file, target.code, frozenset(-1 - word for word in given), depth + 1)

    def stored(self, number: int, one: Operation, depth: int) -> Outcome:
        """What becomes of a value that an instruction puts into a field."""
        return self._of_field(self._app.field(number, one.member), depth + 1, static=one.opcode == SPUT)

    def method_names(self, number: int, index: int) -> tuple[str, str, str]:
        """Class, name and types of a method."""
        identity = self._app.method(number, index)
        if identity < 0:
            return "", "", ""
        ref = self._app.ref(identity)
        return ref.owner, ref.name, ref.kind

    def file(self, number: int) -> DexFile:
        """A file."""
        return self._app.files[number]

    def string(self, number: int, index: int) -> str:
        """A string of a file."""
        return self._app.files[number].string(index)


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
