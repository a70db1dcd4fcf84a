"""What the probes of ClickHouse share: which databases and tables they ask about, and the figures of the tables.

Nothing that they ask makes the server contact another one.

``system.tables``, ``system.parts`` and ``system.columns`` go through the tables of each database. For a database of
the engines MySQL, PostgreSQL, S3 and others, the server then connects to the place that the database's owner defined
(ClickHouse issues 15706, 30783 and 51277). ``system.databases`` does not. The name of a database as a constant in
``WHERE`` keeps the others out, in all versions (same issues).

Rows of MergeTree tables come from ``system.parts``. Tables of the engines in ``COUNTED`` have no parts: their rows come
from ``system.tables.total_rows``, requested for these tables only, or from a count of a limited number of rows. A
table of any other engine is never counted: it may read from another place (URL, S3, MySQL, Distributed, Merge, Buffer,
Dictionary and many more), or run what its owner defined (views).
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import batched

import msgspec

from tieback.model.count_text import count_text, its_or_their
from tieback.model.figure import Figure, Quality, exact, lower_bound
from tieback.model.probe import MATERIALIZED_VIEW, VIEW, Access, Container, Field, Privileges
from tieback.probes.wire.jsontext import parse_count
from tieback.scope.conversation import Conversation

NAMES = rb"'[A-Za-z0-9_]{1,64}'(?:,'[A-Za-z0-9_]{1,64}'){0,49}"
"""Pattern of a list of database names as SQL constants: no character could end a constant."""
LOCAL_ENGINES = frozenset({"Atomic", "Lazy", "Memory", "Ordinary", "Overlay", "Replicated", "Shared"})
"""Engines whose tables are known to the server itself."""
SYSTEM = ("system", "information_schema", "INFORMATION_SCHEMA")
_PER_LIST = 50
_MOST_LISTS = 4


def lists(databases: Iterable[tuple[str, str]]) -> tuple[Sequence[str], tuple[str, ...]]:
    """Return the lists of names that may be sent, and one line per reason why databases are not in them.

    Args:
        databases: name and engine, from ``system.databases``.
    """
    local, foreign, unsafe = list[str](), list[str](), list[str]()
    for name, engine in databases:
        if name in SYSTEM:
            continue
        if engine not in LOCAL_ENGINES:
            foreign.append(f"{name[:60]} ({engine[:30]})")
        elif re.fullmatch(r"[A-Za-z0-9_]{1,64}", name):
            local.append(name)
        else:
            unsafe.append(name[:60])
    problems = []
    if foreign:
        some = ", ".join(foreign[:3])
        count, its = count_text(len(foreign), "database"), its_or_their(len(foreign))
        problems.append(f"{count} not listed, because {its} engine may contact another server: {some}")
    if unsafe:
        count, its = count_text(len(unsafe), "database"), its_or_their(len(unsafe))
        problems.append(f"{count} not listed, because {its} name is not safe to send")
    if len(local) > _PER_LIST * _MOST_LISTS:
        count = count_text(len(local) - _PER_LIST * _MOST_LISTS, "database")
        problems.append(f"{count} not listed, because there are too many")
    parts = batched(sorted(local)[: _PER_LIST * _MOST_LISTS], _PER_LIST)
    return [",".join(f"'{name}'" for name in part) for part in parts], tuple(problems)


COUNTED = frozenset({"Log", "Memory", "StripeLog", "TinyLog"})
"""Engines without parts that keep the rows of their tables themselves."""
FEW = 10_000
"""Maximum number of rows that are counted in one table."""
MAX_COUNTED = 20
"""Maximum number of tables that are counted one by one."""
MAX_PARTS = 5000
"""Maximum number of tables of ``system.parts``, as in the LIMIT of the query."""
NAME = rb"[A-Za-z0-9_]{1,64}"
"""Pattern of a name inside quotation marks."""
_MOST_TOTALS = 200
_NAME = re.compile(NAME.decode())
_VIEWS = frozenset({"LiveView", "MaterializedView", "View", "WindowView"})
_INNER = (".inner.", ".inner_id.")
_CHANGING = re.compile(
    r"\b(?:ALL|INSERT|ALTER|CREATE(?!(?: ARBITRARY)? TEMPORARY)|DROP|TRUNCATE|OPTIMIZE|SYSTEM|ACCESS MANAGEMENT)\b"
)

_SHOWING = re.compile(r"\b(?:ALL|SHOW|SHOW TABLES|SELECT|INSERT|ALTER|DROP)\b(?!\()[^()]* ON \*\.\*")
"""A right on all tables. Any right on a table shows it."""
_PLAIN = re.compile(
    r"(?:Nullable\(|LowCardinality\()*(?:String|FixedString|U?Int\d|Float\d|Decimal|Date|UUID|IPv[46]|Enum|Bool).*"
)
"""Types whose values are read: each becomes one text."""
_UNIT_SEPARATOR = "\x1f"
_FIELD = rb"ifNull\(substring\(toString\(%b" + NAME + rb"%b\),1,256\),''\)"
_SEPARATED = rb"%b(?:,char\(31\),%b){0,39}"

type Path = tuple[str, str]
"""Database and table."""
type Cell = str | int | None


def is_safe_name(name: str) -> bool:
    """True if nothing in a name could end the quotation marks around it."""
    return _NAME.fullmatch(name) is not None


def sampled_fields(quote: bytes) -> bytes:
    """Pattern of ``join_fields`` or of a name."""
    field = _FIELD % (quote, quote)
    return rb"(?:" + NAME + rb"|" + _SEPARATED % (field, field) + rb")"


def join_fields(columns: Sequence[str], quote: str) -> str:
    """The first 256 characters of each column as text, separated by the control character 31."""
    return ",char(31),".join(f"ifNull(substring(toString({quote}{name}{quote}),1,256),'')" for name in columns)


def split_fields(text: str, columns: Sequence[str]) -> list[str]:
    """Values of ``join_fields``; none if a value has the separator in it."""
    values = text.split(_UNIT_SEPARATOR)
    return values if len(values) == len(columns) else [""] * len(columns)


def plain_columns(engine: str, rows: Iterable[Sequence[Cell]], most: int) -> list[str]:
    """Columns that can be read without computing what the table's owner defined; none if the table is not plain.

    A column with a default is computed for parts that are older than the column.

    Args:
        engine: engine of the table.
        rows: name, type and kind of default of each column.
        most: maximum number of columns.
    """
    if not (engine.endswith("MergeTree") or engine in COUNTED):
        return []
    plain = [str(row[0]) for row in rows if len(row) == 3 and not row[2] and _PLAIN.fullmatch(str(row[1]))]
    return [name for name in plain if _NAME.fullmatch(name)][:most]


class LocalTable(msgspec.Struct, frozen=True):
    """A table, as ``system.tables`` lists it."""

    path: Path
    engine: str


class PartsOf(msgspec.Struct, frozen=True):
    """What ``system.parts`` shows of some databases."""

    figures: Mapping[Path, tuple[int | None, int | None]]
    """Rows and bytes of tables with active parts."""
    complete: bool
    """True if a MergeTree table that is not in it has no row."""


def container(table: LocalTable, parts: PartsOf, fields: tuple[Field, ...]) -> Container:
    """The container of a table. Views have no records of their own; what a materialised view stores is a copy."""
    if table.engine in _VIEWS:
        return Container(table.path, VIEW, fields=fields)
    rows, size = parts.figures.get(table.path, (None, None))
    if rows is None and parts.complete and table.engine.endswith("MergeTree"):
        rows = size = 0
    records = exact(rows, "system.parts rows") if rows is not None else None
    held = exact(size, "system.parts bytes_on_disk") if size is not None else None
    kind = MATERIALIZED_VIEW if table.path[1].startswith(_INNER) else "table"
    return Container(table.path, kind, False, records, held, fields)


type AskTotals = Callable[[str, str], Conversation[Sequence[Sequence[Cell]] | None]]
"""Requests name, rows and bytes of the named tables of a database; both are lists of SQL constants."""
type AskFew = Callable[[str, str], Conversation[Sequence[Sequence[Cell]] | None]]
"""Requests the number of rows of a table, at most ``FEW``, or of all its rows."""


def count_rows(
    tables: Sequence[LocalTable], totals: AskTotals, few: AskFew, every: AskFew | None
) -> Conversation[Mapping[Path, tuple[Figure | None, Figure | None]]]:
    """Rows and bytes of the tables of the engines in ``COUNTED``.

    Args:
        tables: the listed tables.
        totals: requests what the catalogue knows.
        few: counts at most ``FEW`` rows, if the catalogue does not know them.
        every: counts all rows if there are more; ``None`` if the grant does not allow scans.
    """
    by_database: dict[str, list[str]] = {}
    own = [one for one in tables if one.engine in COUNTED and all(_NAME.fullmatch(name) for name in one.path)]
    for table in own[:_MOST_TOTALS]:
        by_database.setdefault(table.path[0], []).append(table.path[1])
    found: dict[Path, tuple[Figure | None, Figure | None]] = {}
    left = MAX_COUNTED
    for database, names in by_database.items():
        for some in batched(names, _PER_LIST):
            listed = yield from totals(f"'{database}'", ",".join(f"'{name}'" for name in some))
            known = {str(row[0]): row[1:3] for row in listed or () if len(row) == 3}
            for name in some:
                rows, size = (parse_count(cell) for cell in known.get(name, (None, None)))
                held = exact(size, "system.tables total_bytes") if size is not None else None
                if rows is not None:
                    found[database, name] = exact(rows, "system.tables total_rows"), held
                elif left:
                    left -= 1
                    figure = _few((yield from few(database, name)))
                    if figure is not None and figure.quality is Quality.LOWER_BOUND and every is not None:
                        whole = _number((yield from every(database, name)))
                        figure = figure if whole is None else exact(whole, "count of all rows")
                    found[database, name] = figure, held
    return found


def _number(rows: Sequence[Sequence[Cell]] | None) -> int | None:
    return parse_count(rows[0][0]) if rows and rows[0] else None


def _few(rows: Sequence[Sequence[Cell]] | None) -> Figure | None:
    count = _number(rows)
    if count is None:
        return None
    method = f"count of at most {FEW:,} rows"
    return exact(count, method) if count < FEW else lower_bound(count, method)


def with_figures(
    containers: Sequence[Container], figures: Mapping[Path, tuple[Figure | None, Figure | None]]
) -> list[Container]:
    """The containers with the figures of ``count_rows``."""
    done = []
    for one in containers:
        records, held = figures.get((one.path[0], one.path[1]), (None, None)) if len(one.path) == 2 else (None, None)
        done.append(msgspec.structs.replace(one, records=records or one.records, bytes=held or one.bytes))
    return done


def judge(containers: Sequence[Container], *, incomplete: bool) -> Access:
    """``open``, ``open_empty`` or ``schema_only``; ``incomplete``: some databases or tables were not listed."""
    user = [one for one in containers if one.counts_records]
    if any(one.records is not None and one.records.value for one in user):
        return Access.OPEN
    return Access.SCHEMA_ONLY if incomplete or any(one.records is None for one in user) else Access.OPEN_EMPTY


HIDDEN = "tables on which this account has no right: the system tables do not list them"


def sees_all(grants: Sequence[str]) -> bool:
    """True if the lines of ``SHOW GRANTS`` show that the system tables list every table to the account.

    https://clickhouse.com/docs/sql-reference/statements/grant#show
    """
    return any(_SHOWING.search(line.upper()) for line in grants)


def privileges(grants: Sequence[str]) -> Privileges:
    """What the lines of ``SHOW GRANTS`` permit."""
    if not grants:
        return Privileges.UNKNOWN
    held = (line.upper().partition(" ON ")[0].removeprefix("GRANT ") for line in grants)
    return Privileges.ADMIN if any(_CHANGING.search(one) for one in held) else Privileges.LIMITED
