"""JSON documents of tieback: encode and decode, with a schema version in each."""

from contextlib import suppress
from typing import Any

import msgspec

from tieback.model.errors import DocumentError
from tieback.model.safe_text import escape_json

SCHEMA_VERSION = 1
"""Increases when a key changes its meaning or is removed; added keys do not increase it."""

_encoder = msgspec.json.Encoder(order="deterministic")


def encode(kind: str, value: object) -> bytes:
    """One JSON document without a newline: the fields of ``value`` and ``schema`` = ``tieback/<kind>/<version>``.

    Args:
        kind: kind of the document, such as ``app`` or ``probe``.
        value: a struct or a mapping; anything else is a programming error.

    Raises:
        TypeError: ``value`` is not a struct or mapping, or contains something that JSON cannot represent.
    """
    fields = msgspec.to_builtins(value, order="deterministic")
    if not isinstance(fields, dict):
        raise TypeError(f"a document is a struct or mapping, not {type(value).__name__}")
    return escape_json(_encoder.encode({"schema": f"tieback/{kind}/{SCHEMA_VERSION}", **fields}))


def _head(kind: str) -> str:
    """The start of every document that ``encode`` wrote."""
    return f'{{"schema":"tieback/{kind}/{SCHEMA_VERSION}",'


def decode[T](data: bytes | str, kind: str, into: type[T]) -> T:
    """Read a document that ``encode`` wrote. Unknown keys are ignored, so that a newer minor release can be read.

    Raises:
        DocumentError: not JSON, another kind or schema version, or fields of another shape.
    """
    head = _head(kind)
    if data.startswith(head) if isinstance(data, str) else data.startswith(head.encode()):
        # One pass; where it fails, the passes below find the reason.
        with suppress(msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return msgspec.json.decode(data, type=into)
    try:
        raw: Any = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DocumentError(
            f"not a JSON document ({error})", where=kind, advice="Create it again with tieback"
        ) from None
    schema = raw.pop("schema", None) if isinstance(raw, dict) else None
    if schema != f"tieback/{kind}/{SCHEMA_VERSION}":
        raise DocumentError(
            f"expected schema tieback/{kind}/{SCHEMA_VERSION}, found {schema!r}",
            where=kind,
            advice="Create the document again with this release of tieback",
        )
    try:
        return msgspec.convert(raw, into)
    except msgspec.ValidationError as error:
        raise DocumentError(str(error), where=kind, advice="Create it again with tieback") from None
