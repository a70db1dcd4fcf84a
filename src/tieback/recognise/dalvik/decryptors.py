"""Which methods of an app are run, and the texts that they return.

A method is a decryptor if it makes a text of numbers or texts by computing: its code, or code of the app that it calls,
has an operation on single characters or bytes, or calls a cipher or a decoder. Only calls with constants near them are
looked at. Static initialisers with such code are run for the strings that they store.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tieback.intake.apps.dalvik_opcodes import opcode_numbers
from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.dalvik.callers import CallerWalk
from tieback.recognise.dalvik.classes import Method, MethodRef
from tieback.recognise.dalvik.contacts import MadeContact
from tieback.recognise.dalvik.initialisers import stores_computed
from tieback.recognise.dalvik.inline import MadeText, texts_made
from tieback.recognise.dalvik.machine import CONTEXTS, AppFiles
from tieback.recognise.dalvik.objects import STRING, LimitError, NotRunnableError, to_text
from tieback.recognise.dalvik.run import MAX_STEPS, NUMBERS, Constant, Result, Runner, as_result, is_too_long
from tieback.recognise.dataflow.code.members import split_types
from tieback.recognise.dataflow.dex.dexfile import KEEP_CODE, CodeItem, DexFile
from tieback.recognise.dataflow.dex.instructions import LENGTHS, payload_length
from tieback.recognise.dataflow.dex.libraries import ALL
from tieback.recognise.dataflow.dex.opcode_sets import (
    CALL_SPAN,
    CONST_STRING,
    FIRST_CALL,
    FIRST_RANGE_CALL,
    NEW_INSTANCE,
    SGET_OBJECT,
    SPUT_OBJECT,
    STATIC_CALLS,
)
from tieback.recognise.dataflow.dex.type_index import Names

MAX_DECRYPTORS = 400
"""Most decryptors of one file."""
MAX_SIGNATURES = 20_000
"""Most methods of one file that are looked at because of their parameters and result."""
MAX_CALLERS = 4_000
"""Most methods of one file that are walked because they call a decryptor."""
MAX_INITIALISERS = 400
"""Most static initialisers of one file that are run."""
MAX_TABLE = 60_000
"""Most code units of a static initialiser."""
MAX_METHOD = 4_000
"""Most code units of a decryptor."""
MADE_STEPS = 500_000
"""Most instructions for addresses that methods make, beside the ones that decryption leaves."""
FULL_STEPS = 100_000
"""Most of them for methods that are run as far as possible, see ``texts_made``; the others stop earlier."""
MADE_MEMORY = 8 << 20
"""Most bytes for them, likewise."""
MAX_INLINE = 1_000
"""Most methods of one file that are run because they make a text of bytes or characters."""
MAX_ADDRESS = 400
"""Most characters of an address that a method makes."""
_MAX_DEPTH = 3
_MAX_CALLS = 40
_NEAR = 48
"""Code units before a call in which its constants are sought."""
_LOADS = frozenset(
    opcode_numbers(
        "move-result..move-result-object const/16..const-string/jumbo move/from16 move-wide/from16 move-object/from16 "
        "fill-array-data sget..sget-short"
    )
)
"""Instructions that load a constant, a field or a result into the register in bits 8 to 15."""
_SHORT_LOADS = frozenset(opcode_numbers("move move-wide move-object const/4 new-array"))
"""The same, with the register in bits 8 to 11."""

_ARGUMENTS = frozenset({STRING, "I", "J", "S", "B", "C", "Z", "[B", "[C", "[I", "[S", "[J", f"[{STRING}"})
_RESULTS = frozenset({STRING, "Ljava/lang/CharSequence;", "Ljava/lang/Object;", "[B", "[C", f"[{STRING}"})
_NATIVE_RESULTS = _RESULTS | NUMBERS
_TAKEN = _ARGUMENTS | CONTEXTS
_ARGUMENT_NAMES, _RESULT_NAMES = (Names(sorted(map(str.encode, each))) for each in (_TAKEN, _RESULTS))
_STORED = Names((STRING.encode(), f"[{STRING}".encode()))
_GETTERS = frozenset({"apply", "get", "getItem", "getSystemService", "getTag", "invoke"})
"""Methods of interfaces that return any object."""
_XOR = frozenset(opcode_numbers("xor-int xor-long xor-int/2addr xor-long/2addr xor-int/lit16 xor-int/lit8"))
_COMPUTES = _XOR | frozenset(opcode_numbers("filled-new-array fill-array-data aput-byte aput-char"))
"""XOR, arrays with constants, and stores in arrays of bytes and characters."""
_COMPUTES_AT = np.isin(np.arange(256), list(_COMPUTES))
_DECODING = lazy_pattern(
    rb"Landroid/util/Base64;->decode|Ljava/util/Base64\$Decoder;->decode|Ljavax/crypto/Cipher;->doFinal"
    rb"|Ljava/lang/StringBuilder;->(?:reverse|append\(C\))|Ljava/lang/StringBuffer;->(?:reverse|append\(C\))"
    rb"|Ljava/lang/String;->(?:<init>\(\[[BCI]|valueOf\(\[?C\)|copyValueOf|replace|charAt|toCharArray)"
    rb"|Ljava/util/zip/|Ljavax/crypto/CipherInputStream;-><init>|Ljava/math/BigInteger;-><init>"
)


_MAKERS: Mapping[str, Mapping[str, Sequence[str]]] = {
    STRING: {"<init>": ("[B", "[C"), "valueOf": ("[C",), "copyValueOf": ("[C",)},
    "Ljava/lang/StringBuilder;": {"reverse": ("",), "append": ("C",)},
}
"""Library methods that make a text of bytes or characters, with the beginning of their parameters."""
_JOINERS: Mapping[str, Mapping[str, Sequence[str]]] = {
    "Lkotlin/collections/CollectionsKt;": {"joinToString$default": ("Ljava/lang/Iterable;",)},
    "Lkotlin/collections/ArraysKt;": {"joinToString$default": ("[",)},
}
_JOINED = Names(
    (b"Ljava/lang/Iterable;", b"Ljava/util/Collection;", b"Ljava/util/List;", b"[Ljava/lang/Object;", b"[I")
)
"""What a function gets first that makes one text of several values, as those of Kotlin do whatever their names are."""
_TEXT = Names((STRING.encode(),))
_CIPHERS: Mapping[str, Mapping[str, Sequence[str]]] = {
    "Ljavax/crypto/Cipher;": {"doFinal": ("",)},
    "Ljavax/crypto/CipherInputStream;": {"<init>": ("",)},
}
_ADDRESS = lazy_pattern(r"://|\.[a-z]{2,}")
_STARTS = lazy_pattern(r"(?:jdbc:)?[a-z][a-z0-9+.-]{1,15}://[^\s/]", re.IGNORECASE)
"""The beginning of an address with a host."""


class DecryptedText(NamedTuple):
    """A text that code of the app makes of constants."""

    text: str
    method: str
    """Method that contains the call, or the static initialiser, in smali notation."""
    file: int
    """Number of the DEX file."""
    code: CodeItem
    """Code of that method."""
    decryptor: str = ""
    """The method that it calls for the text; empty if it needs none."""
    fields: frozenset[str] = frozenset()
    """The static fields of the class that have the text, alone or with others."""
    once: bool = True
    """False if another method makes the same text."""


class Decryption:
    """The decrypted strings of an app. For one thread at a time."""

    def __init__(self, dexes: Sequence[DexFile], most: int = MAX_STEPS, app_files: AppFiles | None = None) -> None:
        """Decrypt the strings of these DEX files.

        Args:
            dexes: the files.
            most: most instructions of their code that are run.
            app_files: the files and resources of the app, which the code can open.
        """
        self.runner = Runner(dexes, most, app_files)
        self._dexes = tuple(dexes)
        self._large = sum(len(dex.data) for dex in dexes) > KEEP_CODE
        self._decryptors = _Decryptors(self.runner)
        self.statics: dict[tuple[str, str], str | tuple[str | None, ...]] = {}
        """What static initialisers that compute texts leave in the fields of their class, by class and field."""
        self.texts = self._all_texts()
        """The texts that methods of the DEX files decrypt, each once; none that is a constant of a file itself."""
        self.stopped = self.runner.exhausted or self.runner.machine.is_cut or self._decryptors.is_cut
        """True if a limit ended the runs."""
        self.made_all = True
        """False if a limit ended the runs of ``made_in``, which have more work than the ones before."""
        self._full = 0
        self._assigned: frozenset[tuple[int, int]] = frozenset()
        self._told = frozenset(each.text for each in self.texts)

    def tells(self, text: str) -> bool:
        """True if a decrypted text is one of ``texts``, or a constant: no walk has to report it."""
        return text in self._told or self._is_plain(text)

    def _all_texts(self) -> tuple[DecryptedText, ...]:
        found: dict[str, DecryptedText] = {}
        try:
            for number, dex in enumerate(self._dexes):
                for each in _Search(number, dex, self.runner, self._decryptors, self.statics).texts():
                    known = found.get(each.text)
                    if known is not None and each.method == known.method:
                        found[each.text] = known._replace(fields=known.fields | each.fields)
                    elif known is not None:
                        found[each.text] = known._replace(once=False)
                    elif not self._is_plain(each.text):
                        found[each.text] = each
                if self._large:
                    dex.forget()
        except LimitError:
            pass
        return tuple(found.values())

    def _is_plain(self, text: str) -> bool:
        if text in self.runner.machine.constants:
            return True
        raw = text.encode("utf-8", "replace")
        if any(raw in content for content in self.runner.machine.read):
            return True
        return any(dex.string_of(raw) >= 0 for dex in self._dexes)

    def begin_made(self, methods: Iterable[tuple[int, CodeItem]] = ()) -> None:
        """Give the runs of ``made_in`` their work.

        Args:
            methods: number of the file and code of the methods to which texts are assigned, see ``texts_made``.
        """
        self._assigned = frozenset((id(self._dexes[number]), code.begin) for number, code in methods)
        self._full = FULL_STEPS
        self.runner.machine.allow(MADE_STEPS, MADE_MEMORY)

    def made_in(self, number: int, code: CodeItem) -> list[tuple[int, MadeText]]:
        """The addresses that a method makes by itself, whatever it gets, each with the number of its DEX file.

        Left out are constants of the files, and the beginnings of longer addresses.

        Args:
            number: number of the DEX file.
            code: the code of the method.
        """
        dex = self._dexes[number]
        index = dex.method_of(code)
        if index < 0 or code.units > MAX_METHOD:
            self.made_all &= code.units <= MAX_METHOD
            return []
        try:
            ref = self.runner.path.ref(dex, index)
            method = self.runner.path.method(ref.owner, ref)
            if method is None or _is_program(method):
                return []
            left = self.runner.machine.left
            made = texts_made(self.runner.machine, method, in_full=self._full > 0, known=self._assigned)
            self._full -= left - self.runner.machine.left
            self.made_all &= not self.runner.exhausted
        except NotRunnableError:
            self.made_all &= not self.runner.exhausted
            return []
        # What an initialiser keeps in an object of a class that is not looked at here can be for another purpose.
        made = [one for one in made if one.gives or ref.name != "<clinit>"]
        found = {one.text: one._replace(text=to_text(one.text)) for one in made}
        shown = [found[text] for text in _addresses(made)]
        return [(self._dexes.index(one.method.dex), one) for one in shown if not self._is_plain(one.text)]

    @property
    def contacted(self) -> Sequence[MadeContact]:
        """The connections to a host that runs of ``made_in`` made."""
        return self.runner.machine.contacted

    def number_of(self, dex: DexFile) -> int:
        """Number of a DEX file."""
        return self._dexes.index(dex)

    def close(self) -> None:
        """Release the code; nothing runs afterwards."""
        self.runner.machine.close()

    def decrypts(self, ref: MethodRef) -> bool:
        """True if a method of the app is a decryptor."""
        return ref in self._decryptors

    def value(self, ref: MethodRef, arguments: Sequence[Constant], caller: tuple[str, str]) -> Result | None:
        """What a static decryptor returns for constants; see ``Runner.call``."""
        return self.runner.call(ref, arguments, caller) if self.decrypts(ref) else None


class _Decryptors:
    """Whether a method is a decryptor; methods are read when they are looked at."""

    def __init__(self, runner: Runner) -> None:
        self._path = runner.path
        self._runs_native = runner.machine.files.native is not None
        self._computes: dict[MethodRef, bool] = {}
        self._known: dict[MethodRef, bool] = {}
        self._count = 0
        self.is_cut = False
        """True if there can be more decryptors than ``MAX_DECRYPTORS``."""

    def __contains__(self, ref: MethodRef) -> bool:
        known = self._known.get(ref)
        if known is None:
            self.is_cut = self._count >= MAX_DECRYPTORS
            known = self._known[ref] = not self.is_cut and self._decrypts(ref)
            self._count += known and ref.result not in NUMBERS
        return known

    def excludes(self, ref: MethodRef) -> bool:
        """True if a method was looked at, and is no decryptor."""
        return self._known.get(ref) is False

    def _decrypts(self, ref: MethodRef) -> bool:
        results = _NATIVE_RESULTS if self._runs_native else _RESULTS
        if ref.name.startswith("<") or ref.name == "toString" or ref.result not in results:
            return False
        if ref.result == "Ljava/lang/Object;" and ref.name in _GETTERS:
            return False
        kinds = split_types(ref.parameters)
        if not _TAKEN.issuperset(kinds) or ALL.hold(ref.owner) or not self._path.defines(ref.owner):
            return False
        if self._runs_native and self._path.native(ref.owner, ref) is not None:
            return True
        # A method that only gets a context is run like any other one that makes a text.
        return ref.result in _RESULTS and not CONTEXTS.issuperset(kinds) and self._method_computes(ref, 0)

    def _method_computes(self, ref: MethodRef, depth: int) -> bool:
        """True if a method, or a method that it calls, computes a text."""
        known = self._computes.get(ref)
        if known is not None:
            return known
        self._computes[ref] = False
        try:
            method = self._path.method(ref.owner, ref)
        except NotRunnableError:
            return False
        if method is None or len(method.units) > MAX_METHOD:
            return False
        result = self._computes[ref] = self.code_computes(method, depth)
        return result

    def code_computes(self, method: Method, depth: int = 0) -> bool:
        """True if the code of a method, or a method that it calls, computes a text."""
        path, units = self._path, method.units
        calls = [units[at + 1] for at in range(len(units) - 2) if 0 <= (units[at] & 255) - FIRST_CALL < CALL_SPAN]
        if not _XOR.isdisjoint([unit & 255 for unit in units]) and _has_instruction(units, _XOR):
            return True
        refs = []
        for index in calls[:_MAX_CALLS]:
            try:
                refs.append(path.ref(method.dex, index))
            except NotRunnableError:
                continue
        if any(_DECODING.match(f"{ref.owner}->{ref.signature}".encode("utf-8", "replace")) for ref in refs):
            return True
        return depth < _MAX_DEPTH and any(
            self._method_computes(ref, depth + 1) for ref in refs if not ALL.hold(ref.owner) and path.defines(ref.owner)
        )


class _Search:
    """Calls of decryptors, and other code that makes texts, in one DEX file; without that of libraries."""

    def __init__(
        self,
        number: int,
        dex: DexFile,
        runner: Runner,
        decryptors: _Decryptors,
        statics: dict[tuple[str, str], str | tuple[str | None, ...]],
    ) -> None:
        self._number = number
        self._statics = statics
        self._dex = dex
        self._runner = runner
        self._decryptors = decryptors
        self._code = dex.code_without(ALL)
        self._units = self._code.units

    def texts(self) -> Iterator[DecryptedText]:
        """The texts, with repetitions."""
        if len(self._units):
            yield from self._called()
            yield from self._initialised()
            yield from self._inline()

    @cached_property
    def _possible(self) -> Sequence[int]:
        """Methods that can be decryptors, by their parameters and result."""
        own = self._runner.path.files == 1
        return self._limited(self._dex.methods_like(_ARGUMENT_NAMES, _RESULT_NAMES, ALL, own=own))

    def _limited(self, methods: Sequence[int]) -> Sequence[int]:
        self._runner.machine.is_cut |= len(methods) > MAX_SIGNATURES
        return methods[:MAX_SIGNATURES]

    @cached_property
    def _joiners(self) -> Sequence[int]:
        """Methods that make one text of the items of a list or array."""
        own = self._runner.path.files == 1
        found = self._limited(self._dex.methods_like(_JOINED, _TEXT, ALL, own=own, first=True))
        return [*found, *self._dex.methods_called(_JOINERS)]

    @cached_property
    def _makers(self) -> tuple[Sequence[int], Sequence[int]]:
        """Methods of ciphers, and those that make a text of bytes or characters."""
        return self._dex.methods_called(_CIPHERS), self._dex.methods_called(_MAKERS)

    # Calls of decryptors

    def _called(self) -> Iterator[DecryptedText]:
        calls: dict[CodeItem, int] = {}
        called: dict[MethodRef, None] = {}
        code: CodeItem | None = None
        for place in self._uses(self._invokes, self._possible).tolist() if self._possible else ():
            ref = self._ref(int(self._units[place + 1]))
            if ref is None or self._decryptors.excludes(ref) or not self._has_constants(place, ref):
                continue
            at = self._code.offset(place)
            if code is None or not code.begin <= at < code.begin + 2 * code.units:
                code = self._dex.code_around(at)
            if code is not None and self._has_receiver(place, code, at) and ref in self._decryptors:
                calls[code] = (at - code.begin) // 2
                called[ref] = None
        machine = self._runner.machine
        machine.is_cut = machine.is_cut or len(calls) > MAX_CALLERS
        walk = CallerWalk(machine, called)
        for code, last in list(calls.items())[:MAX_CALLERS]:
            method = self._method(code)
            if method is None or ALL.hold(method.owner) or _is_program(method):
                continue
            for result in walk.results(method, last + 1):
                machine.is_cut |= is_too_long(result.value)
                for text in _texts_of(result.value):
                    its = f"{result.ref.owner}->{result.ref.name}"
                    yield DecryptedText(text, f"{method.owner}->{method.name}", self._number, code, its)

    def _ref(self, index: int) -> MethodRef | None:
        try:
            return self._runner.path.ref(self._dex, index)
        except NotRunnableError:
            return None

    def _has_constants(self, place: int, ref: MethodRef) -> bool:
        """True if all arguments of a call can be constants that are loaded shortly before."""
        unit, places = self._units[place : place + 3 : 2].tolist()
        if unit & 255 >= FIRST_RANGE_CALL:
            registers = list(range(places, places + (unit >> 8)))
        else:
            registers = [places & 15, places >> 4 & 15, places >> 8 & 15, places >> 12, unit >> 8 & 15][: unit >> 12]
        kinds = split_types(ref.parameters)
        if CONTEXTS.issuperset(kinds):
            return False
        at = len(registers) - sum(1 + (kind in "JD") for kind in kinds)
        missing = set()
        for kind in kinds:
            if not 0 <= at < len(registers):
                return False
            if kind not in CONTEXTS:
                missing.add(registers[at])
            at += 1 + (kind in "JD")
        for unit in reversed(self._units[max(0, place - _NEAR) : place].tolist()):
            if not missing:
                break
            if unit & 255 in _LOADS:
                missing.discard(unit >> 8)
            elif unit & 255 in _SHORT_LOADS:
                missing.discard(unit >> 8 & 15)
        return not missing

    def _has_receiver(self, place: int, code: CodeItem, at: int) -> bool:
        """True for a call without a receiver, and if the code before creates one or reads it from a static field."""
        if int(self._units[place]) & 255 in STATIC_CALLS:
            return True
        owner = self._dex.method_kind(int(self._units[place + 1]))
        units = self._units[place - (at - code.begin) // 2 : place]
        opcodes, operands = units[:-1] & 255, units[1:]
        if bool((operands[opcodes == NEW_INSTANCE] == owner).any()):
            return True
        fields = map(self._dex.field, operands[opcodes == SGET_OBJECT].tolist())
        return any(field is not None and owner in (field.owner, field.kind) for field in fields)

    def _method(self, code: CodeItem) -> Method | None:
        index = self._dex.method_of(code)
        ref = self._ref(index) if index >= 0 else None
        try:
            return self._runner.path.method(ref.owner, ref) if ref is not None else None
        except NotRunnableError:
            return None

    @cached_property
    def _invokes(self) -> NDArray[np.int64]:
        """Units that can be a call."""
        return np.flatnonzero((self._low - np.uint8(FIRST_CALL)) < CALL_SPAN)

    @cached_property
    def _low(self) -> NDArray[np.uint8]:
        """The low byte of each unit, which is the opcode if an instruction begins there."""
        octets: NDArray[np.uint8] = self._units.view(np.uint8)
        return octets[: max(0, 2 * len(self._units) - 6) : 2]

    def _uses(self, places: NDArray[np.int64], indices: Sequence[int]) -> NDArray[np.int64]:
        """Those of the units that have one of the indices in the next unit."""
        mask = np.zeros(1 << 16, np.bool_)
        mask[[index for index in indices if index < 1 << 16]] = True
        found: NDArray[np.int64] = places[mask[self._units[places + 1]]]
        return found

    # Methods that decrypt within their own code

    def _inline(self) -> Iterator[DecryptedText]:
        """Texts that methods make of bytes, characters or lists, or with a cipher."""
        ciphers, makers = self._makers
        joiners = frozenset(self._joiners)
        done = plain = -1
        count = 0
        calls = [*ciphers, *makers, *joiners]
        for place in self._uses(self._invokes, calls).tolist() if calls else ():
            code, begin = self._around(place) if place >= done else (None, 0)
            if code is None:
                continue
            called = self._units[place + 1]
            maker = called not in ciphers
            if (
                maker
                and called not in joiners
                and (place < plain or not _computes(self._units[begin : begin + code.units]))
            ):
                plain = begin + code.units
                continue
            done = begin + code.units
            method = self._method(code)
            if method is None or ALL.hold(method.owner) or _is_program(method):
                continue
            if code.units > MAX_METHOD:
                self._runner.machine.is_cut |= method.name != "<clinit>"  # initialisers have run
                continue
            count += 1
            if count > MAX_INLINE:
                self._runner.machine.is_cut = True
                return
            made = texts_made(self._runner.machine, method, in_full=called in joiners)
            texts = _addresses(made) if called in joiners else [one.text for one in made if _ADDRESS.search(one.text)]
            for text in texts:
                yield DecryptedText(to_text(text), f"{method.owner}->{method.name}", self._number, code)

    def _around(self, place: int) -> tuple[CodeItem | None, int]:
        """The code item that contains a unit, and the number of its first unit."""
        at = self._code.offset(place)
        code = self._dex.code_around(at)
        return code, place - (at - code.begin) // 2 if code is not None else 0

    # Static initialisers

    def _initialised(self) -> Iterator[DecryptedText]:
        """Texts in the static fields of classes whose initialiser computes and stores a text."""
        dex = self._dex
        end = -1
        count = 0
        fields, array = dex.fields_typed(_STORED), dex.types_named(_STORED)[1]
        places = self._uses(np.flatnonzero(self._low == SPUT_OBJECT), fields)
        # Most stores are of a constant, in the instruction before.
        before = self._units[np.maximum(places - 2, 0)]
        plain = (before & 0xFF == CONST_STRING) & (before >> 8 == self._units[places] >> 8)
        places = places[~plain]
        if not len(places):
            return
        texts = frozenset(fields)
        making = np.zeros(1 << 16, np.bool_)
        for calls in (self._possible, *self._makers):
            making[[index for index in calls if index < 1 << 16]] = True
        for place in places.tolist():
            code, begin = self._around(place) if place >= end else (None, 0)
            if code is None:
                continue
            end = begin + code.units
            units = self._units[begin:end]
            # At a glance, because each class costs a look at all its members.
            if not (making[units[1:]].any() or _computes(units)):
                continue
            if code.units > MAX_TABLE:
                self._runner.machine.is_cut = True
                continue
            member = dex.method(dex.method_of(code))
            if member is None or dex.raw(member.name) != b"<clinit>":
                continue
            kind = dex.descriptor(member.owner)
            if ALL.hold(kind) or not stores_computed(units.tolist(), texts, array):
                continue
            if not self._initialiser_computes(code):
                continue
            count += 1
            if count > MAX_INITIALISERS:
                self._runner.machine.is_cut = True
                return
            for field, its in self._runner.static_texts(kind).items():
                self._statics[kind, field] = its
                for text in filter(None, (its,) if isinstance(its, str) else its):
                    yield DecryptedText(text, f"{kind}-><clinit>", self._number, code, fields=frozenset((field,)))

    def _initialiser_computes(self, code: CodeItem) -> bool:
        method = self._method(code)
        if method is None:
            return False
        units = method.units
        called = {units[at + 1] for at in range(len(units) - 2) if 0 <= (units[at] & 255) - FIRST_CALL < CALL_SPAN}
        refs = map(self._ref, called.intersection(self._possible))
        decryptors = self._decryptors
        return any(ref is not None and ref in decryptors for ref in refs) or decryptors.code_computes(method)


def _addresses(made: Iterable[MadeText]) -> list[str]:
    """The texts that are addresses, without those that only become another text, and the beginnings of longer ones."""
    found = dict.fromkeys(one.text for one in made if len(one.text) <= MAX_ADDRESS and not one.changed)
    # A client cuts an address for its log: https://github.com/square/okhttp (HttpUrl.redact).
    texts = [text for text in found if _STARTS.match(text) and not text.endswith("...")]
    # In their order, the beginning of a longer text stands right before one.
    begins = {one for one, following in pairwise(sorted(texts)) if following.startswith(one)}
    return [text for text in texts if text not in begins]


def _is_program(method: Method) -> bool:
    """True for ``main``, by which the author of a class tries it on a computer: no app runs it."""
    return method.name == "main" and method.static and method.width == 1


def _computes(code: NDArray[np.uint16]) -> bool:
    """True if code fills an array or computes with XOR."""
    if not _COMPUTES_AT[code & 255].any():
        return False
    return _has_instruction(code.tolist(), _COMPUTES)


def _has_instruction(units: Sequence[int], opcodes: frozenset[int]) -> bool:
    """True if one of the instructions has such an opcode; an operand can look like one."""
    at = 0
    while at < len(units):
        opcode = units[at] & 255
        if opcode in opcodes:
            return True
        at += LENGTHS[opcode] if opcode else payload_length(units, at)
    return False


def _texts_of(value: object) -> Iterator[str]:
    """Texts in a result: itself, its bytes as UTF-8 if they are text, or the items of an array."""
    result = as_result(value)
    if isinstance(result, str):
        yield result
    elif isinstance(result, bytes):
        try:
            yield result.decode("utf-8")
        except UnicodeDecodeError:
            return
    elif isinstance(result, tuple):
        yield from result
