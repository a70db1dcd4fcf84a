"""Web addresses in constants that the code of an app does not contact: where each constant goes, on every path.

A constant is followed from each instruction and initial value that has it: over calls that only change its form, into
fields and their readers, and into the methods that get it. If it ends in texts for people, in links for other apps, or
nowhere, it is no back end. Everything else counts as contact: an unknown call, a result, most
elements of annotations, a method that is too long. So a doubt never hides a back end. The code of all files of the app
must be known.
"""

import re
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from copy import copy
from itertools import islice

from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.dataflow.code.conditions import Conditions
from tieback.recognise.dataflow.code.initial_values import element_reason, values_with
from tieback.recognise.dataflow.code.known_code import KnownCode
from tieback.recognise.dataflow.code.members import MethodCode, words
from tieback.recognise.dataflow.code.native_names import NativeNames
from tieback.recognise.dataflow.code.places import MAX_SHORT, whole_code
from tieback.recognise.dataflow.dex import encoded
from tieback.recognise.dataflow.dex.dex_tables import SectionKind
from tieback.recognise.dataflow.dex.dexfile import KEEP_CODE, CodeItem, DexFile
from tieback.recognise.dataflow.dex.libraries import SILENT
from tieback.recognise.dataflow.dex.opcode_sets import (
    CONST_STRINGS,
    FIXED_CALLS,
    INSTANCE_READS,
    STATIC_READS,
    SUPER_CALLS,
    VIRTUAL_CALLS,
)
from tieback.recognise.dataflow.dex.operand_uses import MAX_SITES, OperandUses
from tieback.recognise.dataflow.dex.reaching import IGET, SGET, SPUT, MethodFlow, Operation, Origins
from tieback.recognise.dataflow.ends.block_events import given_to_blocks
from tieback.recognise.dataflow.ends.direct import contacts_at, contacts_result
from tieback.recognise.dataflow.ends.method_ends import MethodEnds
from tieback.recognise.dataflow.ends.replaced_at_start import StartValues
from tieback.recognise.dataflow.ends.shown_texts import ShownTexts
from tieback.recognise.dataflow.ends.trace import CONTACTS, HEADERS, NOTHING, Outcome, Trace, reason_of
from tieback.recognise.reasons import HEADER, LINK, NEVER, SHOWN, UNCALLED

MAX_DEPTH = 6
"""Most methods and fields between a constant and its end."""
MAX_STEPS = 2_000_000
"""Most operations of one app that are looked at, each as often as values reach it."""
MAX_CONSTANTS = 2_000
"""Most constants of one app that are followed."""

_MAX_READS = 512
"""Most places that read one field: a class of addresses reads the field of their host for each of them."""
_FEW_LOADS = 4
_PERMITS = lazy_pattern("[aA]llow|[wW]hite[lL]ist|[pP]ermit|^should(?:Override|Intercept)")
_RENAMED = lazy_pattern(r"[/$][a-z]{1,2};[a-z]{1,2}\Z", re.IGNORECASE)
"""A class and a field that a shrinker has renamed."""
_FIELDS = lazy_pattern(r"[\w$.]{1,80} ?[({\[] ?[\w$.]{1,80} ?[=:]")
"""How the text of an object begins that its class describes for people."""
_HEADER_LINE = lazy_pattern(rf"(?:{'|'.join(HEADERS)}): ?[^\r\n]*\Z".encode())
"""A whole line of a request, as in ``@Headers`` of Retrofit: https://square.github.io/retrofit/declarations/"""
_MESSAGES, _TEXT_OF = frozenset(("getLocalizedMessage", "getMessage", "toString")), "()Ljava/lang/String;"
_ANNOTATION = "Ljava/lang/annotation/Annotation;"
_THROWN = frozenset(
    f"Ljava/{name};"
    for name in ("io/IOException", "lang/Error", "lang/Exception", "lang/RuntimeException", "lang/Throwable")
)
"""Classes of the platform above the exceptions of apps and libraries."""
_DESCRIBED = Outcome(frozenset((SHOWN,)), contacts=False, returns=False)
_LINKED = Outcome(frozenset((LINK,)), contacts=False, returns=False)
_NEVER_READ = Outcome(frozenset((NEVER,)), contacts=False, returns=False)
_UNCALLED = Outcome(frozenset((UNCALLED,)), contacts=False, returns=False)
_STUB = "Stub!"
"""Message of each method of the stubs of the platform that some apps contain: the device runs its own classes."""


class ConstantUses(KnownCode):
    """Where the constants of one app go."""

    def __init__(
        self,
        files: Sequence[DexFile],
        *,
        called: Container[int] = (),
        names: NativeNames | None = None,
        scripts: bool = False,
        handlers: Callable[[str], bool] = lambda _: True,
    ) -> None:
        """The code of one app; the arguments are those of ``KnownCode``."""
        super().__init__(files, called=called, names=names, scripts=scripts, handlers=handlers)
        self.ends = MethodEnds(self.app, self.hierarchy)
        self._known: dict[tuple[int, int, Origins], Outcome] = {}
        self._read: dict[int, Outcome] = {}
        self._returned: dict[tuple[int, int], Outcome] = {}
        self.symbols: dict[int, tuple[str, str]] = {}
        """The class and the text of the symbol in each static field that ``block_symbols`` read."""
        self._loud: dict[int, OperandUses | None] = {}
        self._conditions, self.shown = Conditions(self), ShownTexts(self)
        self._is_large = sum(len(dex.data) for dex in files) > KEEP_CODE
        self.start_values: StartValues | None = None
        """The fields that the application sets at its start, if the manifest is known."""
        self.loads_pages = True
        """Whether what is compared can be the address of a page, which a web view loads."""
        self.contacted_in = ""
        """Class of the method that passes the last constant on; empty if that took a closer look."""
        self._constants, self.steps = MAX_CONSTANTS, MAX_STEPS
        self.direct = self._left
        """Code units that may still be read to find calls that certainly get a value."""

    def close(self) -> None:
        """Forget all: nothing may be asked any more."""
        vars(self).clear()

    def reason(self, raw: bytes) -> str:
        """Why no code contacts the address in a constant; empty if code may.

        Args:
            raw: the MUTF-8 bytes of the whole constant.
        """
        self.contacted_in = ""
        if _HEADER_LINE.match(raw):
            return HEADER
        self._constants -= 1
        if self._constants < 0:
            return ""
        places = self.places_of(raw)
        if not places:
            return ""  # the text of a resource
        if any(self._is_passed_on(number, index) for number, index in places):
            return ""
        reason = reason_of(outcome for number, index in places for outcome in self._of_string(number, index))
        return reason or (NEVER if self._never_runs(places) else "")

    def with_flows(self, cut: Callable[[int, CodeItem], MethodFlow | None], steps: int) -> "ConstantUses":
        """The same code, of which only a part runs.

        Args:
            cut: gives the values of a method in that part; ``None`` if they are not known.
            steps: most operations that are looked at.
        """
        other = copy(self)
        vars(other).update(_cut=cut, _known={}, _read={}, _returned={}, symbols={})
        vars(other).update(_constants=1, steps=steps, direct=0)
        return other

    def _never_runs(self, places: Sequence[tuple[int, int]]) -> bool:
        """True if only code that never runs loads a string."""
        loaded = False
        for load in self.loads(places):
            if load is None or not self._conditions.never_runs(load.number, load.code, load.at):
                return False
            loaded = True
        return loaded

    def reason_of_unit(self, number: int, code: CodeItem, at: int) -> str:
        """Why the instruction at a unit never runs; empty if it may."""
        return NEVER if self._conditions.never_runs(number, code, at) else ""

    def texts(self, number: int, code: CodeItem, origins: Origins) -> frozenset[str] | None:
        """The texts that the values with these origins in a method can be; ``None`` if they are not known."""
        found = self._conditions.texts.of(number, code, origins)
        return frozenset(one for one in found if one is not None) if found is not None else None

    def never_loads(self, text: str) -> bool:
        """True if only code that never runs loads a text; also false if more than a few methods do."""
        found = [(file, self.app.string_of(file, text)) for file in range(len(self.app.files))]
        places = [(file, index) for file, index in found if index >= 0]
        few = sum(len(self.places.strings(file, index)) for file, index in places) <= _FEW_LOADS
        return few and self._never_runs(places)

    @property
    def is_spent(self) -> bool:
        """True if a budget is used up, so that more constants are not followed."""
        return self._constants <= 0 or self._left <= 0 or self.steps <= 0

    def reason_of_result(self, number: int, code: CodeItem, at: int) -> str:
        """Why no code contacts the address that a call makes; empty if code may."""
        self._constants -= 1
        if self._constants < 0 or contacts_result(self, number, code, at):
            return ""
        flow = self.flow(number, code)
        # A walk also reads methods whose code has changed; then no operation is there.
        known = flow is not None and any(one.at == at for one in flow.operations)
        return reason_of((self._ended(number, code, frozenset((at,)), 0),)) if known else ""

    def _uses_of_loud(self, number: int) -> OperandUses | None:
        """The strings in the code of a file without silent libraries; ``None`` if that is all code of the file."""
        if number not in self._loud:
            dex = self.app.files[number]
            code = dex.code_without(SILENT)
            is_whole = len(code.units) == len(whole_code(dex).units)
            self._loud[number] = None if is_whole else OperandUses(code, CONST_STRINGS)
        return self._loud[number]

    def _is_passed_on(self, number: int, index: int) -> bool:
        """True if code that is not of silent libraries certainly gives a string to a call that can contact it."""
        dex = self.app.files[number]
        uses = None if self._is_large else self._uses_of_loud(number)
        if uses is None:
            offsets = self.places.offsets(number, CONST_STRINGS, index & MAX_SHORT)  # needs no copy of the code
        else:
            offsets = uses.offsets(index & MAX_SHORT)
        for offset in offsets:
            code = dex.code_around(offset)
            at = (offset - code.begin) // 2 if code is not None else 0
            if code is None or not contacts_at(self, number, code, at, index, 0):
                continue
            if not self._conditions.never_runs(number, code, at):
                self.contacted_in, name, _ = self.app.ref_at(number, code)
                # The value of a setting is kept with its name; the whole initialiser shows that.
                return name != "<clinit>"
        return False

    def _of_string(self, number: int, index: int) -> Iterator[Outcome]:
        """What becomes of a string at each of its places in one file."""
        dex = self.app.files[number]
        places = self.places.strings(number, index)
        if len(places) >= MAX_SITES:
            yield CONTACTS
            return
        methods: dict[int, CodeItem | None] = {}
        for place in places:
            code = dex.code_around(place, every=True)
            methods[code.offset if code is not None else -1 - place] = code
        for code in methods.values():
            flow = self.flow(number, code) if code is not None else None
            if code is None or flow is None:
                yield CONTACTS
                return
            starts = frozenset(at for at, string in flow.strings.items() if string == index)
            if starts:
                yield self._ended(number, code, starts, 0)
        yield from self._initial(number, index)

    def of_number(self, number: int, code: CodeItem, value: int, places: set[int]) -> Outcome:
        """What becomes of a number in one method, which has it behind these code units."""
        flow = self.flow(number, code)
        if flow is None:
            return CONTACTS
        starts = frozenset(at for at, one in flow.numbers.items() if one == value)
        # In a table, or in code that no path leads to.
        return self._ended(number, code, starts, 0) if starts and places <= starts else CONTACTS

    def of_result(self, number: int, code: CodeItem, at: int) -> bool:
        """True if code may contact what the result of a call names."""
        outcome = self._follow(number, code, frozenset((at,)), 0)
        return outcome.contacts or outcome.returns

    def _initial(self, number: int, index: int) -> Iterator[Outcome]:
        """What becomes of a string that is the initial value of fields, or in an annotation."""
        dex = self.app.files[number]
        annotated = list(islice(values_with(dex, SectionKind.ANNOTATIONS, index), MAX_SITES))
        default = self._cut is not None and bool(self.places.strings(number, index))
        reasons = frozenset(element_reason(dex, at, default=default, is_read=self._reads_element) for at in annotated)
        if len(annotated) >= MAX_SITES or "" in reasons:
            yield CONTACTS
            return
        if reasons:
            yield Outcome(reasons, contacts=False, returns=False)
        yield from self.of_values(number, values_with(dex, SectionKind.ENCODED_ARRAYS, index), encoded.StringId(index))

    def _reads_element(self, name: str) -> bool:
        """True if code reads elements of annotations with a name: they are methods of an interface."""
        calls = self.places.calls(name, "()Ljava/lang/String;")
        owners = {
            self.method_names(number, member)[0]
            for number, place, member in calls
            if self.places.is_instruction(number, place)
        }
        return any(_ANNOTATION in self.app.ancestors(owner) for owner in owners)

    def of_values(self, number: int, places: Iterable[int], value: encoded.StringId | int) -> Iterator[Outcome]:
        """What becomes of an initial value of static fields; at some of the places can be other bytes."""
        for field in self._values.fields_with(number, places, value):
            yield self._of_initial(field) if field is not None else CONTACTS

    def _of_initial(self, field: int) -> Outcome:
        """What becomes of the initial value of a static field."""
        outcome = self._of_field(field, 0)
        is_replaced = outcome.contacts and self.start_values is not None and self.start_values.replaces(field)
        return NOTHING if is_replaced else outcome

    def read_fields(self, number: int, index: int, *, in_annotations: bool = False) -> list[int] | None:
        """The fields that have a string as their initial value, and whose value code may contact.

        Returns:
            The identities of the fields; ``None`` if other values can have the string, such as those of annotations,
            unless these are known.
        """
        dex = self.app.files[number]
        if not in_annotations and any(True for _ in values_with(dex, SectionKind.ANNOTATIONS, index)):
            return None
        places = values_with(dex, SectionKind.ENCODED_ARRAYS, index)
        fields = list(self._values.fields_with(number, places, encoded.StringId(index)))
        contacted = [one for one in fields if one is None or self._of_initial(one).contacts]
        return None if None in contacted else [one for one in contacted if one is not None]

    # Fields

    def _of_field(self, field: int, depth: int, *, static: bool = True) -> Outcome:
        """What becomes of a value in a field: every method that reads it is followed."""
        if field < 0 or depth > MAX_DEPTH or self._owners.is_reflected(self.app.ref(field).owner):
            return CONTACTS
        if self.ends.listed(*self.app.ref(field)[:2]) == "link":
            return _LINKED
        if field not in self._read:
            self._read[field] = CONTACTS  # while its readers are followed
            found = self._readers(field, depth, static=static)
            self._read[field] = CONTACTS if self.app.ref(field).name in self._names else found
        return self._read[field]

    def _readers(self, field: int, depth: int, *, static: bool) -> Outcome:
        places: dict[tuple[int, int], tuple[CodeItem, set[int]]] = {}
        never = NOTHING
        for site in self.places.of_field(field, STATIC_READS if static else INSTANCE_READS, _MAX_READS):
            if site is None:
                return CONTACTS
            if contacts_at(self, site.number, site.code, site.at, site.member, depth + 1):
                if not self._conditions.never_runs(site.number, site.code, site.at):
                    return CONTACTS
                never = _NEVER_READ
                continue
            places.setdefault((site.number, site.code.offset), (site.code, set()))[1].add(site.at)
        reasons = never.reasons
        read = False
        for (number, _), (code, units_read) in places.items():
            flow = self.flow(number, code)
            if flow is None:  # in a method that is not followed, other operands can look like a read
                if any(self.places.begins(number, code, code.begin + 2 * at) for at in units_read):
                    return CONTACTS
                continue
            starts = frozenset(one.at for one in flow.operations if one.opcode in (SGET, IGET) and one.at in units_read)
            if not starts:
                continue
            read = True
            outcome = self._ended(number, code, starts, depth + 1)
            if outcome.contacts and all(self._conditions.never_runs(number, code, at) for at in units_read):
                outcome = _NEVER_READ
            if outcome.contacts:
                return CONTACTS
            reasons |= outcome.reasons
        # Objects with data can also be read as a whole, as by a library that writes JSON. It needs the names of fields.
        owner, name, _ = self.app.ref(field)
        kept = not static and not read and _RENAMED.search(f"{owner}{name}") is None
        unsure = kept and not self._owners.is_service(owner)
        return Outcome(reasons, contacts=unsure, returns=False)

    # Methods

    def _ended(self, number: int, code: CodeItem, starts: Origins, depth: int) -> Outcome:
        """What becomes of values in a method, and of its result in the methods that call it."""
        outcome = self._follow(number, code, starts, depth)
        if outcome.contacts or not outcome.returns:
            return outcome
        return self._by_callers(number, code, depth + 1).with_other(outcome._replace(returns=False))

    def contacts_returned(self, number: int, code: CodeItem, depth: int) -> bool:
        """True if code may contact what a method returns."""
        return self._by_callers(number, code, depth + 1).contacts

    def _by_callers(self, number: int, code: CodeItem, depth: int) -> Outcome:
        """What becomes of the result of a method."""
        key = number, code.offset
        if key not in self._returned:
            self._returned[key] = CONTACTS  # in a recursion
            self._returned[key] = self._in_callers(number, code, depth) if depth <= MAX_DEPTH else CONTACTS
        return self._returned[key]

    def _in_callers(self, number: int, code: CodeItem, depth: int) -> Outcome:
        called_as = self.callers.called_as(number, code)
        if called_as is None:
            if self._cut is not None and self._is_unread_property(number, code):
                return _UNCALLED
            return _DESCRIBED if self._describes(number, code) else CONTACTS
        dex = self.app.files[number]
        results: dict[tuple[int, int], tuple[CodeItem, set[int]]] = {}
        for count, (file, place, _) in enumerate(self.places.calls(*called_as), start=1):
            caller = self.app.files[file].code_around(place, every=True)
            if caller is None or count >= MAX_SITES:
                return CONTACTS
            # Compilers add methods that only call the same method of the superclass.
            if (file, caller) == (number, code) and dex.data[place] in SUPER_CALLS:
                continue
            results.setdefault((file, caller.offset), (caller, set()))[1].add((place - caller.begin) // 2)
        outcome, called = NOTHING, False
        for (file, _), (caller, at) in results.items():
            flow = self.flow(file, caller)
            if flow is None:
                return CONTACTS
            starts = frozenset(one.at for one in flow.operations if one.at in at)
            called |= bool(starts)
            outcome = outcome.with_other(self._ended(file, caller, starts, depth)) if starts else outcome
            if outcome.contacts:
                return CONTACTS
        if called:
            return outcome
        owner = self.app.ref_at(number, code).owner
        is_static = words(called_as.kind) == code.ins
        return CONTACTS if self.callers.can_name(number, owner, called_as.name, static=is_static) else _UNCALLED

    def _is_unread_property(self, number: int, code: CodeItem) -> bool:
        """True for a method with an annotation, as of a property for blocks, that no code calls or names."""
        index = self.app.files[number].method_of(code)
        _, name, kind = self.method_names(number, index) if index >= 0 else ("", "", "")
        if not name or self.callers.is_named(number, name):
            return False
        is_inside = self.hierarchy.callable_as(self.app.method(number, index), code.ins) is not None
        calls = self.places.calls(name, kind)
        return is_inside and not any(self.places.is_instruction(file, place) for file, place, _ in calls)

    def _describes(self, number: int, code: CodeItem) -> bool:
        """True for a ``toString`` whose text has the names of fields, as ``Config(url=https://shop.test)``.

        So is any text of an exception, which is a message.
        """
        owner, name, kind = self.app.ref_at(number, code)
        if name in _MESSAGES and kind == _TEXT_OF and self.hierarchy.above(owner) in _THROWN:
            return True
        flow = self.flow(number, code) if name == "toString" else None
        return flow is not None and any(_FIELDS.match(self.string(number, one)) for one in flow.strings.values())

    def _follow(self, number: int, code: CodeItem, starts: Origins, depth: int) -> Outcome:
        """What becomes of the values with these origins in a method."""
        key = number, code.offset, starts
        if key not in self._known:
            self._known[key] = CONTACTS  # in a recursion
            flow = self.flow(number, code) if depth <= MAX_DEPTH else None
            if flow is not None and self.app.string_of(number, _STUB) not in flow.strings.values():
                self._known[key] = Trace(self, (number, code), flow, starts, depth).outcome()
        return self._known[key]

    def entered(self, method: MethodCode, depth: int) -> Outcome:
        """What becomes of the arguments of a method that the runtime of the app calls."""
        first = int(words(self.app.ref(method.identity).kind) < method.code.ins)
        starts = frozenset(-1 - word for word in range(first, method.code.ins))
        return self._follow(method.file, method.code, starts, depth)._replace(returns=False)

    def called(self, place: tuple[int, MethodFlow | None], one: Operation, given: Sequence[int], depth: int) -> Outcome:
        """What becomes of arguments of a call, by their numbers, in the method of the app that it runs."""
        number, flow = place
        identity = self.app.method(number, one.member)
        if identity < 0 or depth >= MAX_DEPTH:
            return CONTACTS
        in_blocks = given_to_blocks(self, (number, flow, depth), one, tuple(given)) if flow is not None else None
        if in_blocks is not None:
            return in_blocks
        exact = one.opcode in FIXED_CALLS or (
            one.opcode in VIRTUAL_CALLS and not self.app.is_extended(self.app.ref(identity).owner)
        )
        target = self.app.definition_in(number, identity) if exact else None
        targets = (target,) if target is not None else () if exact else self.hierarchy.targets(identity)
        if not targets or any(target.code.ins != len(one.values) for target in targets):
            return CONTACTS
        starts = frozenset(-1 - word for word in given)
        outcome = NOTHING
        for target in targets:
            outcome = outcome.with_other(self._follow(target.file, target.code, starts, depth + 1))
            if outcome.contacts:
                return CONTACTS
        return outcome

    def stored(self, number: int, one: Operation, depth: int) -> Outcome:
        """What becomes of a value that an instruction puts into a field."""
        return self._of_field(self.app.field(number, one.member), depth + 1, static=one.opcode == SPUT)

    def permits(self, number: int, code: CodeItem, flow: MethodFlow) -> bool:
        """True if a method that compares an address permits it, or gives it to a request.

        The first has such a name, as ``shouldAllowRequest`` of Cordova; the second is of OkHttp, perhaps renamed.
        """
        if not self.loads_pages:
            return False
        if self.app.string_of(number, "wss:") in flow.strings.values():
            return True
        return _PERMITS.search(self.app.ref_at(number, code).name) is not None
