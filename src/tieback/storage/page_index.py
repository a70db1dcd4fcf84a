"""What pages show of one run: an SQLite file that is written once, and read a page at a time.

    graph/<run>.pages-<version>/pages.db     apps, back ends, stores, and how they lead to each other
    graph/<run>.pages-<version>/places.npy   place of each app of the evidence graph in the list of apps

Why: a list of the worst apps or back ends needs joins over all sightings and stores. They take seconds and hundreds of
megabytes for 100,000 apps, so they are computed once for a run, which never changes. A page then reads some rows by
their place: the worst have the lowest. The lake and the ledger remain the source of truth; the folder can be deleted at
any time, and is deleted with its run.
"""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import msgspec

from tieback.model.errors import WorkspaceError
from tieback.storage.failures import storage_errors

VERSION = 10
FILE = "pages.db"
_ROWS_AT_ONCE = 1_000
_SCHEMA = """
CREATE TABLE documents (name TEXT PRIMARY KEY, document BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE apps (
    place INTEGER PRIMARY KEY, sha256 TEXT NOT NULL, label TEXT NOT NULL, platform TEXT NOT NULL, vendor TEXT NOT NULL,
    maker TEXT NOT NULL, state TEXT NOT NULL, document BLOB NOT NULL
);
CREATE TABLE apps_words (place INTEGER PRIMARY KEY, words TEXT NOT NULL);
CREATE TABLE backends (
    place INTEGER PRIMARY KEY, id TEXT NOT NULL, name TEXT NOT NULL, provider TEXT NOT NULL, party TEXT NOT NULL,
    owner TEXT NOT NULL, stores INTEGER NOT NULL, document BLOB NOT NULL
);
CREATE TABLE backends_words (place INTEGER PRIMARY KEY, words TEXT NOT NULL);
CREATE TABLE endpoints (value TEXT PRIMARY KEY, backend INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE addresses (address TEXT, backend INTEGER, PRIMARY KEY (address, backend)) WITHOUT ROWID;
CREATE TABLE stores (id TEXT PRIMARY KEY, place INTEGER NOT NULL, document BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE app_stores (app TEXT, place INTEGER, PRIMARY KEY (app, place)) WITHOUT ROWID;
CREATE TABLE ways (endpoint TEXT, store TEXT, document BLOB NOT NULL, PRIMARY KEY (endpoint, store)) WITHOUT ROWID;
CREATE TABLE captured (
    app TEXT, number INTEGER, value TEXT NOT NULL, document BLOB NOT NULL, PRIMARY KEY (app, number)
) WITHOUT ROWID;
CREATE TABLE servers (app TEXT, number INTEGER, document BLOB NOT NULL, PRIMARY KEY (app, number)) WITHOUT ROWID;
CREATE TABLE recipients (
    place INTEGER PRIMARY KEY, app TEXT NOT NULL, party TEXT NOT NULL, class TEXT NOT NULL, owner TEXT NOT NULL,
    in_clear INTEGER NOT NULL, declared TEXT NOT NULL, document BLOB NOT NULL
);
CREATE TABLE recipients_words (place INTEGER PRIMARY KEY, words TEXT NOT NULL);
CREATE TABLE declared (
    place INTEGER PRIMARY KEY, app TEXT NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL, document BLOB NOT NULL
);
CREATE TABLE declared_words (place INTEGER PRIMARY KEY, words TEXT NOT NULL);
"""
_INDICES = """
CREATE INDEX apps_sha256 ON apps (sha256);
CREATE INDEX apps_label ON apps (label, place);
CREATE INDEX apps_vendor ON apps (vendor, place);
CREATE INDEX apps_state ON apps (state, place);
CREATE UNIQUE INDEX backends_id ON backends (id);
CREATE UNIQUE INDEX backends_name ON backends (name);
CREATE INDEX backends_provider ON backends (provider, place);
CREATE INDEX backends_owner ON backends (owner, place);
CREATE INDEX backends_stores ON backends (place) WHERE stores > 0;
CREATE INDEX endpoints_backend ON endpoints (backend);
CREATE INDEX ways_store ON ways (store);
CREATE UNIQUE INDEX stores_place ON stores (place);
CREATE INDEX recipients_app ON recipients (app, place, in_clear);
CREATE INDEX recipients_class ON recipients (class, place, in_clear);
CREATE INDEX recipients_party ON recipients (party, place, in_clear);
CREATE INDEX recipients_owner ON recipients (owner, place, in_clear);
CREATE INDEX recipients_clear ON recipients (place) WHERE in_clear > 0;
CREATE INDEX recipients_encrypted ON recipients (place) WHERE in_clear = 0;
CREATE INDEX recipients_declared ON recipients (declared, place, in_clear);
CREATE INDEX declared_app ON declared (app, place);
CREATE INDEX declared_state ON declared (state, place);
CREATE INDEX app_stores_place ON app_stores (place);
ANALYZE;
"""
TABLES = (
    "documents",
    "apps",
    "apps_words",
    "backends",
    "backends_words",
    "endpoints",
    "addresses",
    "stores",
    "app_stores",
    "ways",
    "captured",
    "servers",
    "recipients",
    "recipients_words",
    "declared",
    "declared_words",
)


class Condition(msgspec.Struct, frozen=True):
    """Which rows to list; every text is our own, and values are parameters."""

    sql: str
    params: tuple[str | int, ...] = ()
    scans: bool = False
    """True if no index answers it, so that a table should be read only once."""


class Row[T](msgspec.Struct, frozen=True):
    """A row with its key."""

    document: T
    key: tuple[Any, ...]


class PageIndex:
    """An index of one run for queries. Each query opens the file, so threads share nothing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._file = folder / FILE

    def rows(self, sql: str, params: Sequence[str | int] = ()) -> list[tuple[Any, ...]]:
        """The rows of a query; the caller limits them. Raises ``WorkspaceError``."""
        try:
            with closing(self._connect()) as connection:
                return connection.execute(sql, params).fetchall()
        except sqlite3.Error as error:
            raise self._damaged(str(error)) from error

    def document[T](self, name: str, kind: type[T]) -> T:
        """A document of the run. Raises ``WorkspaceError``."""
        rows = self.rows("SELECT document FROM documents WHERE name = ?", (name,))
        if not rows:
            raise self._damaged(f"no document {name}")
        return self.decode(rows[0][0], kind)

    def page[T](
        self, table: str, kind: type[T], key: str, which: Sequence[Condition], order: str, limit: int
    ) -> list["Row[T]"]:
        """The first rows of a table that meet all conditions.

        Args:
            table: one of ``TABLES``.
            kind: of its documents.
            key: names of the columns of the key.
            which: conditions.
            order: names of the columns to sort by.
            limit: number of rows.
        """
        sql = f"SELECT document, {key} FROM {table} {_where(which)} ORDER BY {order} LIMIT ?"  # noqa: S608 - our names
        params = [value for one in which for value in one.params]
        return [Row(self.decode(row[0], kind), row[1:]) for row in self.rows(sql, (*params, limit))]

    def page_and_total[T](
        self, table: str, kind: type[T], which: Sequence[Condition], after: int, limit: int
    ) -> tuple[list["Row[T]"], int]:
        """The first rows behind a place that meet all conditions, and the number of all that meet them.

        Both come from one pass, so this is for conditions that no index answers, such as words.

        Args:
            table: one of ``TABLES`` with a column ``place``.
            kind: of its documents.
            which: conditions.
            after: place of the last row before; -1 to begin.
            limit: number of rows.
        """
        found = f"SELECT place, count(*) OVER () AS total FROM {table} {_where(which)}"  # noqa: S608 - our own text
        sql = (
            f"SELECT rows.document, found.place, found.total FROM ({found}) AS found "  # noqa: S608 - our own text
            f"JOIN {table} AS rows ON rows.place = found.place WHERE found.place > ? ORDER BY found.place LIMIT ?"
        )
        params = [value for one in which for value in one.params]
        rows = self.rows(sql, (*params, after, limit))
        total = rows[0][2] if rows else self.count(table, which) if after >= 0 else 0
        return [Row(self.decode(row[0], kind), row[1:2]) for row in rows], total

    def count(self, table: str, which: Sequence[Condition] = ()) -> int:
        """Number of rows that meet all conditions."""
        sql = f"SELECT count(*) FROM {table} {_where(which)}"  # noqa: S608 - our own text
        return int(self.rows(sql, [value for one in which for value in one.params])[0][0])

    def decode[T](self, data: bytes, kind: type[T]) -> T:
        """A document in a row. Raises ``WorkspaceError``."""
        try:
            return msgspec.json.decode(data, type=kind)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise self._damaged(str(error)) from None

    def _connect(self) -> sqlite3.Connection:
        # Nobody changes the file, so that SQLite needs neither locks nor a journal.
        return sqlite3.connect(f"{self._file.absolute().as_uri()}?mode=ro&immutable=1", uri=True)

    def _damaged(self, why: str) -> WorkspaceError:
        advice = f"Delete {self.folder}; it is built again"
        return WorkspaceError(f"the index of the pages is damaged: {why}", where=str(self._file), advice=advice)


class PageIndexWriter:
    """Writes a new index. Use ``writing_page_index``."""

    def __init__(self, connection: sqlite3.Connection, folder: Path) -> None:
        self._connection = connection
        self.folder = folder

    def add(self, table: str, rows: Iterable[Sequence[str | int | bytes]]) -> None:
        """Add rows in the order of the columns of a table or draft; a row with a known key replaces it."""
        columns = self._connection.execute(f"PRAGMA table_info({table})").fetchall()
        places = ", ".join("?" * len(columns))
        self._connection.executemany(f"INSERT OR REPLACE INTO {table} VALUES ({places})", _storable(rows))  # noqa: S608

    def draft(self, table: str, columns: str) -> None:
        """Create a table that the finished index does not have."""
        self._connection.execute(f"CREATE TEMP TABLE {table} ({columns})")

    def run(self, sql: str) -> None:
        """Run a statement over tables and drafts."""
        self._connection.execute(sql)

    def document(self, name: str, value: object) -> None:
        """Add a document of the run."""
        self.add("documents", [(name, msgspec.json.encode(value))])

    def query(self, sql: str) -> Iterator[tuple[Any, ...]]:
        """Rows that were added before."""
        yield from self._connection.execute(sql)


@contextmanager
def writing_page_index(target: Path) -> Iterator[PageIndexWriter]:
    """A new index; it is published by one rename when the block ends without an error.

    Raises:
        WorkspaceError: the disk is full or cannot be written.
    """
    with storage_errors(target.parent):
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}."))
        try:
            with closing(sqlite3.connect(draft / FILE, isolation_level=None)) as connection:
                # A draft that a crash leaves behind is never read.
                for pragma in ("journal_mode = off", "synchronous = off", "temp_store = memory"):
                    connection.execute(f"PRAGMA {pragma}").close()
                connection.executescript(_SCHEMA)
                connection.execute("BEGIN")
                yield PageIndexWriter(connection, draft)
                connection.execute("COMMIT")
                connection.executescript(_INDICES)
            for path in draft.iterdir():
                with path.open("rb") as file:
                    os.fsync(file.fileno())
            draft.rename(target)
        except OSError:
            if not target.is_dir():  # otherwise another process was faster
                raise
        finally:
            shutil.rmtree(draft, ignore_errors=True)


def page_index_folder(indices: Path, run: str) -> Path:
    """The folder of the index of a run, in the folder of all indices (``Workspace.indices_directory``)."""
    return indices / f"{run}.pages-{VERSION}"


def words_condition(table: str, text: str) -> Condition:
    """Rows of a table that has words, such as ``apps``, with each word of a text, in any order and any case.

    The words are in a table of their own, because a search reads all of them: a tenth of the bytes of the documents.
    """
    words = text.casefold().split()[:8]
    found = " AND ".join(["instr(words, ?) > 0"] * len(words)) or "1"
    return Condition(f"place IN (SELECT place FROM {table}_words WHERE {found})", tuple(words), scans=True)  # noqa: S608 - our name


def _where(which: Sequence[Condition]) -> str:
    return "WHERE " + " AND ".join(f"({one.sql})" for one in which) if which else ""


def _storable(rows: Iterable[Sequence[str | int | bytes]]) -> Iterator[list[str | int | bytes]]:
    """Rows whose texts UTF-8 can represent: hostile packages contain lone surrogates."""
    for row in rows:
        yield [value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value for value in row]
