"""Results of methods of an app for constant arguments: the one way from the other recognisers into the interpreter."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from tieback.recognise.dalvik.classes import ClassPath, Method, MethodRef
from tieback.recognise.dalvik.contacts import Sinks
from tieback.recognise.dalvik.interpreter import run_frame
from tieback.recognise.dalvik.library import (
    addresses,
    annotations,
    charsets,
    collection_functions,
    collections,
    coroutines,
    crypto,
    files,
    holders,
    joins,
    json_fields,
    json_objects,
    lambdas,
    numbers,
    okhttp,
    patterns,
    platform,
    properties,
    references,
    reflection,
    retrofit,
    stored_values,
    streams,
    strings,
    time_units,
    uris,
    xml_pull,
)
from tieback.recognise.dalvik.machine import AppFiles, LibraryCall, Machine
from tieback.recognise.dalvik.objects import (
    STRING,
    UNKNOWN,
    JavaArray,
    JavaObject,
    LimitError,
    NotRunnableError,
    to_text,
    to_units,
)
from tieback.recognise.dataflow.code.members import split_types
from tieback.recognise.dataflow.dex.dexfile import DexFile
from tieback.recognise.dataflow.methods.sinks import by_owner, read_sinks

MIN_STEPS, STEPS_PER_BYTE = 400_000, 0.1
"""Most instructions of all runs of an app, by the size of its DEX files. One takes about half a microsecond."""
MAX_STEPS = 5_000_000
MAX_RESULTS = 20_000
"""Most cached results."""
MAX_FAILURES = 8
"""A method that fails as often, and never has a result, is not run again."""
MAX_RESULT = 4096
"""Most characters of a result."""

type Constant = str | int | Sequence[int] | Sequence[str] | None
"""An argument: text, number, or the elements of an array; ``None`` for the context of the app."""
type Result = str | bytes | tuple[str, ...] | int
"""A text, the content of a ``byte[]``, or texts of a ``String[]``; a ``char[]`` is a text. A number of native code."""
NUMBERS = frozenset("IJS")
"""Types of the numbers that native code gives, such as a port."""


_LATER = (
    patterns, addresses, reflection, references, holders, properties, json_fields, okhttp, retrofit, time_units,
    coroutines, joins, uris, stored_values, annotations, lambdas,
    collection_functions, xml_pull,
)  # fmt: skip
"""Modules that use those before them."""


@cache
def _library() -> Mapping[str, LibraryCall]:
    """The methods of the platform that are computed."""
    library: dict[str, LibraryCall] = {}
    for module in (charsets, strings, numbers, collections, streams, crypto, files, json_objects, platform, *_LATER):
        library |= module.CALLS
    return library


@cache
def _readers() -> Mapping[str, Callable[[Method | None], LibraryCall]]:
    return dict.fromkeys(json_fields.READERS, json_fields.reader)


@cache
def _sinks() -> Sinks:
    return by_owner(read_sinks())


class Runner:
    """Runs static methods of the DEX files of one app. For one thread at a time."""

    def __init__(self, dexes: Sequence[DexFile], most: int = MAX_STEPS, app_files: AppFiles | None = None) -> None:
        """Run code of these DEX files.

        Args:
            dexes: the files.
            most: most instructions of all runs together; small files have less.
            app_files: the files and resources of the app.
        """
        size = sum(len(dex.data) for dex in dexes)
        steps = min(most, MIN_STEPS + int(size * STEPS_PER_BYTE))
        self._steps = steps
        self.path = ClassPath(dexes)
        fields = {**charsets.fields(), **streams.fields(), **time_units.fields(), **reflection.platform_fields()}
        self.machine = Machine(self.path, _library(), fields, run_frame, steps, app_files, _readers(), _sinks())
        self._results: dict[tuple[Any, ...], Result | None] = {}
        self._failures: dict[MethodRef, int] = {}
        self._callers: set[MethodRef] = set()

    @property
    def used(self) -> int:
        """Number of instructions that were run."""
        return self._steps - self.machine.left

    @property
    def exhausted(self) -> bool:
        """True if nothing runs any more, because the limit of the whole app was reached."""
        return self.machine.exhausted or self.path.left < 0

    def call(self, ref: MethodRef, arguments: Sequence[Constant], caller: tuple[str, str] = ("", "")) -> Result | None:
        """Result of a static method of the app for these arguments.

        Args:
            ref: the method.
            arguments: one per parameter; a ``boolean`` or ``char`` is a number, ``null`` is 0.
            caller: descriptor of the class, and name of the method that contains the call.

        Returns:
            The result; ``None`` if the app does not define such a method, if it does anything that is not supported, or
            if it reaches a limit.
        """
        if self._failures.get(ref, 0) >= MAX_FAILURES:
            return None
        key = (
            ref,
            *(
                argument if argument is None or isinstance(argument, (str, int)) else tuple(argument)
                for argument in arguments
            ),
        )
        if ref in self._callers:
            key = *key, caller
        if key not in self._results:
            if len(self._results) >= MAX_RESULTS:
                self._results.clear()
            result = self._results[key] = self._run(ref, arguments, caller)
            if self.machine.stack_read and ref not in self._callers:
                self._callers.add(ref)
                self._results[*key, caller] = self._results.pop(key)
            if result is not None:
                self._failures[ref] = -MAX_RESULTS
            else:
                self._failures[ref] = self._failures.get(ref, 0) + 1
            return result
        return self._results[key]

    def _run(self, ref: MethodRef, arguments: Sequence[Constant], caller: tuple[str, str]) -> Result | None:
        try:
            method = self.path.method(ref.owner, ref)
            if method is None:
                made = self.machine.run_native(ref, _arguments(ref, arguments), caller)
                return made if ref.result in NUMBERS and isinstance(made, int) else self._result(made)
            if not method.static:
                return None
            return self._result(self.machine.run(method, _registers(method, ref, arguments), caller))
        except LimitError:
            self.machine.is_cut = True
            return None
        except NotRunnableError:
            return None

    def _result(self, value: Any) -> Result | None:
        self.machine.is_cut |= is_too_long(value)
        return as_result(value)

    def static_texts(self, kind: str) -> dict[str, str | tuple[str | None, ...]]:
        """Texts in the static fields of a class after its initialiser ran, by field: alone, or in an array or a list.

        An item that is no text is ``None``; fields without a text are left out.
        """
        try:
            its = self.machine.initialised(kind)
        except LimitError:
            return {}
        found: dict[str, str | tuple[str | None, ...]] = {}
        for name, value in its.statics.items() if its is not None else ():
            held = value.payload if isinstance(value, JavaObject) and isinstance(value.payload, list) else None
            items = value.items if isinstance(value, JavaArray) else held
            texts = tuple(map(_short_text, [value] if items is None else items))
            self.machine.is_cut |= any(map(is_too_long, [value] if items is None else items))
            if any(text is not None for text in texts):
                found[name] = (texts[0] or "") if items is None else texts
        return found


def is_too_long(value: object) -> bool:
    """True for a text with an address that is too long to be a result."""
    if isinstance(value, JavaObject) and isinstance(value.payload, strings.Builder):
        value = "".join(value.payload.units)
    if isinstance(value, JavaArray) and value.kind in ("B", "C"):
        return len(value.items) > MAX_RESULT and "://" in "".join(chr(item & 0xFFFF) for item in value.items)
    return isinstance(value, str) and len(value) > MAX_RESULT and "://" in value


def _short_text(value: object) -> str | None:
    return to_text(value) if isinstance(value, str) and len(value) <= MAX_RESULT else None


def _arguments(ref: MethodRef, arguments: Sequence[Constant]) -> list[Any]:
    kinds = split_types(ref.parameters)
    if len(kinds) != len(arguments):
        raise NotRunnableError("a call with the wrong number of arguments")
    return [_value(kind, argument) for kind, argument in zip(kinds, arguments, strict=True)]


def _registers(method: Method, ref: MethodRef, arguments: Sequence[Constant]) -> list[Any]:
    kinds = split_types(ref.parameters)
    if len(kinds) != len(arguments):
        raise NotRunnableError("a call with the wrong number of arguments")
    found: list[Any] = []
    for kind, argument in zip(kinds, arguments, strict=True):
        found.append(_value(kind, argument))
        if kind in "JD":
            found.append(None)
    if len(found) != method.width:
        raise NotRunnableError("a call with the wrong number of arguments")
    return found


def _value(kind: str, argument: Constant) -> Any:
    if isinstance(argument, str):
        return to_units(argument)
    if argument is None:
        return UNKNOWN
    if isinstance(argument, int):
        return argument
    items = [to_units(item) if isinstance(item, str) else item for item in argument]
    return JavaArray(kind[1:] or "I", items)


def as_result(value: Any) -> Result | None:
    """A value of the interpreter as a result; ``None`` if it is of another type, unknown or too long."""
    if isinstance(value, JavaObject) and isinstance(value.payload, strings.Builder):
        value = "".join(value.payload.units)
    if isinstance(value, str):
        return to_text(value) if len(value) <= MAX_RESULT else None
    if not isinstance(value, JavaArray) or len(value.items) > MAX_RESULT:
        return None
    if value.kind == "B":
        return bytes(item & 0xFF for item in value.items)
    if value.kind == "C":
        return to_text("".join(map(chr, value.items)))
    if value.kind == STRING and all(isinstance(item, str) for item in value.items):
        return tuple(map(to_text, value.items))
    return None
