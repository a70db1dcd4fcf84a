"""Readers of MongoDB's answers: from decoded BSON, whose values may be of any type, to what a report needs."""

import re

import msgspec

from tieback.model.probe import Field
from tieback.protocols.bson import Document, Value

UNAUTHORIZED = 13
"""Error code ``Unauthorized``."""
_ASKS_WHO_WE_ARE = (UNAUTHORIZED, 18)
"""Error codes ``Unauthorized`` and ``AuthenticationFailed``."""
MAX_FIELDS = 500
_SCHEMA_LEVELS = 8


class CollectionInfo(msgspec.Struct, frozen=True):
    """Collection in the answer to ``listCollections``."""

    name: str
    kind: str
    """Type: ``collection``, ``view`` or ``timeseries``."""
    uuid: str
    """UUID in hexadecimal, or empty if the server sends none."""
    validator: tuple[Field, ...]
    """Fields of its ``$jsonSchema``."""


def is_ok(answer: Document) -> bool:
    """True if a command succeeded; ``is_ok`` is a double, an int or a bool."""
    return answer.get("ok") in (1, 1.0, True)


def requires_authentication(answer: Document) -> bool:
    """True if the command failed because it needs authentication."""
    return not is_ok(answer) and answer.get("code") in _ASKS_WHO_WE_ARE


def error_text(answer: Document) -> str:
    """The server's error, for a problem line."""
    return f"code {number(answer.get('code'))} {text(answer.get('errmsg'), 140)}"


def ferretdb_version(build: Document) -> str:
    """FerretDB's own version, from ``buildInfo``: ``ferretdbVersion`` (1.x), or ``version`` in ``ferretdb`` (2.x)."""
    inner = build.get("ferretdb")
    told = build.get("ferretdbVersion") or (inner.get("version") if isinstance(inner, dict) else None)
    found = re.match(r"v?([0-9][0-9A-Za-z.+-]{0,39})", text(told))
    return found[1] if found else ""


def text(value: Value, limit: int = 120) -> str:
    """String value, or empty for any other type."""
    return value[:limit] if isinstance(value, str) else ""


def number(value: Value) -> int | None:
    """Count: an int, or a double without a fraction as old servers send; ``None`` if negative or anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if value != value or not 0 <= value < 2**63:  # noqa: PLR0124 - NaN
        return None
    return int(value)


def documents(value: Value) -> list[Document]:
    """Documents of an array; other elements are left out."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def first_batch(answer: Document) -> list[Document]:
    """Documents of a cursor's first batch, or of a further one."""
    cursor = answer.get("cursor")
    return documents(cursor.get("firstBatch", cursor.get("nextBatch"))) if isinstance(cursor, dict) else []


def cursor_of(answer: Document) -> int:
    """Id of a cursor that has more; 0 if it has none."""
    cursor = answer.get("cursor")
    found = cursor.get("id") if isinstance(cursor, dict) else None
    # A signed 64-bit number, and often negative.
    return found if isinstance(found, int) and not isinstance(found, bool) else 0


def collections(answer: Document) -> list[CollectionInfo]:
    """Collections of a ``listCollections`` answer."""
    found = []
    for entry in first_batch(answer):
        name = text(entry.get("name"), 1024)
        if not name:
            continue
        info = entry.get("info")
        uuid = info.get("uuid") if isinstance(info, dict) else None
        options = entry.get("options")
        validator = options.get("validator") if isinstance(options, dict) else None
        schema = validator.get("$jsonSchema") if isinstance(validator, dict) else None
        fields: dict[str, str] = {}
        if isinstance(schema, dict):
            _schema_fields(schema, "", _SCHEMA_LEVELS, fields)
        found.append(
            CollectionInfo(
                name,
                text(entry.get("type")) or "collection",
                uuid.hex() if isinstance(uuid, bytes) else "",
                tuple(Field(path, kind) for path, kind in fields.items()),
            )
        )
    return found


def count_and_size(answer: Document) -> tuple[int | None, int | None]:
    """Number of documents, and bytes before compression, summed over shards, from ``$collStats``."""
    counts: list[int | None] = []
    sizes: list[int | None] = []
    for shard in first_batch(answer):
        counts.append(number(shard.get("count")))
        storage = shard.get("storageStats")
        sizes.append(number(storage.get("size")) if isinstance(storage, dict) else None)
    return _sum(counts), _sum(sizes)


def _sum(values: list[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known and len(known) == len(values) else None


def index_fields(answer: Document) -> list[str]:
    """Names of indexed fields, without ``_id`` and the parts of text and wildcard indexes."""
    names: dict[str, None] = {}
    for index in first_batch(answer):
        key = index.get("key")
        for name in key if isinstance(key, dict) else ():
            if name and not name.startswith(("_fts", "$")) and name != "_id" and "$**" not in name:
                names[name[:512]] = None
    return list(names)[:MAX_FIELDS]


def sampled_fields(answer: Document) -> dict[str, str]:
    """Dotted paths and types from the keys-and-types pipeline; of two types the first that is not null."""
    found: dict[str, str] = {}
    for row in first_batch(answer):
        _keys(row.get("f"), "", found)
    return found


def _keys(items: Value, prefix: str, found: dict[str, str]) -> None:
    for item in documents(items):
        path = f"{prefix}{text(item.get('k'), 200)}"
        kind = text(item.get("t"), 40)
        inner = item.get("s")
        if isinstance(inner, list) and inner:
            _keys(inner, f"{path}.", found)
        elif len(found) < MAX_FIELDS and found.get(path, "null") == "null":
            found[path] = kind


def sampled_documents(answer: Document) -> list[Document]:
    """Documents of the sampling pipeline, reassembled: names, and values as texts."""
    return [_whole(documents(row.get("d"))) for row in first_batch(answer)]


def _whole(items: list[Document]) -> Document:
    found: Document = {}
    for item in items:
        name, inner = text(item.get("k"), 200), documents(item.get("s"))
        if not inner:
            found[name] = item.get("v")
        elif any(text(part.get("k")) for part in inner):
            found[name] = _whole(inner)
        else:
            # Parts of a list have no names.
            found[name] = [_whole(deep) if (deep := documents(part.get("s"))) else part.get("v") for part in inner]
    return found


def _schema_fields(schema: Document, prefix: str, levels: int, found: dict[str, str]) -> None:
    properties = schema.get("properties")
    if not isinstance(properties, dict) or not levels:
        return
    for name, this in properties.items():
        if len(found) >= MAX_FIELDS or not isinstance(this, dict):
            continue
        path = f"{prefix}{name}"[:512]
        before = len(found)
        _schema_fields(this, f"{path}.", levels - 1, found)
        if len(found) == before:
            found[path] = text(this.get("bsonType")) or text(this.get("type"))
