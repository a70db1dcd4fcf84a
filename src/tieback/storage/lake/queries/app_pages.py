"""Rows of the lake for the page of one app or back end: a bounded number, of a few units of work."""

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.sighting import Credential, CredentialGrade, Evidence, NotBackend, Sighting
from tieback.storage.lake.lake import Lake

if TYPE_CHECKING:
    import pyarrow as pa


class Place(msgspec.Struct, frozen=True):
    """Where an app names an endpoint."""

    app: str
    value: str
    file: str
    offset: int | None
    how: str
    party: str


_OWN_FIRST = "list_position(['first', 'unknown', 'third', 'platform'], party)::BIGINT * 1099511627776 + ordinal"
"""Number of an endpoint among those of its app; there are fewer than 2^40 of each party."""


def app_sightings(lake: Lake, unit: str, version: str, after: int, limit: int) -> Iterator[tuple[int, Sighting]]:
    """At most ``limit`` endpoints of an app, each with its number, after the one with a number.

    The maker's own come first, then those of unknown owners; each in the order of the analysis.

    Raises:
        WorkspaceError: the lake cannot be read.
    """
    sql = f"""
        SELECT {_OWN_FIRST} AS number, kind, value, scheme, host, port, path, service, count, party, file, "offset",
            how, context, chain, owner, party_reason, names, addresses
        FROM sightings WHERE unit = ? AND version = ? AND {_OWN_FIRST} > ? ORDER BY number LIMIT ?"""  # noqa: S608
    for number, kind, *rest in lake.stream(sql, [unit, version, after, limit]):
        endpoint, count, party, *where, chain, owner, reason, names, addresses = (
            Endpoint(EndpointKind(kind), *rest[:6]),
            *rest[6:],
        )
        yield (
            number,
            Sighting(
                endpoint,
                count,
                Party(party),
                _evidence(where, chain),
                owner=owner or "",
                party_reason=reason or "",
                names=tuple(names or ()),
                addresses=tuple(addresses or ()),
            ),
        )


def app_credentials_found(lake: Lake, unit: str, version: str, limit: int) -> list[Credential]:
    """At most ``limit`` credentials of an app, in the order of the analysis. Raises as ``app_sightings``."""
    sql = """
        SELECT kind, masked, endpoint, file, "offset", how, context, chain, grade, fingerprint, claims
        FROM credentials WHERE unit = ? AND version = ? ORDER BY ordinal LIMIT ?"""
    return [
        Credential(
            kind,
            masked,
            endpoint,
            _evidence(where, chain),
            grade=CredentialGrade(grade or CredentialGrade.NORMAL),
            fingerprint=fingerprint or "",
            claims=msgspec.json.decode(claims or "{}", type=dict[str, str]),
        )
        for kind, masked, endpoint, *where, chain, grade, fingerprint, claims in lake.stream(
            sql, [unit, version, limit]
        )
    ]


def app_dropped_names(lake: Lake, unit: str, version: str, limit: int) -> list[NotBackend]:
    """At most ``limit`` names and addresses of an app that are not back ends. Raises as ``app_sightings``."""
    sql = "SELECT value, reason FROM not_backends WHERE unit = ? AND version = ? ORDER BY ordinal LIMIT ?"
    return [NotBackend(value, reason) for value, reason in lake.stream(sql, [unit, version, limit])]


def places_of(lake: Lake, run: str, units: Collection[str], values: Collection[str]) -> list[Place]:
    """The first place of each of these endpoints in each of these apps. Raises as ``app_sightings``."""
    if not units or not values:
        return []
    sql = """
        SELECT s.unit, s.value, arg_min(s.file, s.ordinal), arg_min(s."offset", s.ordinal), arg_min(s.how, s.ordinal),
            arg_min(s.party, s.ordinal)
        FROM sightings s SEMI JOIN units_wanted USING (unit) SEMI JOIN values_wanted USING (value)
        WHERE s.unit BETWEEN ? AND ?
            AND (s.unit, s.version) IN (
                SELECT (unit, version) FROM inputs SEMI JOIN units_wanted USING (unit) WHERE run = ? AND problem = ''
            )
        GROUP BY s.unit, s.value"""
    tables = {"units_wanted": _texts("unit", units), "values_wanted": _texts("value", values)}
    rows = lake.stream(sql, [min(units), max(units), run], tables=tables)
    return [Place(*row) for row in rows]


def _evidence(where: Sequence[Any], chain: Sequence[str] | None) -> Evidence:
    """The evidence in the columns ``file``, ``offset``, ``how``, ``context`` and ``chain``."""
    file, offset, how, context = where
    return Evidence(file, offset, how, context, tuple(chain or ()))


def _texts(name: str, texts: Collection[Any]) -> "pa.Table":
    import pyarrow as pa

    return pa.table({name: pa.array(sorted(set(texts)), pa.string())})
