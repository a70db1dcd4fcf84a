"""The main figures by kind of store, platform, vendor, provider and country, counted by the database.

Each store counts once per group, regardless of the number of apps and routes. A store that apps of two vendors lead to
counts for both; therefore groups of vendors and platforms do not add up to the total.
"""

from collections.abc import Iterable
from itertools import batched
from typing import TYPE_CHECKING, Any

import msgspec

from tieback.model.figure import NO_ANSWER, Figure, Quality
from tieback.model.report.groups import CloserLook, FigureGroup, GroupTable, SharedStore
from tieback.model.vendor import TEAM, Vendor, vendor_label
from tieback.storage.lake.lake import Lake

if TYPE_CHECKING:
    import pyarrow as pa

MOST_GROUPS = 25
"""Maximum groups shown per table; the others are counted."""
MOST_SHARED = 6
"""Maximum stores shown that several apps lead to."""
MOST_SHOWN = 8
"""Maximum apps shown for one of these stores."""
UNKNOWN = "unknown"
_QUALITIES = (Quality.EXACT, Quality.LOWER_BOUND, Quality.ESTIMATE, Quality.CLAIMED)
"""Ordered: the weakest quality decides the quality of a sum. A sum with an estimate may be too high."""
_METHOD = "sum over stores"


class StoreRow(msgspec.Struct, frozen=True):
    """The figures of a store for grouping; honeypots are excluded."""

    id: str
    product: str
    provider: str
    country: str
    exposed: bool
    ransomed: bool
    described: bool
    """True if its fields were read."""
    records: Figure
    bytes: Figure
    at_most: int = 1
    """As ``Exposure.at_most``."""


class StoreColumns:
    """Stores as columns, added one by one: about a hundred bytes per store."""

    def __init__(self) -> None:
        self._columns: dict[str, list[Any]] = {name: [] for name in _SCHEMA}

    def add(self, row: StoreRow) -> None:
        """Add a store."""
        values = (
            row.id,
            row.product or UNKNOWN,
            row.provider or UNKNOWN,
            row.country or UNKNOWN,
            row.exposed,
            row.ransomed,
            row.described,
            # Sums are exact for any size: the database adds them as 128-bit integers.
            str(min(row.records.value, _MOST)),
            _QUALITIES.index(row.records.quality),
            str(min(row.bytes.value, _MOST)),
            _QUALITIES.index(row.bytes.quality),
            row.at_most,
        )
        for column, value in zip(self._columns.values(), values, strict=True):
            column.append(value)

    def table(self) -> "pa.Table":
        """The columns for the database, with the ``number`` of each store."""
        import pyarrow as pa

        kinds = {"text": pa.string(), "flag": pa.bool_(), "rank": pa.int8(), "count": pa.int32()}
        columns = {name: pa.array(self._columns[name], kinds[kind]) for name, kind in _SCHEMA.items()}
        return pa.table(columns | {"number": pa.array(range(len(self._columns["id"])), pa.int32())})


_MOST = 10**30
_SCHEMA = {
    "id": "text",
    "product": "text",
    "provider": "text",
    "country": "text",
    "exposed": "flag",
    "ransomed": "flag",
    "described": "flag",
    "records": "text",
    "records_rank": "rank",
    "bytes": "text",
    "bytes_rank": "rank",
    "at_most": "count",
}

_TABLES = (
    ("kind", "product"),
    ("platform", "platform"),
    ("vendor", "vendor"),
    ("provider", "provider"),
    ("country", "country"),
)
_OF_APPS = frozenset({"platform", "vendor"})
"""Tables that group apps; the others group stores."""


def group_tables(
    lake: Lake,
    run: tuple[str, str, int],
    leads: "pa.Table",
    stores: "pa.Table",
    most: int = MOST_GROUPS,
    vendors: Iterable[Vendor] = (),
) -> tuple[GroupTable, ...]:
    """Tables by kind, platform, vendor, provider and country; a table with only the group ``unknown`` is left out.

    Apps belong to one vendor if they have one signing key or one team of Apple, or if a user merged their vendors. The
    name in a certificate can be chosen freely: two vendors of one name are two groups, with their keys in the names.

    Args:
        lake: contains the apps.
        run: the run, the version of the analysis of captures (whose units are not apps), and the number of apps read.
        leads: which app leads to which store: ``Conclusions.leads``.
        stores: ``StoreColumns.table`` of every store that responded, except honeypots.
        most: maximum groups per table.
        vendors: the register of vendors.

    Raises:
        WorkspaceError: the lake cannot be read.
    """
    found = []
    makers = Makers(vendors)
    read = _analysed(lake, run, makers)
    ways = _ways(leads, stores, _leading(lake, run, leads, makers))
    for by, column in _TABLES:
        tables, sql = {"ways": ways, "stores": stores}, _BY_STORE
        if by in _OF_APPS:
            tables, sql = tables | {"read": read[by]}, _BY_APP
        rows = list(lake.stream(sql.format(column=column, sums=_SUMS, order=_ORDER), [most], tables=tables))
        groups = tuple(_group(row) for row in rows)
        if groups and any(group.name != UNKNOWN for group in groups):
            found.append(GroupTable(by, groups, int(rows[0][-1]) - len(groups)))
    return tuple(found)


def closer_look(lake: Lake, leads: "pa.Table", stores: "pa.Table") -> CloserLook | None:
    """The exposed stores whose fields were read, and the apps that lead to them. Raises ``WorkspaceError``."""
    (row,) = lake.stream(_CLOSER.format(sums=_SUMS), tables={"ways": _ways(leads, stores, None), "stores": stores})
    count, apps, *sums = row
    if not count:
        return None
    return CloserLook(int(apps), int(count), _figure(sums[0], sums[1]), _figure(sums[2], sums[3]))


def most_shared(leads: "pa.Table", most: int = MOST_SHARED, apps: int = MOST_SHOWN) -> tuple[SharedStore, ...]:
    """The stores that the most apps lead to, with some of these apps; stores with only one app are left out.

    Args:
        leads: which app leads to which store: ``Conclusions.leads``.
        most: maximum stores.
        apps: maximum apps named per store.
    """
    import pyarrow.compute as pc

    if not leads.num_rows:
        return ()
    counted = leads.group_by("exposure").aggregate([("app", "count"), ("place", "min")])
    counted = counted.filter(pc.greater(counted["app_count"], 1))
    order = [("app_count", "descending"), ("place_min", "ascending"), ("exposure", "ascending")]
    rows = counted.sort_by(order).slice(0, most).to_pylist()
    found = []
    for row in rows:
        leading = leads.filter(pc.equal(leads["exposure"], row["exposure"]))
        first = leading.sort_by("app").slice(0, apps)["app"].to_pylist()
        found.append(SharedStore(row["exposure"], row["app_count"], tuple(first)))
    return tuple(found)


def _ways(leads: "pa.Table", stores: "pa.Table", leading: "pa.Table | None") -> "pa.Table":
    """Which app leads to which store, as numbers: counting 64-character hashes needs ten times the memory.

    Columns ``app``, ``store`` (the store's ``number``), and, with ``leading``, the app's ``platform`` and ``vendor``.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    apps = pc.dictionary_encode(leads["app"].combine_chunks())
    columns = {"app": apps.indices, "store": pc.index_in(leads["exposure"].combine_chunks(), value_set=stores["id"])}
    if leading is not None:
        at = pc.index_in(apps.dictionary, value_set=leading["app"])
        for name in _OF_APPS:
            of_app = pc.fill_null(pc.take(leading[name].combine_chunks(), at), UNKNOWN)
            columns[name] = pc.take(of_app, apps.indices)
    found = pa.table(columns)
    return found.filter(pc.is_valid(found["store"]))


class Makers:
    """The vendors of a run, with a name of its own for each."""

    def __init__(self, register: Iterable[Vendor]) -> None:
        self._register = {key: (one.id, one.name) for one in register for key in one.signers}
        self._keys: dict[str, set[str]] = {}

    def find(self, name: str, team: str, signer: str) -> tuple[str, str]:
        """Name and key of the vendor of an app. Apps without a name have no vendor that a table could show."""
        if not name:
            return UNKNOWN, ""
        keys = [key for key in (f"{TEAM}{team}" if team else "", signer) if key]
        known = next((self._register[key] for key in keys if key in self._register), None)
        key, name = known or (keys[0] if keys else "", name)
        self._keys.setdefault(name, set()).add(key)
        return name, key

    def label(self, name: str, key: str) -> str:
        """The name, with the key if another vendor has the same name."""
        return vendor_label(name, key) if len(self._keys.get(name, ())) > 1 else name


def makers_of_run(lake: Lake, run: str, traffic: str, register: Iterable[Vendor]) -> Makers:
    """The vendors of the apps that a run read, which ``label`` names as the table of vendors does.

    Args:
        lake: contains the apps.
        run: the run.
        traffic: version of the analysis of captures, whose units are not apps.
        register: the register of vendors.

    Raises:
        WorkspaceError: the lake cannot be read.
    """
    makers = Makers(register)
    for _, vendor, team, signer, _ in lake.stream(_KNOWN.format(read=_READ, maker=_MAKER), (run, traffic)):
        makers.find(vendor, team, signer)
    return makers


def _analysed(lake: Lake, run: tuple[str, str, int], makers: Makers) -> dict[str, "pa.Table"]:
    """Number of apps read, by platform and by vendor; apps without this data count as unknown."""
    import pyarrow as pa

    counts: dict[str, dict[str, int]] = {by: {} for by in _OF_APPS}
    owned: dict[tuple[str, str], int] = {}
    for platform, vendor, team, signer, number in lake.stream(_KNOWN.format(read=_READ, maker=_MAKER), run[:2]):
        counts["platform"][platform] = counts["platform"].get(platform, 0) + number
        owner = makers.find(vendor, team, signer)
        owned[owner] = owned.get(owner, 0) + number
    counts["vendor"] = {makers.label(*owner): number for owner, number in owned.items()}
    found = {}
    for by, known in counts.items():
        rest = run[2] - sum(known.values())
        if rest > 0:
            known[UNKNOWN] = known.get(UNKNOWN, 0) + rest
        names, numbers = pa.array(list(known), pa.string()), pa.array(list(known.values()), pa.int64())
        found[by] = pa.table({"name": names, "analysed": numbers})
    return found


def _leading(lake: Lake, run: tuple[str, str, int], leads: "pa.Table", makers: Makers) -> "pa.Table":
    """Platform and vendor of the apps that lead to a store."""
    import pyarrow as pa

    names = ("app", "platform", "vendor")
    schema = pa.schema([(name, pa.string()) for name in names])
    every = lake.stream(_LEADING.format(read=_READ, maker=_MAKER), run[:2], tables={"leads": leads})
    rows = ((app, platform, makers.label(*makers.find(*maker))) for app, platform, *maker in every)
    batches = [
        pa.record_batch([pa.array(column, pa.string()) for column in zip(*some, strict=True)], schema=schema)
        for some in batched(rows, 10_000)
    ]
    return pa.Table.from_batches(batches, schema=schema)


def rows_of(stores: Iterable[StoreRow]) -> "pa.Table":
    """Stores in memory, as a table for the database."""
    columns = StoreColumns()
    for store in stores:
        columns.add(store)
    return columns.table()


def _group(row: tuple[Any, ...]) -> FigureGroup:
    name, analysed, led, affected, answering, exposed, ransomed, *sums, _ = row
    return FigureGroup(
        name=name,
        analysed=None if analysed is None else int(analysed),
        using=int(led or 0),
        affected=int(affected or 0),
        answering=int(answering or 0),
        exposed=int(exposed or 0),
        answering_at_most=_more(answering, sums[4]),
        exposed_at_most=_more(exposed, sums[5]),
        ransomed=int(ransomed or 0),
        records=_figure(sums[0], sums[1]) if answering else NO_ANSWER,
        bytes=_figure(sums[2], sums[3]) if answering else NO_ANSWER,
    )


def _more(least: Any, most: Any) -> int | None:
    """The greatest number of stores, if it differs from the least."""
    return int(most) if most is not None and int(most) > int(least or 0) else None


def _figure(value: Any, rank: Any) -> Figure:
    return Figure(int(value or 0), _QUALITIES[int(rank or 0)], _METHOD)


_SUMS = """coalesce(sum(CAST(s.records AS HUGEINT)) FILTER (s.exposed), 0)::VARCHAR AS records,
    coalesce(max(s.records_rank) FILTER (s.exposed), 0) AS records_rank,
    coalesce(sum(CAST(s.bytes AS HUGEINT)) FILTER (s.exposed), 0)::VARCHAR AS bytes,
    coalesce(max(s.bytes_rank) FILTER (s.exposed), 0) AS bytes_rank,
    sum(s.at_most) AS answering_most, sum(s.at_most) FILTER (s.exposed) AS exposed_most"""

_ORDER = """ORDER BY exposed DESC NULLS LAST, affected DESC NULLS LAST, answering DESC NULLS LAST,
    analysed DESC NULLS LAST, name LIMIT ?"""

_BY_STORE = """
WITH counted AS (
    SELECT s.{column} AS name, count(*) AS answering, count(*) FILTER (s.exposed) AS exposed,
        count(*) FILTER (s.ransomed) AS ransomed, {sums}
    FROM stores s GROUP BY name
), reached AS (
    SELECT s.{column} AS name, count(DISTINCT w.app) AS led, count(DISTINCT w.app) FILTER (s.exposed) AS affected
    FROM stores s JOIN ways w ON w.store = s.number GROUP BY name
)
SELECT name, NULL AS analysed, led, affected, answering, exposed, ransomed, records, records_rank, bytes, bytes_rank,
    answering_most, exposed_most, (SELECT count(*) FROM counted)
FROM counted LEFT JOIN reached USING (name) {order}"""

_READ = """SEMI JOIN (
    SELECT md5_number(unit || ':' || version) AS key FROM inputs
    WHERE run = ? AND problem = '' AND kind_of(version) <> kind_of(?)
) i ON i.key = md5_number(apps.unit || ':' || apps.version)"""
"""The apps that were read, with sixteen bytes per input."""

_MAKER = "coalesce(vendor, ''), coalesce(team, ''), coalesce(signer_sha256, '')"

_KNOWN = """
SELECT coalesce(nullif(platform, ''), 'unknown'), {maker}, count(*)
FROM apps {read} GROUP BY ALL"""

_LEADING = """
SELECT unit, coalesce(nullif(platform, ''), 'unknown'), {maker}
FROM apps SEMI JOIN leads ON leads.app = apps.unit {read}"""

_BY_APP = """
WITH way AS (
    SELECT DISTINCT {column} AS name, app, store FROM ways
), reached AS (
    SELECT way.name, count(DISTINCT way.app) AS led, count(DISTINCT way.app) FILTER (s.exposed) AS affected
    FROM way JOIN stores s ON s.number = way.store GROUP BY way.name
), counted AS (
    SELECT pair.name, count(*) AS answering, count(*) FILTER (s.exposed) AS exposed,
        count(*) FILTER (s.ransomed) AS ransomed, {sums}
    FROM (SELECT DISTINCT name, store FROM way) pair JOIN stores s ON s.number = pair.store GROUP BY pair.name
), every AS (SELECT name FROM read UNION SELECT name FROM reached)
SELECT name, coalesce(analysed, 0), led, affected, answering, exposed, ransomed, records, records_rank, bytes,
    bytes_rank, answering_most, exposed_most, (SELECT count(*) FROM every)
FROM every LEFT JOIN read USING (name) LEFT JOIN reached USING (name) LEFT JOIN counted USING (name) {order}"""

_CLOSER = """
SELECT count(*) FILTER (s.exposed), (
    SELECT count(DISTINCT w.app) FROM ways w
    SEMI JOIN (SELECT number FROM stores WHERE exposed AND described) d ON d.number = w.store
), {sums}
FROM stores s WHERE s.described"""
