"""Cassandra and ScyllaDB: tables, estimated partitions and bytes, columns, from the catalogue. No row is read.

Sends, in this order: ``OPTIONS`` and ``STARTUP`` without credentials, ``SELECT ... FROM system.local`` (identify);
``system_schema.tables`` (``system.schema_columnfamilies`` before 3.0) and ``system.size_estimates`` (enumerate);
``system_schema.columns`` (describe).

A node that answers READY without a login allows reading everything: Cassandra does not start with permissions but
without passwords. Rows are never counted, because that would read them all. The statistics contain partitions, each of
at least one row, in this node's own ranges.

Identity: the identifiers of the users' tables, which all nodes of a cluster share; ``host_id`` if there are none. Not
yet verified against the real server.
"""

from uuid import UUID

from tieback.model.figure import Figure, estimate, lower_bound
from tieback.model.grant import Depth
from tieback.model.probe import Access, Container, Field, ProbeReport
from tieback.probes.interface import ProbeMeta, ReportDraft, first_answer_timeout, run_to_report
from tieback.probes.stores.cassandra.session import (
    STARTUP,
    AuthenticateFrame,
    CqlError,
    CqlQuery,
    CqlRows,
    CqlSession,
    sends,
)
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
_COLUMNS = CqlQuery(
    "SELECT keyspace_name, table_name, column_name, type FROM system_schema.columns",
    4,
    "names and types of columns; reads the catalogue only",
    Depth.DESCRIBE,
)
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
        sends=sends((_LOCAL, _TABLES, _TABLES_2, _SIZES, _COLUMNS)),
        references=(
            "https://github.com/apache/cassandra/blob/trunk/doc/native_protocol_v4.spec",
            "https://cassandra.apache.org/doc/latest/cassandra/reference/cql-commands/describe-tables.html",
        ),
    )

    def run(self, target: Target, depth: Depth) -> Conversation[ProbeReport]:
        """Probe ``target``, no deeper than ``depth``."""
        return run_to_report(self.meta, target, lambda draft: self._talk(draft, target, depth))

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
            yield from _enumerate(draft, session, depth)


def _enumerate(draft: ReportDraft, session: CqlSession, depth: Depth) -> Conversation[None]:
    tables = yield from _ask(draft, session, _TABLES, or_else=_TABLES_2)
    if tables is None:
        return
    if tables.more:
        draft.problem(f"more tables than the limit; the first {len(tables.rows)} are listed")
    sizes = yield from _ask(draft, session, _SIZES)
    figures = _figures(sizes) if sizes is not None else {}
    fields = (yield from _fields(draft, session)) if depth.allows(Depth.DESCRIBE) else {}
    own: list[str] = []
    for keyspace, table, identifier in tables.rows:
        path = (_text(keyspace), _text(table))
        system = path[0] in _SYSTEM_NAMES or path[0].startswith(_SYSTEM)
        if system:
            draft.containers.append(Container(path, "table", system=True))
            continue
        own.append(identifier.hex() if identifier is not None and len(identifier) == 16 else "\0".join(path))
        records, size = figures.get(path, (None, None))
        draft.containers.append(Container(path, "table", False, records, size, tuple(fields.get(path, ()))))
    draft.prove(_TABLES.label, f"lists {len(own)} user tables", Access.OPEN)
    if own:
        draft.fingerprint(own)
    held = [c.records for c in draft.containers if not c.system]
    if any(figure is not None and figure.value for figure in held):
        draft.access = Access.OPEN
    elif held:
        draft.problem("the statistics list no partition and lag behind by minutes: the tables may or may not be empty")
    else:
        draft.access = Access.OPEN_EMPTY


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


def _fields(draft: ReportDraft, session: CqlSession) -> Conversation[dict[_Path, list[Field]]]:
    columns = yield from _ask(draft, session, _COLUMNS)
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
