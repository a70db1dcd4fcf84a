"""Exports of cloud accounts in the lake: one part per export, and each resource with all statements about it.

Resources are distributed by a hash of their keys into ``BUCKETS``, each in its own row groups: all statements about one
resource can be read together without sorting everything, in memory independent of the size of the account.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any
from zlib import crc32

import msgspec

from tieback.model.resource import Dependency, DependencyKind, Resource
from tieback.storage.lake.lake import Lake, PartStaging
from tieback.storage.lake.schemas import rows_table

if TYPE_CHECKING:
    import pyarrow as pa

BUCKETS = 32
ROWS_A_GROUP = 2_000
ROWS_AT_ONCE = 50_000
"""Maximum rows that are read at once without buckets."""


class PostureImport(msgspec.Struct, frozen=True):
    """One imported export of a cloud account."""

    sha256: str
    """Hash of the content, and of the user's description."""
    version: str
    """Version of the readers."""
    source: str
    path: str
    """Path as given by the user at that time."""
    imported: float = 0.0
    """Seconds since 1970, UTC."""
    seen: str = ""
    """Time of statements without their own time."""
    resources: int = 0
    dependencies: int = 0
    left_out: int = 0
    """Records with an unknown format, or with too little data."""
    missed: int = 0
    """Items that the export itself could not collect."""
    incomplete: str = ""
    """Why it is incomplete; empty if it is complete."""


class ResourceStatements(msgspec.Struct, frozen=True):
    """All statements about one resource."""

    observations: tuple[Resource, ...]
    """Newest first."""
    dependencies: Mapping[str, Sequence[Dependency]]
    """Dependencies of the resource and its neighbours, by ID; each rule once, in its newest version."""


def bucket_of(key: str) -> int:
    """The bucket of a key."""
    return crc32(key.encode("utf-8", "replace")) % BUCKETS


def part_of(sha256: str, version: str) -> str:
    """The name of an export's part."""
    return f"posture-{version}-{sha256[:40]}"


def find_posture(lake: Lake, sha256: str, version: str) -> PostureImport | None:
    """The export with this content, if read by the same readers. Raises ``WorkspaceError``."""
    if not lake.is_published(part_of(sha256, version)):
        return None
    rows = lake.stream("SELECT * FROM posture_imports WHERE sha256 = ? AND version = ?", [sha256, version])
    return next((PostureImport(*row) for row in rows), None)


def save_posture(
    lake: Lake,
    what: PostureImport,
    facts: Iterable[Resource | Dependency],
    end: Callable[[], tuple[int, int, str]],
) -> PostureImport:
    """Publish the statements of an export. Errors of ``facts`` are passed on; nothing is stored then.

    Args:
        lake: target lake.
        what: the export; its counts and time are filled in.
        facts: iterated once, in bounded memory.
        end: called at the end; returns the number of ignored records, the number of uncollected items, and why the
            export is incomplete.

    Raises:
        WorkspaceError: the lake cannot be written.
    """
    resources = dependencies = 0
    buckets: list[list[tuple[Any, ...]]] = [[] for _ in range(BUCKETS)]
    others: list[tuple[Any, ...]] = []
    with lake.stage_part(part_of(what.sha256, what.version)) as draft:
        for fact in facts:
            if isinstance(fact, Resource):
                bucket = bucket_of(fact.key)
                rows = buckets[bucket]
                rows.append(_resource_row(what, bucket, fact))
                resources += 1
                if len(rows) >= ROWS_A_GROUP:
                    _flush(draft, "posture_resources", rows)
            else:
                others.append(_dependency_row(what, fact))
                dependencies += 1
                if len(others) >= ROWS_A_GROUP:
                    _flush(draft, "posture_dependencies", others)
        for rows in buckets:
            _flush(draft, "posture_resources", rows)
        _flush(draft, "posture_dependencies", others)
        left_out, missed, incomplete = end()
        done = msgspec.structs.replace(
            what,
            imported=time.time(),
            resources=resources,
            dependencies=dependencies,
            left_out=left_out,
            missed=missed,
            incomplete=incomplete,
        )
        draft.add("posture_imports", rows_table("posture_imports", [msgspec.structs.astuple(done)]))
    return done


def posture_imports(lake: Lake) -> list[PostureImport]:
    """Every export, each content once, in import order. Raises ``WorkspaceError``."""
    sql = f"{_READ} SELECT * FROM readable ORDER BY imported, path"  # noqa: S608 - our own text
    return [PostureImport(*row) for row in lake.stream(sql)]


def read_resource_statements(lake: Lake) -> Iterator[ResourceStatements]:
    """Every resource with all statements about it, in a stable but unspecified order. Raises ``WorkspaceError``."""
    count = next(lake.stream("SELECT count(*) FROM posture_resources"))[0]
    members = next(lake.stream("SELECT count(*) FROM posture_dependencies WHERE kind = 'member'"))[0] > 0
    for bucket in range(BUCKETS) if count > ROWS_AT_ONCE else (None,):
        yield from _bucket(lake, bucket, members=members)


def _bucket(lake: Lake, bucket: int | None, *, members: bool) -> Iterator[ResourceStatements]:
    where, params = ("r.bucket = ?", [bucket]) if bucket is not None else ("true", [])
    mine = _MINE.format(where=where)
    if members:
        mine = _WITH_MEMBERS.format(where=where, target="m.bucket = ?" if params else "true")
        params = [*params, *params]
    needed = f"""{mine}
        SELECT d.json FROM posture_dependencies d
            JOIN readable x ON d.import = x.sha256 AND d.version = x.version
            SEMI JOIN (SELECT DISTINCT unnest(needs) AS id FROM mine) wanted ON d.id = wanted.id
        QUALIFY row_number() OVER (PARTITION BY d.id, d.kind, d.name ORDER BY d.seen DESC, d.import) = 1"""  # noqa: S608
    import pyarrow as pa

    about: dict[str, list[Dependency]] = {}
    asked: set[str] = set()
    read_dependency = msgspec.json.Decoder(Dependency)
    for (text,) in lake.stream(needed, params):
        one = read_dependency.decode(text)
        about.setdefault(one.id, []).append(one)
    while wanted := {id_ for ones in about.values() for one in ones for id_ in one.needs} - about.keys() - asked:
        # Indirect dependencies: the group of a target, its load balancer, the security groups of that.
        asked |= wanted
        table = pa.table({"id": pa.array(sorted(wanted), pa.string())})
        for (text,) in lake.stream(_NEEDED_IN_TURN, tables={"wanted": table}):
            one = read_dependency.decode(text)
            about.setdefault(one.id, []).append(one)
    for ones in about.values():
        ones.sort(key=lambda one: one.name)
    read = msgspec.json.Decoder(Resource)
    sql = f"{mine} SELECT whole, key, json FROM mine ORDER BY whole, seen DESC, json"  # noqa: S608
    for _, some in groupby(lake.stream(sql, params), key=itemgetter(0)):
        yield ResourceStatements(tuple(_member(read.decode(text), whole, key) for whole, key, text in some), about)


def _member(one: Resource, whole: str, key: str) -> Resource:
    """A statement about a member, converted to one about a part of the cluster."""
    if whole == key:
        return one
    return msgspec.structs.replace(one, key=whole, part=one.part or key.rpartition(":")[2], name="")


def _flush(draft: PartStaging, table: str, rows: list[tuple[Any, ...]]) -> None:
    """Write rows as a separate row group."""
    if rows:
        written: pa.Table = rows_table(table, rows)
        draft.add(table, written)
        rows.clear()


def _resource_row(what: PostureImport, bucket: int, fact: Resource) -> tuple[Any, ...]:
    return (
        what.sha256,
        what.version,
        bucket,
        fact.key,
        fact.provider,
        fact.account,
        fact.seen,
        fact.needs,
        _encoded(fact),
    )


def _dependency_row(what: PostureImport, fact: Dependency) -> tuple[Any, ...]:
    bucket = bucket_of(fact.name) if fact.kind is DependencyKind.MEMBER else -1
    return (what.sha256, what.version, fact.id, fact.kind, fact.name, bucket, fact.seen, _encoded(fact))


def _encoded(fact: Resource | Dependency) -> str:
    try:
        return msgspec.json.encode(fact).decode()
    except UnicodeEncodeError:
        # Lone surrogates, which JSON can represent and UTF-8 cannot.
        return msgspec.json.encode(_storable(msgspec.to_builtins(fact))).decode()


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, list | tuple):
        return [_storable(item) for item in value]
    return {key: _storable(item) for key, item in value.items()} if isinstance(value, dict) else value


_READ = """
WITH readable AS (
    SELECT * FROM posture_imports QUALIFY row_number() OVER (PARTITION BY sha256 ORDER BY imported DESC) = 1
)"""
_NEEDED_IN_TURN = f"""{_READ}
SELECT d.json FROM posture_dependencies d
    JOIN readable x ON d.import = x.sha256 AND d.version = x.version
    SEMI JOIN wanted ON d.id = wanted.id
QUALIFY row_number() OVER (PARTITION BY d.id, d.kind, d.name ORDER BY d.seen DESC, d.import) = 1"""  # noqa: S608
_MINE = f"""{_READ}, mine AS (
    SELECT r.key AS whole, r.key, r.seen, r.needs, r.json
    FROM posture_resources r JOIN readable x ON r.import = x.sha256 AND r.version = x.version WHERE {{where}}
)"""  # noqa: S608
_WITH_MEMBERS = f"""{_READ}, members AS (
    SELECT d.id, d.name, d.bucket FROM posture_dependencies d
    JOIN readable x ON d.import = x.sha256 AND d.version = x.version
    WHERE d.kind = 'member' QUALIFY row_number() OVER (PARTITION BY d.id ORDER BY d.seen DESC, d.name) = 1
), mine AS (
    SELECT r.key AS whole, r.key, r.seen, r.needs, r.json
    FROM posture_resources r JOIN readable x ON r.import = x.sha256 AND r.version = x.version
        ANTI JOIN members m ON m.id = r.key
    WHERE {{where}}
    UNION ALL
    SELECT m.name AS whole, r.key, r.seen, r.needs, r.json
    FROM posture_resources r JOIN readable x ON r.import = x.sha256 AND r.version = x.version
        JOIN members m ON m.id = r.key
    WHERE {{target}}
)"""  # noqa: S608
