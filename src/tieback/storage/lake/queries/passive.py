"""Reports of other tools about a run's locations and apps, found by the database.

A report counts regardless of its import date: it carries its own date, and a later probe of ours supersedes it.
"""

from collections.abc import Collection, Iterator, Sequence

import msgspec

from tieback.model.document import decode
from tieback.model.passive import PassiveNote, PassiveService, PassiveSighting
from tieback.model.probe import Outcome
from tieback.storage.lake.lake import Lake

MAX_NOTES = 10_000
"""Maximum notes, and sightings, per run; only the latest report of each source per port counts."""
MAX_APPS = 1_000


class PassiveEvidence(msgspec.Struct, frozen=True):
    """Passive evidence relevant to a run."""

    notes: tuple[PassiveNote, ...] = ()
    in_apps: tuple[PassiveSighting, ...] = ()
    left_out: int = 0
    """Number of further entries of both kinds."""


def find_passive_evidence(lake: Lake, run: str, traffic: str, day: str) -> PassiveEvidence:
    """Passive evidence about the hosts, addresses and apps of a run, latest first.

    Args:
        lake: contains the evidence.
        run: the run.
        traffic: version of the analysis of captures, whose units are not apps.
        day: date of the run's end, ISO 8601; the date of its probes.

    Raises:
        WorkspaceError: the lake cannot be read.
    """
    (count,) = next(lake.stream("SELECT count(*) FROM imports"))
    if not count:
        return PassiveEvidence()
    services = list(lake.stream(_SERVICES, [run] * 4 + [MAX_NOTES]))
    sightings = list(lake.stream(_SIGHTINGS, [run, traffic, MAX_NOTES]))
    left_out = sum(rows[0][-1] - len(rows) for rows in (services, sightings) if rows)
    found = [(decode(text, "passive-service", PassiveService), hosts) for text, hosts, _ in services]
    notes = tuple(_notes(lake, run, traffic, day, found))
    return PassiveEvidence(notes, tuple(_in_app(*row[:3]) for row in sightings), left_out)


def _notes(
    lake: Lake, run: str, traffic: str, day: str, found: Sequence[tuple[PassiveService, list[str]]]
) -> Iterator[PassiveNote]:
    import pyarrow as pa

    places = {place for service, _ in found for place in service.places}
    asked = _asked(lake, run, places)
    wanted = pa.table({"host": pa.array(sorted({host for _, hosts in found for host in hosts}), pa.string())})
    apps = {host: tuple(keys) for host, keys in lake.stream(_APPS, [run, run, run, traffic], tables={"wanted": wanted})}
    for service, hosts in found:
        keys = dict.fromkeys(key for host in hosts for key in apps.get(host, ()))
        ours = next((asked[place] for place in service.places if place in asked), "")
        yield PassiveNote(service, tuple(sorted(keys)[:MAX_APPS]), ours, day if ours else "")


def _asked(lake: Lake, run: str, places: Collection[str]) -> dict[str, str]:
    """Results of our own probes for these ``host:port``, by probed target and by responding address."""
    import pyarrow as pa

    if not places:
        return {}
    wanted = pa.table({"place": pa.array(sorted(places), pa.string())})
    found: dict[str, str] = {}
    for place, outcome, access in lake.stream(_ASKED, [run, Outcome.OK, Outcome.REFUSED], tables={"wanted": wanted}):
        # Unauthenticated access counts before other responses at the same location.
        said = access if outcome == Outcome.OK else outcome
        if place not in found or said == "open":
            found[place] = said
    return found


def _in_app(unit: str, bundle: str, text: str) -> PassiveSighting:
    one = decode(text, "passive-sighting", PassiveSighting)
    ours = msgspec.structs.replace(one.app, sha256=unit, bundle_id=one.app.bundle_id or bundle)
    return msgspec.structs.replace(one, app=ours)


_READABLE = """readable AS (
    SELECT * FROM imports QUALIFY row_number() OVER (PARTITION BY sha256 ORDER BY imported DESC) = 1
)"""

_SERVICES = f"""
WITH {_READABLE}, hosts AS (
    SELECT host FROM backends WHERE run = ?
    UNION SELECT unnest(addresses) FROM backends WHERE run = ?
    UNION SELECT address FROM probes WHERE run = ?
    UNION SELECT trim(regexp_extract(target, '^(.*):[0-9]+', 1), '[]') FROM probes WHERE run = ?
), told AS (
    SELECT p.*, unnest(list_append(p.names, p.address)) AS host
    FROM passive_services p JOIN readable r ON p.import = r.sha256 AND p.version = r.version
), found AS (
    SELECT import, ordinal, any_value(source) AS source, any_value(address) AS address, any_value(names) AS names,
        any_value(port) AS port, any_value(seen) AS seen, any_value(resource) AS resource, any_value(note) AS note,
        any_value(json) AS json, list_sort(list(DISTINCT host)) AS hosts
    FROM told SEMI JOIN (SELECT DISTINCT host FROM hosts WHERE host <> '') h ON told.host = h.host
    GROUP BY import, ordinal
), latest AS (
    SELECT * FROM found QUALIFY row_number() OVER (
        PARTITION BY source, address, CASE WHEN address = '' THEN names END, port, resource, note
        ORDER BY seen DESC, import, ordinal
    ) = 1
)
SELECT json, hosts, count(*) OVER () FROM latest ORDER BY seen DESC, address, port, import, ordinal LIMIT ?"""  # noqa: S608 - our own text

_APPS = f"""
WITH ends AS (
    SELECT value, host FROM backends WHERE run = ? UNION SELECT value, unnest(addresses) FROM backends WHERE run = ?
), named AS (
    SELECT ends.value, ends.host FROM ends SEMI JOIN wanted ON ends.host = wanted.host
)
SELECT named.host, list_sort(list(DISTINCT s.app_sha256))[:{MAX_APPS}]
FROM sightings s JOIN named ON s.value = named.value
SEMI JOIN (SELECT unit, version FROM inputs WHERE run = ? AND problem = '' AND kind_of(version) <> kind_of(?)) i
    ON s.unit = i.unit AND s.version = i.version
GROUP BY named.host"""  # noqa: S608 - our own text

_ASKED = """
WITH told AS (
    SELECT regexp_replace(target, '/.*$', '') AS place, outcome, access,
        CASE WHEN contains(address, ':') THEN '[' || address || ']' ELSE address END AS address
    FROM probes WHERE run = ? AND outcome IN (?, ?)
)
SELECT place, outcome, access FROM told SEMI JOIN wanted USING (place)
UNION
SELECT address || regexp_extract(told.place, ':[0-9]+$') AS place, outcome, access FROM told
SEMI JOIN wanted ON wanted.place = address || regexp_extract(told.place, ':[0-9]+$')
ORDER BY ALL"""

_SIGHTINGS = f"""
WITH {_READABLE}, inp AS (
    SELECT DISTINCT unit, version FROM inputs WHERE run = ? AND problem = '' AND kind_of(version) <> kind_of(?)
), app AS (
    SELECT unit, version, coalesce(bundle_id, '') AS bundle_id FROM apps SEMI JOIN inp USING (unit, version)
), told AS (
    SELECT p.*, r.imported FROM passive_sightings p JOIN readable r ON p.import = r.sha256 AND p.version = r.version
), matched AS (
    SELECT app.unit, app.bundle_id, told.value, told.json, told.imported, told.import, told.ordinal
    FROM told JOIN app ON told.app_sha256 = app.unit
    UNION ALL
    SELECT app.unit, app.bundle_id, told.value, told.json, told.imported, told.import, told.ordinal
    FROM told JOIN app ON told.bundle_id = app.bundle_id
    WHERE told.bundle_id <> '' AND told.app_sha256 <> app.unit
)
SELECT unit, bundle_id, json, count(*) OVER () FROM (
    SELECT * FROM matched ANTI JOIN (
        SELECT s.unit, s.value FROM sightings s SEMI JOIN inp ON s.unit = inp.unit AND s.version = inp.version
    ) known ON known.unit = matched.unit AND known.value = matched.value
    QUALIFY row_number() OVER (PARTITION BY matched.unit, matched.value ORDER BY imported DESC, import, ordinal) = 1
) ORDER BY unit, value LIMIT ?"""  # noqa: S608 - our own text
