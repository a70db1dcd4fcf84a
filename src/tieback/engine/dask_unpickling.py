"""What the client of a cluster unpickles: data and a few exceptions, never code of a member.

Dask pickles results, errors and some of its own messages. A pickle can run any code where it is loaded, and every
member can send one to the client. Only the client's process is restricted: the scheduler and the workers run what
members send them, by Dask's design.
"""

import builtins
import io
import pickle
import pickletools
from collections.abc import Iterable
from typing import Any, Self

_MARK = "_tieback_restricted"
_CLASSES = {
    ("distributed.scheduler", "KilledWorker"),
    ("distributed.scheduler", "WorkerState"),
    ("distributed.comm.core", "CommClosedError"),
    ("distributed.client", "FutureCancelledError"),
}
_WITH_CAUSES = {
    ("tblib.pickling_support", "unpickle_exception"),
    ("tblib.pickling_support", "unpickle_exception_with_attrs"),
}
"""How Dask pickles exceptions."""
_NUMBERING = {"PUT", "BINPUT", "LONG_BINPUT"}
"""Instructions that store an object under a number, in a list as long as that number."""


class Inert:
    """Replaces every object of a class that the client does not accept. It has no content and no behaviour."""

    def __new__(cls, *_args: object, **_options: object) -> Self:
        """Ignores the arguments."""
        return object.__new__(cls)

    def __init__(self, *_args: object, **_options: object) -> None:
        """Ignores the arguments."""

    def __call__(self, *_args: object, **_options: object) -> "Inert":
        """What a pickle would have called."""
        return self

    def __setstate__(self, _state: object) -> None:
        """Ignores the state."""

    def __setitem__(self, _key: object, _value: object) -> None:
        """Ignores the item."""

    def append(self, _value: object) -> None:
        """Ignores the item."""

    def extend(self, _values: object) -> None:
        """Ignores the items."""

    def add(self, _value: object) -> None:
        """Ignores the item."""


def _rebuilt(kind: Any, arguments: Any = (), *_others: Any) -> Any:
    """The exception, without its causes and tracebacks."""
    if isinstance(arguments, dict):
        arguments = arguments.get("args", ())
    return kind(*arguments) if isinstance(kind, type) and issubclass(kind, Exception) else Inert()


class _DataUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        """The class if it is on the list, else ``Inert``. Nothing is imported for a name that is not."""
        if module == "builtins":
            found = getattr(builtins, name, None) if name.isidentifier() else None
            known = found is bytes or (isinstance(found, type) and issubclass(found, Exception))
            return found if known else Inert
        if (module, name) in _WITH_CAUSES:
            return _rebuilt
        return super().find_class(module, name) if (module, name) in _CLASSES else Inert

    def persistent_load(self, _identifier: object) -> Inert:
        """A reference to an object outside the pickle."""
        return Inert()


def _is_small(data: Any) -> bool:
    """False if the pickle numbers an object higher than it has bytes: for such a number, Python allocates gigabytes."""
    most = len(data)
    return all(
        not isinstance(argument, int) or argument <= most
        for opcode, argument, _ in pickletools.genops(data)
        if opcode.name in _NUMBERING
    )


def load_data(data: Any, *, buffers: Iterable[Any] = ()) -> Any:
    """Load a pickle as data; ``Inert`` for objects of other classes, and for a damaged pickle. Never raises."""
    try:
        data = bytes(data)
        if not _is_small(data):
            return Inert()
        return _DataUnpickler(io.BytesIO(data), buffers=list(buffers)).load()
    except Exception:  # noqa: BLE001 - a pickle can raise any exception of the classes above
        return Inert()


def load_exception(exception: Any, traceback: Any = None, **_others: Any) -> tuple[type, Any, None]:
    """The exception of a message, as ``distributed.core.clean_exception``; tracebacks of members are not loaded."""
    del traceback
    if isinstance(exception, bytes | bytearray | memoryview):
        exception = load_data(exception)
    if exception is not None and not isinstance(exception, Exception):
        exception = RuntimeError(exception[:300] if isinstance(exception, str) else "an error of a class not accepted")
    return type(exception), exception, None


def restrict_unpickling() -> None:
    """Restrict what this process unpickles from a cluster, for as long as it runs. Idempotent.

    Events of members are not printed either: Dask's client prints them as they are.
    """
    from distributed import client, core, protocol
    from distributed.protocol.serialize import dask_deserialize

    if hasattr(protocol.pickle, _MARK):
        return
    setattr(protocol.pickle, _MARK, True)
    protocol.pickle.loads = load_data
    client.loads = load_data  # type: ignore[attr-defined]
    client.clean_exception = core.clean_exception = load_exception  # type: ignore[attr-defined]
    client.Client._default_event_handlers = {}  # noqa: SLF001 - Dask has no option for it
    dask_deserialize.register(Inert, lambda _header, _frames: Inert())  # type: ignore[no-untyped-call]
