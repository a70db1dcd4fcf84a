"""The interpreter: frames, calls, static initialisers, exceptions and limits.

It has no access to anything but the DEX files, the arguments, and small files and resources of the app itself, which
are in memory. A library call is one of a fixed list of functions on values in memory (see ``library``). Each run has
limits for steps, memory and nested calls. All runs together have a limit of steps, so that the cost of a file is
bounded whatever its code does.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from tieback.recognise.dalvik.classes import ClassPath, JavaClass, Method, MethodRef
from tieback.recognise.dalvik.contacts import MadeContact, Sinks, keeps, note, sink_of
from tieback.recognise.dalvik.objects import (
    HELD,
    UNKNOWN,
    FieldsInPart,
    JavaArray,
    JavaObject,
    LimitError,
    NotRunnableError,
    ThrownError,
    from_bytes,
    kind_of,
    size_of,
)
from tieback.recognise.dataflow.code.members import split_types

if TYPE_CHECKING:
    from tieback.recognise.dataflow.methods.sinks import Sink
    from tieback.recognise.machine_code.native import NativeCode

RUN_STEPS = 100_000
"""Most instructions of one run; the decryption of a long string takes a few thousand."""
INIT_STEPS = 200_000
"""Most instructions of one static initialiser; some fill whole tables."""
TRY_STEPS = 20_000
"""Most instructions of a run of a method that is no decryptor."""
MAX_MADE = 256
"""Most texts that are collected in one run."""
MAX_GIVEN = 64
"""Most objects that are noted in one run, because code that is not followed gets them."""
_RUNNABLE = "Ljava/lang/Runnable;"
_MIN_MADE, _MAX_MADE = 8, 2_048
RUN_MEMORY = 4 << 20
"""Most bytes that one run may allocate; nothing is freed before its end."""
ALL_MEMORY = 16 << 20
"""Most bytes that all runs may allocate: static fields keep what a run stores in them."""
MAX_DEPTH = 32
"""Most nested calls."""
MAX_DECODED = 100_000
"""Most decoded instructions that are kept."""
FILE_STEPS = 24
"""Instructions that a run may take more for each byte of a file that it opens."""
MAX_OPENED = 64
"""Most files that the runs of an app open."""
_MAX_ANSWERS = 10_000
"""Most cached answers about superclasses."""

PARENTS = {
    "Ljava/lang/ArrayIndexOutOfBoundsException;": "Ljava/lang/IndexOutOfBoundsException;",
    "Ljava/lang/StringIndexOutOfBoundsException;": "Ljava/lang/IndexOutOfBoundsException;",
    "Ljava/lang/IndexOutOfBoundsException;": "Ljava/lang/RuntimeException;",
    "Ljava/lang/NegativeArraySizeException;": "Ljava/lang/RuntimeException;",
    "Ljava/lang/NumberFormatException;": "Ljava/lang/IllegalArgumentException;",
    "Ljava/lang/IllegalArgumentException;": "Ljava/lang/RuntimeException;",
    "Ljava/lang/IllegalStateException;": "Ljava/lang/RuntimeException;",
    "Ljava/lang/NullPointerException;": "Ljava/lang/RuntimeException;",
    "Ljava/lang/ClassCastException;": "Ljava/lang/RuntimeException;",
    "Ljava/lang/ArithmeticException;": "Ljava/lang/RuntimeException;",
    "Ljava/lang/RuntimeException;": "Ljava/lang/Exception;",
    "Ljavax/crypto/BadPaddingException;": "Ljava/security/GeneralSecurityException;",
    "Ljavax/crypto/IllegalBlockSizeException;": "Ljava/security/GeneralSecurityException;",
    "Ljava/security/NoSuchAlgorithmException;": "Ljava/security/GeneralSecurityException;",
    "Ljava/security/InvalidKeyException;": "Ljava/security/GeneralSecurityException;",
    "Ljava/security/GeneralSecurityException;": "Ljava/lang/Exception;",
    "Ljava/io/UnsupportedEncodingException;": "Ljava/io/IOException;",
    "Ljava/io/EOFException;": "Ljava/io/IOException;",
    "Lorg/json/JSONException;": "Ljava/lang/Exception;",
    "Ljava/io/IOException;": "Ljava/lang/Exception;",
    "Ljava/lang/ClassNotFoundException;": "Ljava/lang/ReflectiveOperationException;",
    "Ljava/lang/ReflectiveOperationException;": "Ljava/lang/Exception;",
    "Ljava/lang/Exception;": "Ljava/lang/Throwable;",
    "Ljava/lang/Error;": "Ljava/lang/Throwable;",
    "Ljava/lang/ThreadDeath;": "Ljava/lang/Error;",
    "Ljava/lang/Throwable;": "Ljava/lang/Object;",
}
"""Superclasses of the exceptions that library calls throw."""

type LibraryCall = Callable[["Machine", Sequence[Any]], Any]
"""A library method: gets the receiver and the arguments. Returns its result, ``None`` for void. A constructor returns
the object that replaces the receiver, or ``None`` if it changed the receiver."""

type Place = tuple[Method, int]
"""A code unit of a method."""
type Target = Method | LibraryCall | None

FAULTS = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError, RecursionError)
"""Errors of Python that code causes if it uses a value of the wrong type, as no verified code does."""


class AppFiles(Protocol):
    """The files and resources of the app itself, from memory."""

    @property
    def native(self) -> "NativeCode | None":
        """The native methods of the app; ``None`` if it has none that is run."""
        ...

    def raw_file(self, identifier: int) -> bytes | None:
        """The file with a resource identifier; ``None`` if it is not known."""
        ...

    def asset(self, name: str) -> bytes | None:
        """The file with this path below ``assets``."""
        ...

    def java_file(self, name: str) -> bytes | None:
        """The file with this path in the package."""
        ...

    def resource(self, identifier: int) -> str:
        """The string with a resource identifier; empty if there is none."""
        ...

    def items(self, identifier: int) -> tuple[str, ...]:
        """The texts of an array of strings; empty if there is none."""
        ...

    def integer(self, identifier: int) -> int | None:
        """The integer with a resource identifier; ``None`` if there is none."""
        ...

    def metadata(self, key: str) -> str:
        """The value of ``meta-data`` in the manifest; empty if there is none."""
        ...

    def remote(self, key: str) -> str:
        """The default of a remote setting in a file of the app; empty if there is none."""
        ...

    def name(self) -> str:
        """The package name of the app; empty if it is not known."""
        ...


class NoFiles:
    """An app whose files are not known."""

    native = None
    """No native method."""

    def raw_file(self, _identifier: int) -> bytes | None:
        """No file."""
        return None

    def asset(self, _name: str) -> bytes | None:
        """No file."""
        return None

    def java_file(self, _name: str) -> bytes | None:
        """No file."""
        return None

    def resource(self, _identifier: int) -> str:
        """No text."""
        return ""

    def items(self, _identifier: int) -> tuple[str, ...]:
        """No texts."""
        return ()

    def integer(self, _identifier: int) -> int | None:
        """No number."""
        return None

    def metadata(self, _key: str) -> str:
        """No text."""
        return ""

    def remote(self, _key: str) -> str:
        """No text."""
        return ""

    def name(self) -> str:
        """No name."""
        return ""


CONTEXTS = frozenset(
    f"Landroid/{name};"
    for name in (
        "app/Activity",
        "app/Application",
        "app/Service",
        "content/Context",
        "content/ContextWrapper",
        "content/res/AssetManager",
        "content/res/Resources",
    )
)
"""Classes of the platform that only lead to the resources of the app: which object it is does not matter."""


ADDRESSES = frozenset(("Landroid/net/Uri;", "Ljava/net/URI;", "Ljava/net/URL;"))
"""Classes of addresses, which never change."""
PREFERENCES = "Landroid/content/SharedPreferences;"
"""Saved settings: each call names the value that counts before the setting is saved."""
BUNDLES = ("Landroid/os/Bundle;", "Landroid/os/BaseBundle;")
REMOTE = "Lcom/google/firebase/remoteconfig/FirebaseRemoteConfig;"
_OPENERS = CONTEXTS | {"Ljava/lang/Class;", "Ljava/lang/ClassLoader;", PREFERENCES, *BUNDLES, REMOTE}
"""Classes whose objects open the files of the app, or give the values with which it begins."""


class CallSite(NamedTuple):
    """The method that a call names, resolved once."""

    ref: MethodRef
    places: tuple[int, ...]
    """Positions of the receiver and of the arguments among the registers: a wide one has two."""
    targets: dict[str, Target]
    """What the call reaches, by the class of the receiver; empty for a call that is not virtual."""
    sink: "Sink | None" = None
    """What the arguments name, if the call connects to a host."""


class Frame:
    """One call of a method."""

    __slots__ = ("at", "caught", "machine", "method", "registers", "result")

    def __init__(self, machine: "Machine", method: Method, arguments: Sequence[Any]) -> None:
        self.machine = machine
        self.method = method
        self.registers: list[Any] = [0] * (method.registers - len(arguments))
        self.registers += arguments
        self.result: Any = None
        self.caught: Any = 0
        self.at = 0
        """Unit of the instruction that runs; where the run begins, and after a failure the one that failed."""


class Machine:
    """Runs methods of the DEX files of one app. For one thread at a time."""

    def __init__(
        self,
        path: ClassPath,
        library: Mapping[str, LibraryCall],
        constants: Mapping[str, Any],
        execute: Callable[[Frame], Any],
        steps: int,
        files: AppFiles | None = None,
        readers: Mapping[str, Callable[[Method | None], LibraryCall]] | None = None,
        sinks: Sinks | None = None,
    ) -> None:
        """Create a machine.

        Args:
            path: the classes of the app.
            library: library methods by ``Lowner;->name(parameters)``.
            constants: values of static fields of the platform by ``Lowner;->name``.
            execute: the loop over the instructions of a frame.
            steps: most instructions of all runs together.
            files: the files and resources of the app.
            readers: what makes the calls of methods with such parameters that return an object.
            sinks: calls that connect to a host.
        """
        self.path = path
        self.readers = readers or {}
        """What makes calls of methods that return an object for these parameters, whatever their names are."""
        self.files: AppFiles = files if files is not None else NoFiles()
        self.read: list[bytes] = []
        """The files that code has opened."""
        self.left = steps
        self.stack: list[tuple[str, str]] = []
        """Class and name of the active methods, the outermost first."""
        self.frames: list[Frame] = []
        """The active frames, the outermost first."""
        self.stack_read = False
        """True if the last run read its call stack."""
        self.is_cut = False
        """True if a limit ended the run of a decryptor, or of the initialiser of a class."""
        self.is_short = False
        """True if a limit left out an address that a run made, or a base address or an interceptor of a client."""
        self.sinks: Sinks = sinks or {}
        """Calls that connect to a host, by class."""
        self._collect()
        self.services: dict[str, dict[str, None]] = {}
        """Base addresses of the interfaces of web services that code made clients for, and of the methods that it
        called of those, by descriptor, or by ``Lowner;->name(parameters)``."""
        self.annotations: set[str] = set()
        """Types of the annotations that code has looked for and found."""
        self.remote: dict[Any, Any] = {}
        """Defaults of remote settings that code has set, by key."""
        self.receivers: dict[str, JavaObject | None] = {}
        """Objects as their constructor leaves them, by class; ``None`` if none runs."""
        self.application: JavaObject | None = None
        """The object of the app's own class of ``Application``, after a run of its ``onCreate``."""
        self.constants: set[str] = set()
        """Texts of the files themselves that code has read."""
        self._library = library
        self._constants = constants
        self._loop = execute
        self._steps = 0
        self._memory = 0
        self._all_memory = ALL_MEMORY
        self._failed: set[str] = set()
        self._sites: dict[tuple[int, int, bool], CallSite] = {}
        self._is_a: dict[tuple[str, str], bool] = {}
        self._later: dict[str, JavaClass | None] = {}
        self._decoded: list[dict[int, Any]] = []
        self._count = 0

    def _collect(self) -> None:
        """Collect nothing yet."""
        self.made: list[tuple[tuple[Place, ...], str]] = []
        """Texts that the run made, with the places of the active frames, the outermost first, if they are collected."""
        self.changed: set[str] = set()
        """Texts that the run gave to methods of theirs that make another address, such as ``replace``."""
        self.passing: Callable[[Frame], Any] | None = None
        """Runs a nested frame past what cannot be run, if texts are collected."""
        self.outermost: Frame | None = None
        """The frame whose run is collected."""
        self.contacts: dict[int, tuple[Any, tuple[Place, ...], Sink, dict[str, str | int]]] = {}
        """Connections of the run, with the places of the active frames, if it is collected. The key is the identity of
        the first item."""
        self.contacted: list[MadeContact] = []
        """Connections of all runs that are collected."""
        self.given: list[JavaObject] = []
        """Objects of the app's classes that the run gave to code that is not followed, if it is collected."""
        self.tasks: list[JavaObject] = []
        """Tasks that the run gave to other threads and that have not run, if it is collected."""
        self.threads: list[Any] = []
        """The threads that the run has started and that are active, the outermost first."""

    # Runs

    def run(self, method: Method, arguments: Sequence[Any], caller: tuple[str, str] = ("", "")) -> Any:
        """Result of a static method.

        Args:
            method: the method.
            arguments: its registers: a ``long`` is followed by a second one.
            caller: class and method that contain the call, for methods that read their call stack.

        Raises:
            NotRunnableError: it does something that is not supported, throws an exception or reaches a limit.
        """
        self.begin(caller)
        try:
            self.initialise(method.owner)
            return self.execute(method, arguments)
        except ThrownError as error:
            raise NotRunnableError(f"it throws {error.thrown.kind}") from error
        except FAULTS as error:
            raise NotRunnableError("it does not verify") from error

    def run_native(self, ref: MethodRef, arguments: Sequence[Any], caller: tuple[str, str]) -> Any:
        """Result of a native method, one argument per parameter, whatever its object is.

        Raises:
            NotRunnableError: the app has no such method, or it does anything that is not supported.
        """
        place = self.path.native(ref.owner, ref)
        function = self._native(ref.owner, ref)
        if place is None or function is None:
            raise NotRunnableError("a native method that is not run")
        self.begin(caller)
        return function(self, arguments if place.static else [UNKNOWN, *arguments])

    def initialised(self, kind: str) -> JavaClass | None:
        """A class after its static initialiser ran, as far as that was possible. Raises ``LimitError``."""
        self.begin(("", ""))
        return self.initialise(kind)

    def begin(self, caller: tuple[str, str], steps: int = RUN_STEPS) -> None:
        """Begin a run: all its limits count from here. Raises ``LimitError`` if no run is left."""
        if self.left <= 0 or self._all_memory <= 0:
            raise LimitError("the code of the app needs too much work")
        self._steps = min(steps, self.left)
        self._memory = RUN_MEMORY
        self.stack = [caller]
        self.threads.clear()
        self.stack_read = False

    def allow(self, steps: int, memory: int) -> None:
        """Let all further runs together take so much more work, in instructions and bytes."""
        self.left = max(0, self.left) + steps
        self._all_memory = max(0, self._all_memory) + memory

    @property
    def exhausted(self) -> bool:
        """True if nothing runs any more, because all runs together reached a limit."""
        return self.left <= 0 or self._all_memory <= 0

    def spend(self, steps: int) -> None:
        """Count work. Raises ``LimitError`` at the limit of the run."""
        self._steps -= steps
        self.left -= steps
        if self._steps < 0:
            raise LimitError("a method needs too many steps")

    def allocate(self, size: int) -> None:
        """Count memory, in bytes. Raises ``LimitError`` at the limit."""
        self._memory -= size
        self._all_memory -= size
        if self._memory < 0 or self._all_memory < 0:
            raise LimitError("a method needs too much memory")
        self.spend(size >> 6)

    def opened(self, content: bytes) -> None:
        """Count a file that code opens; its run may take longer. Raises ``LimitError`` at the limit."""
        if content not in self.read:
            if len(self.read) >= MAX_OPENED:
                raise LimitError("too many files")
            self.read.append(content)
            self._steps = min(self._steps + FILE_STEPS * len(content), self.left)
        self.allocate(len(content))

    def is_context(self, kind: str) -> bool:
        """True for a class of the app or the platform that only leads to the resources of the app."""
        return kind in CONTEXTS or not CONTEXTS.isdisjoint(self.path.ancestors(kind))

    def text(self, text: str) -> str:
        """A new string, counted."""
        self.allocate(2 * len(text))
        if self.outermost is not None and _MIN_MADE <= len(text) <= _MAX_MADE:
            if len(self.made) < MAX_MADE:
                self.made.append((tuple((frame.method, frame.at) for frame in self.frames), text))
            else:
                self.is_short = self.is_short or "://" in text
        return text

    def array(self, kind: str, count: int) -> JavaArray:
        """A new array of zeros, counted before it exists."""
        if count < 0:
            raise self.thrown("Ljava/lang/NegativeArraySizeException;")
        self.allocate(size_of(kind, count))
        return JavaArray(kind, [0] * count)

    def octets(self, raw: bytes) -> JavaArray:
        """A new ``byte[]`` with this content, counted before it exists."""
        self.allocate(size_of("B", len(raw)))
        return from_bytes(raw)

    def keep(self, array: JavaArray) -> JavaArray:
        """A new array, counted."""
        self.allocate(size_of(array.kind, len(array.items)))
        return array

    def thrown(self, kind: str, message: str = "") -> ThrownError:
        """An exception of a library class, to raise."""
        thrown = JavaObject(kind)
        thrown.fields["message"] = message or 0
        return ThrownError(thrown)

    # Classes

    def initialise(self, kind: str) -> JavaClass | None:
        """The class, after its static initialiser ran once; ``None`` for a class of the platform.

        An initialiser that does not end leaves the fields that it stored; the others are then not known.
        """
        its = self.path.find(kind)
        if its is None or its.ready:
            return its
        its.ready = True
        if len(self.stack) > MAX_DEPTH:
            self._failed.add(kind)
            self.is_cut = True
            return its
        its.statics.update(its.initial_values())
        self.constants.update(value for value in its.statics.values() if isinstance(value, str))
        held, steps = len(self.stack), self._steps
        self._steps = min(INIT_STEPS, self.left)
        try:
            self.stack.append((kind, "<clinit>"))
            self.initialise(its.superclass)
            code = self.path.method(kind, MethodRef(kind, "<clinit>", "", "V")) if its.named("<clinit>") else None
            if code is not None and code.owner == kind:
                self.execute(code, ())
        except (NotRunnableError, ThrownError, *FAULTS) as error:
            self._failed.add(kind)
            self.is_cut = self.is_cut or isinstance(error, LimitError)
        del self.stack[held:]
        self._steps = min(steps, self.left)
        return its

    def is_set_later(self, kind: str, field: tuple[str, str]) -> bool:
        """True for a static field with the context of the app, which the system makes before it runs other code."""
        name, declared = field
        if declared[0] != "L" or not self.path.defines(kind):
            return False
        key = f"{kind}->{name}:{declared}"
        if key not in self._later:
            self._later[key] = self.holder(kind, name) if self.is_context(declared) else None
        its = self._later[key]
        return its is not None and its.statics[name] == 0

    def static(self, kind: str, name: str) -> Any:
        """Value of a static field."""
        its = self.path.find(kind)
        if its is None or not its.ready or name not in its.statics:
            its = self.holder(kind, name)
        if its is None:
            return self._constants.get(f"{kind}->{name}", UNKNOWN)
        value = its.statics[name]
        if value == 0 and its.kind in self._failed:
            raise NotRunnableError("a field that its class did not initialise")
        return value

    def holder(self, kind: str, name: str) -> JavaClass | None:
        """The class of the app that has a static field; ``None`` for a field of the platform."""
        for owner in self.path.ancestors(kind):
            its = self.initialise(owner)
            if its is not None and name in its.statics:
                return its
        for owner, is_own in self.path.supertypes(kind).items():
            its = self.initialise(owner) if is_own else None
            if its is not None and name in its.statics:
                return its
        return None

    def is_a(self, kind: str, other: str) -> bool:
        """True if a class is another one or a subclass of it."""
        known = self._is_a.get((kind, other))
        if known is None:
            if len(self._is_a) >= _MAX_ANSWERS:
                self._is_a.clear()
            self.spend(16)
            known = self._is_a[kind, other] = other == "Ljava/lang/Object;" or other in self._ancestors(kind)
        return known

    def _ancestors(self, kind: str) -> list[str]:
        known = list(self.path.ancestors(kind))
        while known[-1] in PARENTS:
            known.append(PARENTS[known[-1]])
        return known

    # Calls

    def site(self, method: Method, index: int, *, static: bool) -> CallSite:
        """The call of the method with this index, in the code of a method."""
        key = id(method.dex), index, static
        known = self._sites.get(key)
        if known is None:
            ref = self.path.ref(method.dex, index)
            places, at = ([] if static else [0]), int(not static)
            for kind in split_types(ref.parameters):
                places.append(at)
                at += 1 + (kind in "JD")
            known = self._sites[key] = CallSite(ref, tuple(places), {}, sink_of(self.sinks, ref))
        return known

    def invoke(self, site: CallSite, registers: list[Any], *, virtual: bool, static: bool) -> Any:
        """Result of a call; ``registers`` are those of the instruction."""
        key = ""
        if site.sink is not None and self.outermost is not None:
            note(self, site, registers, static=static)
        if not static:
            receiver = registers[0]
            if receiver is UNKNOWN:
                return self._of_unknown(site, registers)
            if type(receiver) is int:
                raise self.thrown("Ljava/lang/NullPointerException;")
            key = kind_of(receiver) if virtual else ""
        try:
            target = site.targets[key]
        except KeyError:
            target = site.targets[key] = self._target(site.ref, key)
        if target is None:
            return self._skip(site, registers)
        if not isinstance(target, Method):
            arguments = [registers[place] for place in site.places]
            self.spend(2 + _cost(arguments))
            result = target(self, arguments)
            if self.outermost is not None and type(result) is str and "://" in result and arguments:
                self.changed.update(one for one in arguments[:1] if type(one) is str)
            return result
        if target.of_screens and self.outermost is not None:
            return self._skip(site, registers)
        if target.static is not static:
            raise NotRunnableError("a call of the wrong kind")
        if static:
            self.initialise(target.owner)
        return self.execute(target, registers)

    def _of_unknown(self, site: CallSite, registers: list[Any]) -> Any:
        """Result of a call on an object that is not known: of one that leads to resources it does not matter."""
        ref, key = site.ref, "?"
        if key not in site.targets:
            known = self._library.get(f"{ref.owner}->{ref.signature}") if ref.owner in _OPENERS else None
            if known is None and self.is_context(ref.owner) and self.path.method(ref.owner, ref) is None:
                known = self._library.get(f"*->{ref.signature}{ref.result}")
            site.targets[key] = known
            if ref.result == "Ljava/lang/Object;" and ref.parameters in self.readers:
                site.targets[key] = self.readers[ref.parameters](None)
            site.targets[key] = site.targets[key] or self._native(ref.owner, ref)
        target = site.targets[key]
        if target is None or isinstance(target, Method):
            return self._skip(site, registers)
        arguments = [registers[place] for place in site.places]
        self.spend(2)
        try:
            return target(self, arguments)
        except LimitError:
            raise
        except NotRunnableError:
            return UNKNOWN

    def _target(self, ref: MethodRef, kind: str) -> Target:
        if not kind or kind == ref.owner:
            known = self._library.get(f"{ref.owner}->{ref.signature}") or self._library.get(
                f"{ref.owner}->{ref.name}(*)"
            )
            if known is not None:
                return known
        owner = kind or ref.owner
        method = self.path.method(owner, ref)
        if ref.result == "Ljava/lang/Object;" and ref.parameters in self.readers:
            return self.readers[ref.parameters](method)
        if method is not None:
            return _dispatch if self._is_dispatcher(ref) else method
        for ancestor in (*self.path.ancestors(owner), ref.owner, "Ljava/lang/Object;"):
            known = self._library.get(f"{ancestor}->{ref.signature}")
            if known is not None:
                return known
        if owner in self.services:
            from tieback.recognise.dalvik.library.retrofit import service_call

            return service_call(ref)
        if owner in self.annotations:
            from tieback.recognise.dalvik.library.annotations import element

            return element(ref)
        inherited = self._library.get(f"*->{ref.signature}{ref.result}") if self.is_context(owner) else None
        return inherited or self._native(owner, ref)

    def _is_dispatcher(self, ref: MethodRef) -> bool:
        """True for a method of a dispatcher of Kotlin's coroutines, whatever its name is: ``dispatch(context, task)``.

        A context is the only common interface with a method that adds an object of it: ``plus(context)``. Source:
        https://kotlinlang.org/api/core/kotlin-stdlib/kotlin.coroutines/-coroutine-context/
        """
        if ref.result != "V" or not ref.parameters.endswith(_RUNNABLE) or ref.name == "<init>":
            return False
        kind = ref.parameters.removesuffix(_RUNNABLE)
        if not kind.startswith("L") or kind.find(";") != len(kind) - 1:
            return False
        return self.path.has_method(kind, kind, kind)

    def _native(self, owner: str, ref: MethodRef) -> LibraryCall | None:
        """The call of a native method of the app; ``None`` if it is another method."""
        if self.files.native is None:
            return None
        place = self.path.native(owner, ref)
        if place is None:
            return None
        from tieback.recognise.dalvik.native_call import native_call

        return native_call(self.files.native, ref._replace(owner=place.owner), static=place.static)

    def _skip(self, site: CallSite, registers: list[Any]) -> Any:
        """Result of a call that is not followed: unknown, unless the call can have changed an object of ours."""
        ref = site.ref
        its_own = ref.name == "<init>"
        if registers and self.outermost is not None and keeps(self, site, registers[0]):
            self.give(registers)
            return None if its_own or ref.result == "V" else registers[0] if ref.result == ref.owner else UNKNOWN
        held = [value for value in registers if type(value) in HELD]
        if held:
            if any(map(self._may_change, held[1:] if its_own and held[0] is registers[0] else held)):
                raise NotRunnableError(f"it calls {ref.owner}->{ref.name}")
            self.give(held)
        return None if ref.result == "V" and not its_own else UNKNOWN

    def _may_change(self, value: JavaArray | JavaObject) -> bool:
        if isinstance(value, JavaArray):
            return True
        if isinstance(value.fields, FieldsInPart) or self._is_own(value):
            return False  # the platform does not know the fields of a class of the app
        if value.kind in ADDRESSES:
            return False
        return not self.is_a(value.kind, "Ljava/lang/Throwable;")

    def _is_own(self, value: JavaObject) -> bool:
        return self.outermost is not None and self.path.defines(value.kind)

    def give(self, values: Iterable[Any]) -> None:
        """Note the objects of the app's classes that code gets which is not followed, if the run is collected."""
        for value in values:
            if type(value) is not JavaObject or len(self.given) >= MAX_GIVEN or not self._is_own(value):
                continue
            if not any(value is one for one in self.given):
                self.given.append(value)

    def to_string(self, value: JavaObject) -> Any:
        """Result of the ``toString`` that a class of the app defines; ``None`` if it has none."""
        method = self.path.method(value.kind, MethodRef(value.kind, "toString", "", "Ljava/lang/String;"))
        return self.execute(method, (value,)) if method is not None else None

    def call(self, value: Any, name: str, result: str = "V") -> Any:
        """Result of a method without parameters of an object of the app. Raises ``NotRunnableError`` if it has none."""
        method = self.path.method(kind_of(value), MethodRef(kind_of(value), name, "", result))
        if method is None or method.static:
            raise NotRunnableError("a task that is not known")
        return self.execute(method, (value,))

    def execute(self, method: Method, arguments: Sequence[Any]) -> Any:
        """Result of a method with these argument registers."""
        if len(arguments) != method.width:
            raise NotRunnableError("a call with the wrong number of arguments")
        if len(self.stack) > MAX_DEPTH:
            raise LimitError("too many nested calls")
        frame = Frame(self, method, arguments)
        return self.resume(frame) if self.passing is None else self.passing(frame)

    def resume(self, frame: Frame) -> Any:
        """Result of a frame from its unit on."""
        method = frame.method
        self.allocate(8 * method.registers)
        self.stack.append((method.owner, method.name))
        self.frames.append(frame)
        try:
            return self._loop(frame)
        finally:
            self.frames.pop()
            self.stack.pop()

    def keep_decoded(self, bodies: dict[int, Any]) -> None:
        """Count a decoded instruction; at the limit all are forgotten."""
        if not bodies:
            self._decoded.append(bodies)
        self._count += 1
        if self._count > MAX_DECODED:
            for each in self._decoded:
                each.clear()
            self._decoded, self._count = [bodies], 0

    def close(self) -> None:
        """Release the code: methods that call each other refer to each other."""
        for site in self._sites.values():
            site.targets.clear()
        for bodies in self._decoded:
            bodies.clear()

    def handler(self, method: Method, unit: int, kind: str) -> int:
        """Unit of the handler of an exception; -1 if the method does not catch it."""
        self.spend(4 + len(method.tries))
        for block in method.tries:
            if block.start <= unit < block.stop:
                for caught, place in block.handlers:
                    if not caught or self.is_a(kind, caught):
                        return place
        return -1


def _dispatch(machine: Machine, a: Sequence[Any]) -> None:
    """Give a task to other threads; it runs later."""
    if machine.outermost is None:
        raise NotRunnableError("a task")
    machine.tasks += [one for one in a[2:] if type(one) is JavaObject][: MAX_GIVEN - len(machine.tasks)]


def _cost(arguments: Iterable[Any]) -> int:
    """Steps that a library call takes at least because of its arguments."""
    steps = 0
    for value in arguments:
        if type(value) is str:
            steps += len(value) >> 6
        elif type(value) is JavaArray:
            steps += len(value.items) >> 4
    return steps
