"""Rows of ``_cat/indices``, as returned by Elasticsearch and OpenSearch, directly or through their consoles."""

import re
from datetime import UTC, datetime

import msgspec

from tieback.model.figure import Figure, estimate, exact
from tieback.model.probe import Container
from tieback.probes.wire.jsontext import decode_json

_UUID = re.compile(r"[A-Za-z0-9_-]{20,22}")
"""Identifier of an index: 15 or 16 random bytes in base64 (``org.elasticsearch.common.UUIDs``)."""


class CatIndex(msgspec.Struct, rename={"docs": "docs.count", "primary": "pri.store.size", "made": "creation.date"}):
    """Row of ``_cat/indices``; every number is text, or null for a closed index."""

    index: str
    uuid: str | None = None
    docs: str | int | None = None
    primary: str | int | None = None
    made: str | int | None = None

    @property
    def documents(self) -> int | None:
        """Number of Lucene documents, nested ones included."""
        return _number(self.docs)

    @property
    def primary_bytes(self) -> int | None:
        """Bytes of the primary shards."""
        return _number(self.primary)

    @property
    def created(self) -> int | None:
        """Creation time in milliseconds since 1970, UTC."""
        return _number(self.made)


def cat_rows(body: bytes, *, truncated: bool) -> list[CatIndex] | None:
    """Rows of ``_cat/indices``. Of a body that was cut, only the complete rows."""
    if not truncated:
        return decode_json(body, list[CatIndex])
    end = body.rfind(b"},")
    return decode_json(body[: end + 1] + b"]", list[CatIndex]) if end > 0 else None


def is_system(name: str) -> bool:
    """True if an index belongs to the product itself.

    Backing indices of data streams (``.ds-logs-...``) contain the user's records; those of the product's own streams
    have a second dot or a product name.
    """
    if name.startswith((".ds-.", ".ds-ilm-history", ".ds-slm-history")):
        return True
    return name.startswith(".") and not name.startswith(".ds-")


def index_container(row: CatIndex) -> Container:
    """Container of an index, with its figures."""
    # Lucene counts nested objects as separate documents, so this count is an estimate of records.
    records: Figure | None = None
    if row.documents is not None:
        records = estimate(row.documents, "_cat/indices docs.count")
    size = exact(row.primary_bytes, "_cat/indices pri.store.size") if row.primary_bytes is not None else None
    created = _iso(row.created)
    uid = row.uuid if row.uuid and _UUID.fullmatch(row.uuid) else ""
    return Container((row.index,), "index", is_system(row.index), records, size, (), created, uid=uid)


def _iso(milliseconds: int | None) -> str:
    # datetime ends with the year 9999.
    if milliseconds is None or milliseconds >= 253_402_300_800_000:
        return ""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="seconds")


def _number(text: str | int | None) -> int | None:
    """Count that is not negative and fits in 63 bits."""
    if isinstance(text, str):
        if not (text.isascii() and text.isdigit() and len(text) <= 18):
            return None
        text = int(text)
    return text if text is not None and 0 <= text < 2**63 else None
