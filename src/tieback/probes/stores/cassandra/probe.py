"""Cassandra and ScyllaDB: tables, number of rows, estimated bytes, columns.

Sends, in this order: ``OPTIONS`` and ``STARTUP`` without credentials, ``SELECT ... FROM system.local`` (identify);
``system_views.settings`` (since 4.0), ``system_schema.tables`` (``system.schema_columnfamilies`` before 3.0) and
``system.size_estimates`` (enumerate); ``system_schema.columns``, and pages of tokens (describe: they need the names of
the key's columns). If the list of tables is refused: the same for at most eight keyspaces that the app names.

A node that answers READY without a login has an anonymous user. That the user may read a table is proved by a page of
tokens: one hash of the key per row (``tokens``). The statistics show partitions, each of at least one row, in this
node's own ranges. They are empty until a flush, so they count only if they are larger than an unfinished count.

At depth ``sample``: at most 50 rows of a table (``sample``). No value is read below that depth.

Identity: the identifiers of the users' tables, which all nodes of a cluster share; ``host_id`` if there are none.
"""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from tieback.model.count_text import count_text, its_or_their
from tieback.model.figure import Figure, Quality, estimate, exact, lower_bound
from tieback.model.grant import Depth
from tieback.model.probe import Access, Container, Field, Privileges, ProbeReport
from tieback.probes.interface import (
    ProbeMeta,
    ReportDraft,
    SampledColumn,
    Samples,
    first_answer_timeout,
    run_sample,
    run_to_report,
)
from tieback.probes.stores.cassandra import sample
from tieback.probes.stores.cassandra.session import (
    PAGE,
    STARTUP,
    AuthenticateFrame,
    CqlError,
    CqlQuery,
    CqlRows,
    CqlSession,
    keyspace_sends,
    sends,
)
from tieback.probes.stores.cassandra.tokens import (
    FIRST_PAGE,
    HASHING_PARTITIONERS,
    MAX_ROWS,
    complete_tokens,
    page_query,
    partition_keys,
)
from tieback.probes.stores.cassandra.tokens import SENDS as TOKEN_SENDS
from tieback.probes.web import other_names
from tieback.probes.wire.opening import plain_then_tls
from tieback.scope.conversation import Conversation, Target

_LOCAL = CqlQuery(
    "SELECT release_version, cluster_name, host_id FROM system.local",
    3,
    "version and identifier of the node; reads the catalogue only",
    Depth.IDENTIFY,
)
_TABLES = CqlQuery(
    "SELECT keyspace_name, table_name, id FROM system_schema.tables",
    3,
    "names and identifiers of tables; reads the catalogue only",
)
_TABLES_2 = CqlQuery(
    "SELECT keyspace_name, columnfamily_name, cf_id FROM system.schema_columnfamilies",
    3,
    "the same for versions before 3.0",
)
_SIZES = CqlQuery(
    "SELECT keyspace_name, table_name, partitions_count, mean_partition_size FROM system.size_estimates",
    4,
    "number and mean size of partitions, from statistics; returns no partition",
)
_AUTHORIZER = CqlQuery(
    "SELECT value FROM system_views.settings WHERE name = 'authorizer'",
    1,
    "whether the server has permissions; reads its settings only",
    name="SELECT value FROM system_views.settings",
)
_PARTITIONER = CqlQuery(
    "SELECT partitioner FROM system.local",
    1,
    "whether a token is a hash of the key; reads the catalogue only",
    Depth.DESCRIBE,
    name="SELECT partitioner FROM system.local",
)
_KEYS = CqlQuery(
    "SELECT keyspace_name, table_name, column_name, position, kind FROM system_schema.columns",
    5,
    "columns of the partition keys, for the count; reads the catalogue only",
    Depth.DESCRIBE,
    name="SELECT ..., kind FROM system_schema.columns",
)
_COLUMNS = CqlQuery(
    "SELECT keyspace_name, table_name, column_name, type FROM system_schema.columns",
    4,
    "names and types of columns; reads the catalogue only",
    Depth.DESCRIBE,
)
_MAX_KEYSPACES = 8
"""Maximum number of keyspaces that are requested by name."""
_COUNTED = "rows of token pages"
_MAX_PAGES = 60
"""Maximum number of pages of tokens per server."""
_SETTINGS_SINCE = 4
"""First major version with ``system_views``."""
_SYSTEM = ("system_", "dse_")
_SYSTEM_NAMES = ("system", "solr_admin", "OpsCenter", "HiveMetaStore")
_LARGEST = 2**63 - 1
_BAD_CREDENTIALS, _UNAUTHORIZED, _INVALID = 0x0100, 0x2100, 0x2200

type _Path = tuple[str, str]


class CassandraProbe:
    """Probe of Cassandra and ScyllaDB: tables, partitions, bytes, columns."""

    meta = ProbeMeta(
        name="cassandra",
        products=("cassandra", "scylladb"),
        ports=(9042, 9142, 19042),
        services=("cassandra", "scylladb"),
        cpe=("cpe:2.3:a:apache:cassandra", "cpe:2.3:a:scylladb:scylladb"),
        cwe="CWE-306",
        sends=(
            *sends((_LOCAL, _AUTHORIZER, _TABLES, _TABLES_2, _SIZES, _PARTITIONER, _KEYS, _COLUMNS)),
            *keyspace_sends((_TABLES, _SIZES, _KEYS, _COLUMNS)),
            *TOKEN_SENDS,
            *sends((sample.MASKS,))[-1:],
            sample.SEND,
        ),
        references=(
            "https://github.com/apache/cassandra/blob/trunk/doc/native_protocol_v4.spec",
            "https://cassandra.apache.org/doc/latest/cassandra/reference/cql-commands/describe-tables.html",
        ),
    )

    def run(self, target: Target, depth: Depth) -> Conversation[ProbeReport]:
        """Probe ``target``, no deeper than ``depth``."""
        return run_to_report(self.meta, target, lambda draft: self._talk(draft, target, depth))

    def sample(self, target: Target, containers: Sequence[Container], account: str) -> Conversation[Samples]:  # noqa: ARG002 - none
        """Read the first rows of each table."""
        found: list[SampledColumn] = []
        return run_sample(found, sample.read_samples(target, containers, found))

    def _talk(self, draft: ReportDraft, target: Target, depth: Depth) -> Conversation[None]:
        session = CqlSession()
        seconds = first_answer_timeout(self.meta, target)
        supported = yield from plain_then_tls(target.tls, lambda tls: session.options(tls, seconds))
        draft.spoke = True
        draft.product = "scylladb" if any(key.startswith("SCYLLA") for key in supported) else "cassandra"
        draft.fingerprint(())
        answer = yield from session.start()
        if isinstance(answer, AuthenticateFrame):
            draft.access = Access.AUTH_REQUIRED
            draft.prove(STARTUP, f"requires a password: {answer.authenticator}", Access.AUTH_REQUIRED)
            return
        if isinstance(answer, CqlError):
            draft.problem(f"{STARTUP}: {answer.code:#06x} {answer.text[:160]}")
            return
        draft.access = Access.PARTIAL
        draft.prove(STARTUP, "a session starts without a password", Access.OPEN)
        local = yield from _ask(draft, session, _LOCAL)
        if local is not None and local.rows:
            release, cluster, host = local.rows[0]
            draft.version = _text(release)[:40]
            draft.prove(_LOCAL.label, f"cluster {_text(cluster)[:80]!r}", Access.OPEN)
            if host is not None and len(host) == 16:
                draft.vendor_id("host_id", str(UUID(bytes=host)))
        if depth.allows(Depth.ENUMERATE):
            yield from _privileges(draft, session)
            yield from _enumerate(draft, session, depth, target)


def _privileges(draft: ReportDraft, session: CqlSession) -> Conversation[None]:
    """``AllowAllAuthorizer``: every user, also the anonymous one, may change everything."""
    major = draft.version.partition(".")[0]
    if draft.product == "cassandra" and major.isdigit() and int(major) >= _SETTINGS_SINCE:
        found = yield from session.rows(_AUTHORIZER)
        if isinstance(found, CqlRows) and len(found.rows) == 1:
            allows_all = "AllowAllAuthorizer" in _text(found.rows[0][0])
            draft.privileges = Privileges.ADMIN if allows_all else Privileges.LIMITED


class _Catalogue:
    """Answers about all keyspaces, or only about those that the app names."""

    def __init__(self, draft: ReportDraft, session: CqlSession, names: Sequence[str]) -> None:
        self._draft = draft
        self.session = session
        self._names = tuple(name for name in names if _TABLES.within(name) is not None)[:_MAX_KEYSPACES]
        self.by_name = False
        """True if the list of all tables was refused."""

    def tables(self) -> Conversation[CqlRows | None]:
        """Tables and their identifiers."""
        found = yield from _ask(self._draft, self.session, _TABLES, or_else=_TABLES_2)
        if found is None and self._draft.proofs[-1].supports is Access.AUTH_REQUIRED:
            self.by_name = True
            other_names(self._draft, "keyspaces", self._names)
            found = yield from self.rows(_TABLES)
        return found

    def rows(self, query: CqlQuery) -> Conversation[CqlRows | None]:
        """The rows of a query; ``None`` if none was answered."""
        if not self.by_name:
            return (yield from _ask(self._draft, self.session, query))
        found: list[list[bytes | None]] = []
        answered = more = False
        for name in self._names:
            within = query.within(name)
            answer = (yield from _ask(self._draft, self.session, within)) if within is not None else None
            if answer is not None:
                answered, more = True, more or answer.more
                found += answer.rows
        return CqlRows(found, more) if answered else None


def _enumerate(draft: ReportDraft, session: CqlSession, depth: Depth, target: Target) -> Conversation[None]:
    catalogue = _Catalogue(draft, session, target.names)
    tables = yield from catalogue.tables()
    if tables is None:
        return
    if tables.more:
        draft.leave_out(f"more tables than the limit; the first {len(tables.rows)} are listed")
    sizes = yield from catalogue.rows(_SIZES)
    figures = _figures(sizes) if sizes is not None else {}
    fields = (yield from _fields(draft, catalogue)) if depth.allows(Depth.DESCRIBE) else {}
    own: list[str] = []
    for keyspace, table, identifier in tables.rows:
        path = (_text(keyspace), _text(table))
        system = path[0] in _SYSTEM_NAMES or path[0].startswith(_SYSTEM)
        if system:
            draft.containers.append(Container(path, "table", system=True))
            continue
        uid = identifier.hex() if identifier is not None and len(identifier) == 16 else ""
        own.append(uid or "\0".join(path))
        records, size = figures.get(path, (None, None))
        columns = tuple(fields.get(path, ()))
        draft.containers.append(Container(path, "table", False, records, size, columns, uid=uid))
    if own or not catalogue.by_name:
        draft.prove(_TABLES.label, f"lists {count_text(len(own), 'user table')}", Access.OPEN)
    if own:
        draft.fingerprint(own)
    if not own:
        if not catalogue.by_name:
            draft.access = Access.OPEN_EMPTY
        return
    count = _RowCount(draft, catalogue, scans=target.scans)
    if depth.allows(Depth.DESCRIBE):
        yield from count.tables()
    _judge(draft, count.refused, by_name=catalogue.by_name)


def _judge(draft: ReportDraft, refused: int, *, by_name: bool) -> None:
    """Set the access from the figures; ``refused`` tables could not be read."""
    held = [c.records for c in draft.containers if not c.system]
    if refused == len(held):
        draft.access = Access.SCHEMA_ONLY
    elif any(figure is not None and figure.value for figure in held):
        draft.access = Access.PARTIAL if refused or by_name else Access.OPEN
    elif all(figure is not None and figure.quality is Quality.EXACT for figure in held):
        draft.access = Access.OPEN_EMPTY
    else:
        draft.problem("the statistics list no partition and lag behind by minutes: the tables may or may not be empty")


class _RowCount:
    """Counts the rows of the draft's tables by pages of tokens, each table at once if it ends with its first page."""

    def __init__(self, draft: ReportDraft, catalogue: _Catalogue, *, scans: bool) -> None:
        self._draft = draft
        self._catalogue = catalogue
        self._session = catalogue.session
        self._scans = scans
        self._left = MAX_ROWS
        self._pages = _MAX_PAGES
        self.refused = 0
        """Number of tables that the anonymous user may not read."""

    def tables(self) -> Conversation[None]:
        """Count, and put the figures in the place of the statistics."""
        partitioner = yield from _ask(self._draft, self._session, _PARTITIONER)
        if partitioner is None or len(partitioner.rows) != 1:
            return
        if _text(partitioner.rows[0][0]) not in HASHING_PARTITIONERS:
            self._draft.problem("rows not counted: with this partitioner, a token is the key itself")
            return
        columns = yield from self._catalogue.rows(_KEYS)
        keys = partition_keys(columns.rows) if columns is not None else {}
        skipped = 0
        for at, container in enumerate(self._draft.containers):
            path = (container.path[0], container.path[1])
            if container.system:
                continue
            if self._left < PAGE or self._pages <= 0 or page_query(path, keys.get(path, ())) is None:
                skipped += 1
                continue
            figure = yield from self._table(path, keys[path])
            if figure is not None:
                self._draft.containers[at] = msgspec.structs.replace(container, records=_larger(figure, container))
        if skipped:
            tables, its = count_text(skipped, "table"), its_or_their(skipped)
            self._draft.problem(f"rows of {tables} not counted; {its} figures are from statistics, if any")

    def _table(self, path: _Path, key: tuple[str, ...]) -> Conversation[Figure | None]:
        count, after, cut = 0, None, False
        while True:
            query = page_query(path, key, after)
            assert query is not None
            self._pages -= 1
            page = yield from self._session.rows(query)
            if isinstance(page, CqlError):
                self._draft.problem(f"tokens of {'.'.join(path)}: {page.code:#06x} {page.text[:120]}")
                self.refused += page.code == _UNAUTHORIZED
                return lower_bound(count, _COUNTED) if count else None
            if not count and page.rows:
                self._draft.prove(FIRST_PAGE, f"the rows of {'.'.join(path)} are readable", Access.OPEN)
            self._left -= len(page.rows)
            if len(page.rows) < PAGE and not page.more:
                count += len(page.rows)
                return lower_bound(count, _COUNTED) if cut else exact(count, _COUNTED)
            if not self._scans or self._left < PAGE or self._pages <= 0:
                return lower_bound(count + len(page.rows), f"{_COUNTED}, cut at the limit")
            complete, after, within = complete_tokens(page.rows)
            count, cut = count + complete, cut or within
            if after is None:
                return lower_bound(count, _COUNTED)


def _larger(counted: Figure, container: Container) -> Figure:
    """The count, unless it was cut and the statistics show more."""
    known = container.records
    if counted.quality is Quality.EXACT or known is None or known.value <= counted.value:
        return counted
    return known


def _figures(sizes: CqlRows) -> dict[_Path, tuple[Figure, Figure]]:
    """Number of partitions and bytes of each table, summed over this node's ranges."""
    sums: dict[_Path, list[int]] = {}
    for keyspace, table, count, mean in sizes.rows:
        held = sums.setdefault((_text(keyspace), _text(table)), [0, 0])
        partitions = _number(count)
        held[0] = min(held[0] + partitions, _LARGEST)
        held[1] = min(held[1] + partitions * _number(mean), _LARGEST)
    figure, cut = (lower_bound, ", first page") if sizes.more else (estimate, "")
    return {
        path: (
            figure(partitions, f"system.size_estimates, partitions of this node's ranges{cut}"),
            figure(size, f"system.size_estimates, partitions times mean bytes{cut}"),
        )
        for path, (partitions, size) in sums.items()
    }


def _fields(draft: ReportDraft, catalogue: _Catalogue) -> Conversation[dict[_Path, list[Field]]]:
    columns = yield from catalogue.rows(_COLUMNS)
    found: dict[_Path, list[Field]] = {}
    if columns is None:
        return found
    if columns.more:
        draft.problem(f"more columns than the limit; the first {len(columns.rows)} are listed")
    for keyspace, table, name, kind in columns.rows:
        found.setdefault((_text(keyspace), _text(table)), []).append(Field(_text(name)[:512], _text(kind)[:80]))
    return found


def _ask(
    draft: ReportDraft, session: CqlSession, query: CqlQuery, *, or_else: CqlQuery | None = None
) -> Conversation[CqlRows | None]:
    """Rows, or ``None`` and a problem line."""
    answer = yield from session.rows(query)
    if isinstance(answer, CqlError) and answer.code == _INVALID and or_else is not None:
        answer = yield from session.rows(or_else)
    if isinstance(answer, CqlRows):
        return answer
    if answer.code in (_BAD_CREDENTIALS, _UNAUTHORIZED):
        draft.prove(query.label, f"{answer.code:#06x} {answer.text}", Access.AUTH_REQUIRED)
    draft.problem(f"{query.label}: {answer.code:#06x} {answer.text[:160]}")
    return None


def _text(value: bytes | None) -> str:
    return (value or b"").decode("utf-8", "replace")


def _number(value: bytes | None) -> int:
    """Value of a bigint that is not negative; 0 for anything else."""
    return max(0, int.from_bytes(value, "big", signed=True)) if value is not None and len(value) == 8 else 0
