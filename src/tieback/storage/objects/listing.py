"""The objects in the inputs of one run, stored on disk, so that a million of them need little memory.

SQLite stores a database without a name in a file that is unlinked immediately, so it disappears with its process,
together with the queries of presigned links.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from typing import Self

import msgspec

from tieback.model.errors import InputError
from tieback.model.remote import UNKNOWN_SIZE

ROWS = 1000
_TABLES = """
PRAGMA cache_size = -32768;
CREATE TABLE listed (
    n INTEGER PRIMARY KEY, origin INTEGER, folder TEXT, digest TEXT, place TEXT, source TEXT, size INTEGER, etag TEXT,
    "start" INTEGER, sha256 TEXT, kind TEXT, named INTEGER, problem TEXT, advice TEXT
);
CREATE INDEX listed_digest ON listed (digest) WHERE digest != '';
CREATE INDEX listed_order ON listed (origin, folder, n);
CREATE TABLE found (
    n INTEGER PRIMARY KEY, digest TEXT, member TEXT, "start" INTEGER, size INTEGER, sha256 TEXT, kind TEXT
);
CREATE INDEX found_digest ON found (digest, n);
"""


class ListedObject(msgspec.Struct, frozen=True):
    """An object of an input."""

    place: str
    """A URL with its query, or a path."""
    source: str
    """Display name without secrets."""
    digest: str = ""
    """Hash of its state, if its content is not known yet."""
    size: int = UNKNOWN_SIZE
    etag: str = ""
    start: int = 0
    sha256: str = ""
    """Hash of its content, if a manifest contains it."""
    kind: str = ""
    named: bool = True
    """True if the user named it directly, and not only its folder or list."""
    member: str = ""
    """Member of a shard."""

    @property
    def folder(self) -> str:
        """Its folder: units of one folder are processed together."""
        return _folder(self.source)


class ObjectListing:
    """Objects by input."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._database.executescript(_TABLES)
        self._database.execute("BEGIN")
        self._count = 0

    def add(self, origin: int, items: Iterable[ListedObject | InputError]) -> None:
        """Add the objects of an input, and its errors."""
        rows = []
        for one in items:
            self._count += 1
            if isinstance(one, InputError):
                told = ("", "", one.where, 0, "", 0, "", "")
                rows.append((self._count, origin, _folder(one.where), *told, 1, one.what, one.advice))
            else:
                told = (one.digest, one.place, one.source, one.size, one.etag, one.start, one.sha256, one.kind)
                rows.append((self._count, origin, one.folder, *told, int(one.named), "", ""))
        self._database.executemany(f"INSERT INTO listed VALUES ({','.join('?' * 14)})", map(_storable, rows))  # noqa: S608

    def fail(self, digest: str, problem: str, advice: str = "") -> None:
        """Record why an object could not be indexed."""
        self._database.execute(
            "UPDATE listed SET problem = ?, advice = ? WHERE digest = ? AND digest != '' AND problem = ''",
            (problem, advice, digest),
        )

    def found(self, rows: Iterable[tuple[str, str, int, int, str, str]]) -> None:
        """Add index results of listed objects; others are ignored."""
        self._database.executemany(
            "INSERT INTO found SELECT NULL, ?1, ?2, ?3, ?4, ?5, ?6"
            " WHERE EXISTS (SELECT 1 FROM listed WHERE digest = ?1)",
            rows,
        )

    def unresolved(self) -> Iterator[str]:
        """States of objects without an index result or problem."""
        rows = self._database.execute(
            "SELECT DISTINCT digest FROM listed WHERE digest != '' AND problem = ''"
            " AND digest NOT IN (SELECT digest FROM found)"
        ).fetchall()
        return (digest for (digest,) in rows)

    def of(self, origin: int) -> Iterator[ListedObject | InputError]:
        """The objects of an input, folder by folder, with index results: members in place of shards."""
        rows = self._database.execute(
            "SELECT place, source, listed.size, etag, listed.start, listed.sha256, listed.kind, named, problem, advice,"
            " digest, member, found.start, found.size, found.sha256, found.kind FROM listed"
            " LEFT JOIN found USING (digest) WHERE origin = ? ORDER BY folder, listed.n, found.n",
            (origin,),
        )
        for place, source, size, etag, start, sha256, kind, named, problem, advice, digest, *found in rows:
            if problem:
                yield InputError(problem, where=source, advice=advice)
            elif not digest:
                yield ListedObject(place, source, "", size, etag, start, sha256, kind, bool(named))
            elif found[4] is not None:
                member, first, length, content, what = found
                yield ListedObject(place, source, digest, length, etag, first, content, what, bool(named), member)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()


def _folder(source: str) -> str:
    return source.rpartition("/")[0]


def _storable(row: tuple[object, ...]) -> tuple[object, ...]:
    """Text that UTF-8 can represent: file names may contain other bytes (PEP 383)."""
    return tuple(v.encode("utf-8", "backslashreplace").decode() if isinstance(v, str) else v for v in row)
