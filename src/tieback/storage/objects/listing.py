"""The objects that the inputs of one run name, on the disk, so that a million of them fit into little memory.

SQLite keeps a database without a name in a file that is unlinked from the start, so that it is gone with its process;
the queries of presigned links, which it holds, outlive nothing.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from typing import Self

import msgspec

from tieback.model.errors import InputError
from tieback.model.remote import UNKNOWN

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


class Listed(msgspec.Struct, frozen=True):
    """An object that an input names."""

    place: str
    """A URL with its query, or a path."""
    source: str
    """What people see of it."""
    digest: str = ""
    """Of its state, where its content is not known yet."""
    size: int = UNKNOWN
    etag: str = ""
    start: int = 0
    sha256: str = ""
    """Of its content, where a manifest told it."""
    kind: str = ""
    named: bool = True
    """Whether the user named it, rather than what it lies in."""
    member: str = ""
    """Of a shard."""

    @property
    def folder(self) -> str:
        """What it lies in: units of one folder go together."""
        return _folder(self.source)


class Listing:
    """Objects by the input that named them."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._database.executescript(_TABLES)
        self._database.execute("BEGIN")
        self._count = 0

    def add(self, origin: int, items: Iterable[Listed | InputError]) -> None:
        """Note what an input names, and what went wrong with it."""
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
        """What went wrong with the survey of an object."""
        self._database.execute(
            "UPDATE listed SET problem = ?, advice = ? WHERE digest = ? AND digest != '' AND problem = ''",
            (problem, advice, digest),
        )

    def found(self, rows: Iterable[tuple[str, str, int, int, str, str]]) -> None:
        """Take what surveys found of the listed objects; of others nothing is kept."""
        self._database.executemany(
            "INSERT INTO found SELECT NULL, ?1, ?2, ?3, ?4, ?5, ?6"
            " WHERE EXISTS (SELECT 1 FROM listed WHERE digest = ?1)",
            rows,
        )

    def unresolved(self) -> Iterator[str]:
        """States of objects of which neither a finding nor a problem is known."""
        rows = self._database.execute(
            "SELECT DISTINCT digest FROM listed WHERE digest != '' AND problem = ''"
            " AND digest NOT IN (SELECT digest FROM found)"
        ).fetchall()
        return (digest for (digest,) in rows)

    def of(self, origin: int) -> Iterator[Listed | InputError]:
        """What an input named, folder by folder, with what its survey found: members in the place of shards."""
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
                yield Listed(place, source, "", size, etag, start, sha256, kind, bool(named))
            elif found[4] is not None:
                member, first, length, content, what = found
                yield Listed(place, source, digest, length, etag, first, content, what, bool(named), member)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()


def _folder(source: str) -> str:
    return source.rpartition("/")[0]


def _storable(row: tuple[object, ...]) -> tuple[object, ...]:
    """Text that UTF-8 can hold: names of files may carry bytes that are none (PEP 383)."""
    return tuple(v.encode("utf-8", "backslashreplace").decode() if isinstance(v, str) else v for v in row)
