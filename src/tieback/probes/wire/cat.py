"""Rows of ``_cat/indices``, as Elasticsearch and OpenSearch answer, by themselves or through their consoles."""

from datetime import UTC, datetime

import msgspec

from tieback.model.figure import Figure, estimate, exact
from tieback.model.probe import Container
from tieback.probes.wire.jsontext import decoded


class CatIndex(msgspec.Struct, rename={"docs": "docs.count", "primary": "pri.store.size", "made": "creation.date"}):
    """A row of ``_cat/indices``; every number comes as text, or null for a closed index."""

    index: str
    uuid: str | None = None
    docs: str | int | None = None
    primary: str | int | None = None
    made: str | int | None = None

    @property
    def documents(self) -> int | None:
        """Lucene documents, nested ones included."""
        return _number(self.docs)

    @property
    def primary_bytes(self) -> int | None:
        """Bytes of the primary shards."""
        return _number(self.primary)

    @property
    def created(self) -> int | None:
        """Milliseconds since 1970, UTC."""
        return _number(self.made)


def cat_rows(body: bytes, *, truncated: bool) -> list[CatIndex] | None:
    """The rows of ``_cat/indices``; of a body that was cut, the rows that are whole."""
    if not truncated:
        return decoded(body, list[CatIndex])
    end = body.rfind(b"},")
    return decoded(body[: end + 1] + b"]", list[CatIndex]) if end > 0 else None


def is_system(name: str) -> bool:
    """Whether an index is the product's own.

    Backing indices of data streams (``.ds-logs-...``) hold the user's records; those of the product's own streams have
    a second dot or a product name.
    """
    if name.startswith((".ds-.", ".ds-ilm-history", ".ds-slm-history")):
        return True
    return name.startswith(".") and not name.startswith(".ds-")


def index_container(row: CatIndex) -> Container:
    """An index with its figures."""
    # Lucene counts nested objects as documents of their own, so this count is an estimate of records.
    records: Figure | None = None
    if row.documents is not None:
        records = estimate(row.documents, "_cat/indices docs.count")
    size = exact(row.primary_bytes, "_cat/indices pri.store.size") if row.primary_bytes is not None else None
    return Container((row.index,), "index", is_system(row.index), records, size, (), _iso(row.created))


def _iso(milliseconds: int | None) -> str:
    # Past 9999 a datetime cannot be made.
    if milliseconds is None or milliseconds >= 253_402_300_800_000:
        return ""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="seconds")


def _number(text: str | int | None) -> int | None:
    """A count that is not negative and fits in 63 bits."""
    if isinstance(text, str):
        if not (text.isascii() and text.isdigit() and len(text) <= 18):
            return None
        text = int(text)
    return text if text is not None and 0 <= text < 2**63 else None
