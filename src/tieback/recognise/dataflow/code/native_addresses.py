"""Native methods of the app that return an address."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.dataflow.code.app import AppCode
from tieback.recognise.dataflow.code.members import MemberRef
from tieback.recognise.dataflow.methods.texts import base64
from tieback.recognise.machine_code.names import native_name

_ESCAPE = lazy_pattern(r"_(0[0-9a-f]{4}|[123])")
"""Escape in the name of a native function."""
_ESCAPES = {"1": "_", "2": ";", "3": "["}
_SHIFT = 0x80000


def native_addresses(
    app: AppCode, names: Mapping[str, str | None], run: Callable[[MemberRef], object]
) -> Iterator[int]:
    """Identities of the native methods that return an address.

    Args:
        app: the code of the app.
        names: the text that a function returns, by its name; ``None`` if only a run shows it.
        run: what a method without parameters returns that gives a text.
    """
    for number, dex in enumerate(app.files):
        known: dict[int, dict[str, list[int]]] = {}
        for name, text in names.items():
            if text is not None and not _is_address(text):
                continue
            kind = dex.type_of(_owner(name).encode("utf-8", "replace"))
            if kind >= 0 and kind not in known:
                known[kind] = _by_native_name(app, number, dex.methods_of(kind))
            for identity in known[kind].get(name, ()) if kind >= 0 else ():
                if text is not None or _gives_address(app.ref(identity), run):
                    yield identity


def _gives_address(ref: MemberRef, run: Callable[[MemberRef], object]) -> bool:
    result = run(ref) if ref.kind == "()Ljava/lang/String;" else None
    return isinstance(result, str) and _is_address(result)


def _is_address(text: str) -> bool:
    return "://" in text or b"://" in _decoded(text)


def _owner(name: str) -> str:
    """Descriptor of the class that a function's name has."""
    # Escapes become characters without a meaning in names, until the parts are separated.
    plain = _ESCAPE.sub(lambda found: chr(_SHIFT + _escaped(found[1])), name.removeprefix("Java_"))
    return "".join(chr(ord(char) % _SHIFT) for char in f"L{plain.rpartition('_')[0].replace('_', '/')};")


def _decoded(text: str) -> bytes:
    """The bytes behind base64, in either alphabet; empty if a text is something else."""
    octets = base64(text) if text.isascii() else None
    return bytes(octet for octet in octets or () if isinstance(octet, int))


def _by_native_name(app: AppCode, number: int, methods: Iterable[int]) -> dict[str, list[int]]:
    """Identities of methods of a class, by the name that their function has if they are native."""
    found: dict[str, list[int]] = {}
    for index in methods:
        identity = app.method(number, index)
        ref = app.ref(identity)
        found.setdefault(native_name(ref.owner, ref.name), []).append(identity)
    return found


def _escaped(escape: str) -> int:
    return ord(_ESCAPES[escape]) if escape in _ESCAPES else int(escape, 16) % _SHIFT
