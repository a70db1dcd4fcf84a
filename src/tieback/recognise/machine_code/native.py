"""Results of native methods of an app, for arguments that are known."""

from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Any

from tieback.recognise.machine_code.cpu import RETURN, Cpu
from tieback.recognise.machine_code.cxx_strings import function_of
from tieback.recognise.machine_code.elf import ARM64, Library
from tieback.recognise.machine_code.jni import ENVIRONMENT, FIRST, MACHINE, ClassName, Items, Jni, Opaque
from tieback.recognise.machine_code.libc import FUNCTIONS
from tieback.recognise.machine_code.memory import (
    BYTES_PER_STEP,
    TRAPS,
    Memory,
    NotRunnableError,
    Room,
    WorkLimitError,
)

MAX_STEPS = 50_000
"""Most instructions of one call; one takes about a microsecond."""
MAX_ALL_STEPS = 500_000
"""Most instructions of all calls of an app."""
LOAD_STEPS = 50_000
"""Most instructions of one function that runs when a library is loaded."""
MAX_NAMES = 2_000
"""Most functions whose names are looked at."""
MAX_CALLS = 2_000
"""Most calls of functions of other libraries in one run."""
MAX_FAILURES = 200
"""After as many runs without a result nothing is run."""

type Argument = str | int | bytes | Opaque | None
"""A text, a number, the content of a ``byte[]``, an object of which nothing is known, or ``null``."""
type Answer = str | bytes | int | list[str | None]
"""A text, a ``byte[]``, a number, or the texts of a ``String[]``."""


class NativeCode:
    """The native libraries of one app. For one thread at a time."""

    def __init__(self, libraries: Mapping[str, bytes], *, lacks_one: bool = False) -> None:
        """Nothing is read before the first call.

        Args:
            libraries: the libraries by name.
            lacks_one: true if the app has more, which a limit left out.
        """
        self._lacks_one = lacks_one
        self._unread = dict(libraries)
        self._loaded: list[_Loaded] = []
        self.left = MAX_ALL_STEPS
        self.is_cut = False
        """True if a limit ended a run."""
        self._failures = 0
        self._room = Room()

    def call(self, names: Sequence[str], owner: str, method: tuple[str, str], arguments: Sequence[Argument]) -> Answer:
        """Result of a native method.

        Args:
            names: names that its function can have.
            owner: descriptor of the class.
            method: its name and kind, such as ``("host", "(I)Ljava/lang/String;")``.
            arguments: one per parameter.

        Raises:
            NotRunnableError: no library has it, it does anything that is not supported, or it reaches a limit.
        """
        loaded, address = self._place(names, owner, method)
        if self._failures >= MAX_FAILURES or self.left <= 0:
            self.is_cut = True
            raise WorkLimitError("too much work in native code")
        try:
            loaded.make_ready(self)
            result, used = loaded.call(address, owner, arguments, min(MAX_STEPS, self.left))
            self.left -= used
            return _answer(loaded.jni, result, method[1].rpartition(")")[2])
        except NotRunnableError as error:
            self.left -= loaded.used
            self._failures += 1
            self.note(error)
            raise

    def note(self, error: NotRunnableError) -> None:
        """Note why a run has no result."""
        self.is_cut = self.is_cut or isinstance(error, WorkLimitError)

    @property
    def functions(self) -> Sequence[str]:
        """Names of the functions of native methods, of at most ``MAX_NAMES``."""
        names = (name for loaded in self._every() for name in loaded.library.functions if name.startswith("Java_"))
        return list(islice(names, MAX_NAMES))

    def _place(self, names: Sequence[str], owner: str, method: tuple[str, str]) -> tuple["_Loaded", int]:
        for loaded in self._every():
            for name in names:
                if name in loaded.library.functions:
                    return loaded, loaded.library.functions[name]
        for loaded in self._every():
            for one in loaded.registered(self):
                if (one.owner, one.name, one.kind) == (owner, *method):
                    return loaded, one.address
        self.is_cut = self.is_cut or self._lacks_one
        raise NotRunnableError("no library has the method")

    def _every(self) -> Sequence["_Loaded"]:
        while self._unread:
            _, data = self._unread.popitem()
            try:
                self._loaded.append(_Loaded(Library(data), self._room))
            except NotRunnableError:
                continue
        return self._loaded


class _Loaded:
    """A library with its memory."""

    def __init__(self, library: Library, room: Room) -> None:
        self.library = library
        self.memory = Memory(library.page, room)
        self.jni = Jni(self.memory)
        self.cpu = _processor(library.machine)(self.memory)
        self.used = 0
        """Instructions of the last call."""
        self._is_ready = self._is_asked = False

    def registered(self, code: NativeCode) -> Sequence[Any]:
        """The methods that the library names when it is loaded."""
        begin = self.library.functions.get("JNI_OnLoad")
        if begin is not None and not self._is_asked:
            self._is_asked = True
            try:
                _, used = self._run(begin, [MACHINE, 0], min(LOAD_STEPS, code.left))
                code.left -= used
            except NotRunnableError as error:
                code.left -= self.used
                code.note(error)
        return self.jni.registered

    def call(self, address: int, owner: str, arguments: Sequence[Argument], steps: int) -> tuple[int, int]:
        """Result of a function, and the instructions that it took."""
        self.jni.clear()
        own = self.jni.held(ClassName(owner[1:-1]))
        given = [one & (1 << 64) - 1 if isinstance(one, int) else self.jni.held(_object(one)) for one in arguments]
        return self._run(address, [ENVIRONMENT, own, *given], steps)

    def make_ready(self, code: NativeCode) -> None:
        """Run what makes the global variables of C++; what fails leaves its own as they are."""
        if self._is_ready:
            return
        self._is_ready = True
        at, count = self.library.initialisers
        for number in range(count):
            self.used = 0
            try:
                begin = self.memory.number(at + 8 * number, 8)
                if begin not in (0, (1 << 64) - 1):
                    self._run(begin, [0, 0, 0], max(0, min(LOAD_STEPS, code.left)))
            except NotRunnableError as error:
                code.note(error)
            code.left -= self.used

    def _run(self, address: int, arguments: Sequence[int], steps: int) -> tuple[int, int]:
        cpu = self.cpu
        before = cpu.steps
        cpu.begin(address, arguments)
        try:
            for _ in range(MAX_CALLS):
                cpu.run(steps - (cpu.steps - before))
                if cpu.pc == RETURN:
                    return cpu.result, cpu.steps - before
                moved = self.memory.moved
                cpu.give(self._outside(cpu))
                cpu.steps += (self.memory.moved - moved) // BYTES_PER_STEP
            raise WorkLimitError("too many calls of other libraries")
        finally:
            self.used = cpu.steps - before

    def _outside(self, cpu: Cpu) -> int:
        """Result of a function that is not in the library."""
        if cpu.pc >= FIRST:
            return self.jni.call(cpu)
        if cpu.pc < TRAPS:
            raise NotRunnableError("code at an address without memory")
        name = self.library.imported(cpu.pc)
        function = FUNCTIONS.get(name) or function_of(name)
        if function is None:
            raise NotRunnableError(f"function {name} is not known")
        return function(cpu)


def _processor(machine: int) -> Callable[[Memory], Cpu]:
    if machine == ARM64:
        from tieback.recognise.machine_code.arm64 import Arm64

        return Arm64
    from tieback.recognise.machine_code.x86_64 import X8664

    return X8664


def _object(argument: Argument) -> Any:
    if not isinstance(argument, bytes):
        return argument
    items = Items("B", len(argument))
    items.octets[:] = argument
    return items


def _answer(jni: Jni, result: int, kind: str) -> Answer:
    if kind in ("I", "S", "B", "C", "Z", "J"):
        bits = {"I": 32, "S": 16, "B": 8, "C": 16, "Z": 8, "J": 64}[kind]
        value = result & (1 << bits) - 1
        return value - (1 << bits) if kind not in "CZ" and value >> bits - 1 else value
    value = jni.object(result)
    if isinstance(value, str):
        return value
    if isinstance(value, Items):
        if value.kind == "B":
            return bytes(value.octets)
        if value.kind not in "ZCSIJFD" and all(isinstance(one, str) or one is None for one in value.objects):
            return value.objects
    raise NotRunnableError("a result that is not known")
