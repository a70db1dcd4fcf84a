"""Passive evidence in the lake: one part per report, complete or not at all, and the evidence relevant to a run."""

import time
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import batched
from typing import Any

import msgspec

from tieback.model.declaration import StoreForm
from tieback.model.document import decode, encode
from tieback.model.passive import PassiveService, PassiveSighting
from tieback.storage.lake.lake import Lake
from tieback.storage.lake.schemas import rows_table

ROWS_AT_ONCE = 20_000


class ReportImport(msgspec.Struct, frozen=True):
    """One imported report of another tool."""

    sha256: str
    version: str
    """Version of the importers."""
    source: str
    path: str
    """Path as given by the user at that time."""
    imported: float
    """Seconds since 1970, UTC."""
    services: int
    sightings: int
    left_out: int
    """Records with an unknown format."""
    declared: int = 0
    """Types of data in a declaration."""


def part_of(sha256: str, version: str) -> str:
    """The name of a report's part."""
    return f"import-{version}-{sha256[:40]}"


def find_import(lake: Lake, sha256: str, version: str) -> ReportImport | None:
    """The report with this content, if imported by the same importers. Raises ``WorkspaceError``."""
    if not lake.is_published(part_of(sha256, version)):
        return None
    rows = lake.stream("SELECT * FROM imports WHERE sha256 = ? AND version = ?", [sha256, version])
    return next(map(_import, rows), None)


def import_page(lake: Lake, after: tuple[float, str] | None, limit: int) -> list[ReportImport]:
    """Imported reports, latest first, after the one with this time and digest. Raises ``WorkspaceError``."""
    before = "" if after is None else "WHERE imported < ? OR (imported = ? AND sha256 > ?)"
    sql = f"""SELECT * FROM (SELECT * FROM imports
            QUALIFY row_number() OVER (PARTITION BY sha256 ORDER BY imported DESC) = 1)
        {before} ORDER BY imported DESC, sha256 LIMIT {limit:d}"""  # noqa: S608 - our own text
    values = [] if after is None else [after[0], after[0], after[1]]
    return list(map(_import, lake.stream(sql, values)))


def import_totals(lake: Lake) -> list[tuple[str, int, float]]:
    """Source, number of reports and time of the last import, by source. Raises ``WorkspaceError``."""
    sql = "SELECT source, count(DISTINCT sha256), max(imported) FROM imports GROUP BY source ORDER BY source"
    return [(str(source), int(count), float(last)) for source, count, last in lake.stream(sql)]


def _import(row: tuple[Any, ...]) -> ReportImport:
    # Parts of older versions have no number of declared types.
    return ReportImport(*(row if row[-1] is not None else (*row[:-1], 0)))


def save_import(
    lake: Lake,
    what: ReportImport,
    facts: Iterable[PassiveService | PassiveSighting | StoreForm],
    left_out: Callable[[], int],
) -> ReportImport:
    """Publish a report's evidence. Errors of ``facts`` are passed on; nothing is stored then.

    Args:
        lake: target lake.
        what: the report; its counts and time are filled in.
        facts: iterated once, in bounded memory.
        left_out: called at the end; returns the number of ignored records.

    Raises:
        WorkspaceError: the lake cannot be written.
    """
    services = sightings = forms = declared = 0
    with lake.stage_part(part_of(what.sha256, what.version)) as draft:
        for group in batched(facts, ROWS_AT_ONCE):
            some = [fact for fact in group if isinstance(fact, PassiveService)]
            others = [fact for fact in group if isinstance(fact, PassiveSighting)]
            if some:
                rows = (_service_row(what, services + n, fact) for n, fact in enumerate(some))
                draft.add("passive_services", rows_table("passive_services", rows))
            if others:
                seen = (_sighting_row(what, sightings + n, fact) for n, fact in enumerate(others))
                draft.add("passive_sightings", rows_table("passive_sightings", seen))
            told = [fact for fact in group if isinstance(fact, StoreForm)]
            if told:
                its = (_form_row(what, forms + n, fact) for n, fact in enumerate(told))
                draft.add("declarations", rows_table("declarations", its))
            services, sightings, forms = services + len(some), sightings + len(others), forms + len(told)
            declared += sum(len(fact.declaration.types or ()) for fact in told)
        done = msgspec.structs.replace(
            what,
            imported=time.time(),
            services=services,
            sightings=sightings,
            left_out=left_out(),
            declared=declared,
        )
        draft.add("imports", rows_table("imports", [msgspec.structs.astuple(done)]))
    return done


def _service_row(what: ReportImport, number: int, fact: PassiveService) -> tuple[object, ...]:
    return (
        what.sha256,
        what.version,
        number,
        fact.source,
        fact.address,
        fact.port,
        fact.names,
        fact.service,
        fact.claims,
        fact.seen,
        fact.resource,
        fact.note,
        encode("passive-service", fact).decode(),
    )


def _sighting_row(what: ReportImport, number: int, fact: PassiveSighting) -> tuple[object, ...]:
    return (
        what.sha256,
        what.version,
        number,
        fact.app.bundle_id,
        fact.app.sha256,
        fact.sighting.endpoint.value,
        encode("passive-sighting", fact).decode(),
    )


def _form_row(what: ReportImport, number: int, fact: StoreForm) -> tuple[object, ...]:
    return (what.sha256, what.version, number, fact.bundle_id, msgspec.json.encode(fact.declaration).decode())


def services_at(lake: Lake, hosts: Collection[str], until: float) -> Iterator[PassiveService]:
    """Evidence about hosts (names and addresses) from reports imported until then, latest first.

    Of several reports of one source about one port, only the latest.

    Raises:
        WorkspaceError: the lake cannot be read.
    """
    import pyarrow as pa

    wanted = pa.table({"host": pa.array(sorted(set(hosts) - {""}), pa.string())})
    sql = f"""{_READ}, told AS (
            SELECT p.*, unnest(list_append(p.names, p.address)) AS host
            FROM passive_services p JOIN readable r ON p.import = r.sha256 AND p.version = r.version
        ), found AS (
            SELECT DISTINCT import, ordinal, source, address, port, names, seen, resource, note, json
            FROM told SEMI JOIN wanted USING (host)
        )
        SELECT json FROM found
        QUALIFY row_number() OVER (
            PARTITION BY source, address, CASE WHEN address = '' THEN names END, port, resource, note
            ORDER BY seen DESC, import, ordinal
        ) = 1
        ORDER BY seen DESC, address, port, import, ordinal"""  # noqa: S608 - our own text
    for (text,) in lake.stream(sql, [until], tables={"wanted": wanted}):
        yield decode(text, "passive-service", PassiveService)


def sightings_of_apps(
    lake: Lake, bundles: Collection[str], hashes: Collection[str], until: float
) -> Iterator[tuple[str, PassiveSighting]]:
    """Evidence about apps from reports imported until then, each with the path of its report, in order.

    Args:
        lake: source lake.
        bundles: bundle identifiers of the apps.
        hashes: content hashes of their packages.
        until: seconds since 1970, UTC.

    Raises:
        WorkspaceError: the lake cannot be read.
    """
    import pyarrow as pa

    tables = {
        "wanted": pa.table({"bundle_id": pa.array(sorted(set(bundles) - {""}), pa.string())}),
        "packages": pa.table({"app_sha256": pa.array(sorted(set(hashes) - {""}), pa.string())}),
    }
    sql = f"""{_READ}
        SELECT r.path, p.json FROM passive_sightings p JOIN readable r ON p.import = r.sha256 AND p.version = r.version
        WHERE p.bundle_id IN (SELECT bundle_id FROM wanted) OR p.app_sha256 IN (SELECT app_sha256 FROM packages)
        ORDER BY r.imported, p.import, p.ordinal"""  # noqa: S608 - our own text
    for path, text in lake.stream(sql, [until], tables=tables):
        yield path, decode(text, "passive-sighting", PassiveSighting)


_READ = """
WITH readable AS (
    SELECT * FROM imports WHERE imported <= ?
    QUALIFY row_number() OVER (PARTITION BY sha256 ORDER BY imported DESC) = 1
)"""
