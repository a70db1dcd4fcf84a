"""App documents in the lake: conversion to rows and back, and queries of later stages."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import batched, groupby
from operator import itemgetter
from typing import Any, Protocol

import msgspec
import pyarrow as pa

from tieback.model.app import App, Platform, Signer
from tieback.model.cleartext import CleartextPolicy
from tieback.model.declaration import PrivacyDeclaration
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.public_key import PublicKey
from tieback.model.sighting import (
    AppDocument,
    Credential,
    CredentialGrade,
    Evidence,
    NotBackend,
    Problem,
    Sighting,
    UnreadCode,
    UnreadKind,
)
from tieback.storage.lake.lake import Lake
from tieback.storage.lake.schemas import SCHEMAS, rows_table

_TEXTS_KEPT = 65_536
_POLICIES_KEPT = 4096
"""Number of cached policy texts, so that each is decoded once."""
UNITS_AT_ONCE = 500
"""Documents of one part that are read at once."""


class UnitName(Protocol):
    """Identifies a unit of work."""

    @property
    def key(self) -> str: ...  # noqa: D102 - as in ``engine.interface.Unit``
    @property
    def version(self) -> str: ...  # noqa: D102


type Keys = Iterable[UnitName] | pa.Table
"""Units of work, or a table with the columns ``unit`` and ``version``."""


class AppEndpoint(msgspec.Struct, frozen=True):
    """The first location of an endpoint in an app."""

    app_sha256: str
    """Content hash of the package, known even if its identity could not be read."""
    endpoint: str
    """The endpoint's canonical value."""
    file: str
    offset: int | None
    how: str
    party: Party
    bytes_out: int | None = 0
    """Bytes sent to it, if seen in a capture; ``None`` if the capture does not state them."""
    bytes_in: int | None = 0


def app_tables(documents: Sequence[tuple[UnitName, AppDocument]]) -> dict[str, pa.Table]:
    """The rows of a batch of documents, by table of the lake."""
    apps: list[Sequence[Any]] = []
    sightings: list[Sequence[Any]] = []
    credentials: list[Sequence[Any]] = []
    keys: list[Sequence[Any]] = []
    not_backends: list[Sequence[Any]] = []
    problems: list[Sequence[Any]] = []
    for unit, document in documents:
        name = (unit.key, unit.version)
        cleartext = msgspec.json.encode(document.cleartext).decode()
        unread = msgspec.json.encode(document.unread).decode()
        declarations = msgspec.json.encode(document.declarations).decode()
        ios = (document.app.executable, document.app.team) if document.app is not None else (None, None)
        apps.append((*name, document.path, *_app_row(document.app), cleartext, unread, declarations, *ios))
        sightings += (
            (
                *name,
                n,
                unit.key,
                *_endpoint_row(s.endpoint),
                s.count,
                s.party,
                *_evidence_row(s.evidence),
                s.owner,
                s.party_reason,
                list(s.names),
                list(s.evidence.chain),
                list(s.addresses),
            )
            for n, s in enumerate(document.sightings)
        )
        credentials += (
            (
                *name,
                n,
                c.kind,
                c.masked,
                c.endpoint,
                *_evidence_row(c.evidence),
                c.grade,
                c.fingerprint,
                msgspec.json.encode(c.claims).decode(),
                list(c.evidence.chain),
            )
            for n, c in enumerate(document.credentials)
        )
        keys += ((*name, k.kind, k.value, list(k.services), k.endpoint) for k in document.keys)
        not_backends += ((*name, n, x.value, x.reason) for n, x in enumerate(document.not_backends))
        problems += ((*name, n, p.what, p.where, p.unread) for n, p in enumerate(document.problems))
    return {
        "apps": rows_table("apps", apps),
        "sightings": rows_table("sightings", sightings),
        "credentials": rows_table("credentials", credentials),
        "public_keys": rows_table("public_keys", keys),
        "not_backends": rows_table("not_backends", not_backends),
        "problems": rows_table("problems", problems),
    }


def keys_table(keys: Iterable[UnitName] | pa.Table) -> pa.Table:
    """Unit identifiers as a table for joins, of any size; a table is returned unchanged."""
    if isinstance(keys, pa.Table):
        return keys
    distinct = dict.fromkeys((unit.key, unit.version) for unit in keys)
    return pa.table(
        {
            "unit": pa.array([key for key, _ in distinct], pa.string()),
            "version": pa.array([version for _, version in distinct], pa.string()),
        }
    )


def units_among(keys: Keys, some: Collection[str]) -> list[str]:
    """The units whose content hash is in ``some``."""
    column = keys_table(keys)["unit"]
    return [key for chunk in column.chunks for key in map(str, chunk) if key in some] if some else []


def read_app_documents(lake: Lake, keys: Keys) -> Iterator[tuple[str, AppDocument]]:
    """The documents of those units that are in the lake, each with its content hash; a few hundred in memory.

    Raises:
        WorkspaceError: the lake cannot be read.
    """
    wanted = lake.stream(
        "SELECT part, unit, version FROM units SEMI JOIN keys USING (unit, version) ORDER BY part, unit, version",
        tables={"keys": keys_table(keys)},
    )
    for part, names in _in_parts(wanted):
        between = (names[0][0], names[-1][0])
        tables = {
            name: _by_unit(lake.read(part, name, between))
            for name in ("apps", "sightings", "credentials", "not_backends", "problems", "public_keys")
        }
        for name in names:
            apps, sightings, credentials, not_backends, problems, public = (
                table.get(name, []) for table in tables.values()
            )
            if apps:
                yield (
                    name[0],
                    AppDocument(
                        path=apps[0]["path"],
                        app=_app(apps[0]),
                        sightings=tuple(
                            Sighting(
                                _endpoint(row),
                                row["count"],
                                Party(row["party"]),
                                _evidence(row),
                                owner=row.get("owner") or "",
                                party_reason=row.get("party_reason") or "",
                                names=tuple(row.get("names") or ()),
                                addresses=tuple(row.get("addresses") or ()),
                            )
                            for row in sightings
                        ),
                        credentials=tuple(_credential(row) for row in credentials),
                        not_backends=tuple(NotBackend(row["value"], row["reason"]) for row in not_backends),
                        problems=tuple(read_problem(row["what"], row["where"], row.get("unread")) for row in problems),
                        cleartext=msgspec.json.decode(
                            apps[0].get("cleartext") or "[]", type=tuple[CleartextPolicy, ...]
                        ),
                        unread=msgspec.json.decode(apps[0].get("unread") or "[]", type=tuple[UnreadCode, ...]),
                        declarations=decode_declarations(apps[0].get("declarations")),
                        keys=tuple(
                            PublicKey(row["kind"], row["value"], tuple(row["services"]), row["endpoint"])
                            for row in public
                        ),
                    ),
                )


def _in_parts(rows: Iterable[tuple[str, str, str]]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Units of one part, a bounded number at a time: a large merged part is read in steps."""
    for part, some in groupby(rows, key=itemgetter(0)):
        for group in batched(some, UNITS_AT_ONCE):
            yield part, [(unit, version) for _, unit, version in group]


def endpoints_with_parties(lake: Lake, keys: Keys) -> Iterator[tuple[Endpoint, Party]]:
    """Every distinct endpoint of the units, by value, with its party.

    If apps disagree, it is first party if it is that of one app, else unknown if it is unknown to one: an app of
    another maker cannot hide the back end of an app.

    Raises:
        WorkspaceError: the lake cannot be read.
    """
    known: dict[str, str] = {}
    for row in lake.stream(_ENDPOINTS, tables={"keys": keys_table(keys)}):
        kind, value, scheme, host, port, path, service, party = row
        # The database creates a new string per row, and adjacent rows have the same host.
        if len(known) >= _TEXTS_KEPT:
            known.clear()
        scheme, host, path = (known.setdefault(text, text) for text in (scheme, host, path))
        yield Endpoint(EndpointKind(kind), value, scheme, host, port, path, service), Party(party)


def app_endpoints(lake: Lake, keys: Keys, values: Collection[str] | None = None) -> Iterator[AppEndpoint]:
    """Which units name which endpoint and where, by endpoint and app.

    Args:
        lake: contains the apps.
        keys: the units.
        values: only these endpoints.

    Raises:
        WorkspaceError: the lake cannot be read.
    """
    which = "" if values is None else "SEMI JOIN wanted USING (value)"
    rows = lake.stream(
        f"""
        SELECT app_sha256, value, file, "offset", how, party
        FROM sightings {which} SEMI JOIN keys USING (unit, version)
        ORDER BY value, app_sha256, ordinal
        """,  # noqa: S608 - our own text
        tables={"keys": keys_table(keys), "wanted": pa.table({"value": pa.array(values or (), pa.string())})},
    )
    # Each app and endpoint occurs in many rows, and the database creates a new string per row.
    known: dict[str, str] = {}
    for row in rows:
        app, endpoint, file, how, party = (known.setdefault(text, text) for text in (*row[:3], *row[4:]))
        yield AppEndpoint(app, endpoint, file, row[3], how, Party(party))


def owner_claims(lake: Lake, keys: Keys, party: Party) -> dict[str, tuple[tuple[str, str], ...]]:
    """Owners of the endpoints of a party, with the reason, by endpoint value; the three most frequent.

    Of first-party endpoints these are the makers of the apps, of third-party ones services and libraries.

    Raises:
        WorkspaceError: the lake cannot be read.
    """
    rows = lake.stream(
        """
        SELECT value, owner, min(party_reason) FROM sightings SEMI JOIN keys USING (unit, version)
        WHERE party = ? AND owner <> '' GROUP BY value, owner
        QUALIFY row_number() OVER (PARTITION BY value ORDER BY count(*) DESC, owner) <= 3
        ORDER BY value, count(*) DESC, owner
        """,
        (party.value,),
        tables={"keys": keys_table(keys)},
    )
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    pairs: dict[tuple[str, str], tuple[str, str]] = {}
    for value, owner, reason in rows:
        pair = pairs.setdefault((owner, reason), (owner, reason))
        found[value] = (*found.get(value, ()), pair)
    return found


def container_names(lake: Lake, keys: Keys) -> dict[str, tuple[str, ...]]:
    """Containers that units name within an endpoint, sorted, by endpoint value. Raises ``WorkspaceError``."""
    rows = lake.stream(
        """
        SELECT value, list(DISTINCT name) FROM (
            SELECT value, unnest(names) AS name FROM sightings SEMI JOIN keys USING (unit, version) WHERE len(names) > 0
        ) GROUP BY value
        """,
        tables={"keys": keys_table(keys)},
    )
    return {value: tuple(sorted(names)) for value, names in rows}


def public_keys(lake: Lake, keys: Keys) -> dict[str, tuple[PublicKey, ...]]:
    """Public keys by the value of each endpoint that they may belong to, only within the same app.

    A key with an endpoint belongs to that one and, if it is a project, to its parts: ``supabase-storage:ref`` has the
    keys of ``supabase:ref``. Other keys belong to every endpoint of the app that is not third-party.

    Raises:
        WorkspaceError: the lake cannot be read.
    """
    rows = lake.stream(
        """
        SELECT DISTINCT s.value, k.kind, k.value, k.services, k.endpoint
        FROM public_keys k JOIN sightings s USING (unit, version) SEMI JOIN keys USING (unit, version)
        WHERE k.endpoint = s.value
            OR (starts_with(s.value, split_part(k.endpoint, ':', 1) || '-')
                AND k.endpoint LIKE '%_:_%' AND split_part(s.value, ':', 2) = split_part(k.endpoint, ':', 2))
            OR (k.endpoint = '' AND s.party NOT IN ('third', 'platform'))
        ORDER BY ALL
        """,
        tables={"keys": keys_table(keys)},
    )
    found: dict[str, list[PublicKey]] = {}
    for endpoint, kind, value, services, named in rows:
        found.setdefault(endpoint, []).append(PublicKey(kind, value, tuple(services), named))
    return {endpoint: tuple(its) for endpoint, its in found.items()}


def apps_of(lake: Lake, keys: Keys, units: Collection[str]) -> Iterator[tuple[str, App]]:
    """The apps whose content hash is in ``units``, with the hash; apps without an identity are left out.

    Raises:
        WorkspaceError: the lake cannot be read.
    """
    rows = lake.stream(
        f"""
        SELECT unit, {", ".join(_APP_COLUMNS)} FROM apps
        SEMI JOIN wanted USING (unit) SEMI JOIN keys USING (unit, version) WHERE platform IS NOT NULL
        """,  # noqa: S608 - our own text
        tables={"keys": keys_table(keys), "wanted": pa.table({"unit": pa.array(units, pa.string())})},
    )
    for unit, *columns in rows:
        app = _app(dict(zip(_APP_COLUMNS, columns, strict=True)))
        if app is not None:
            yield unit, app


def app_credentials(lake: Lake, keys: Keys) -> Iterator[tuple[str, Credential]]:
    """The credentials found, each with the content hash of its app, unordered. Raises ``WorkspaceError``."""
    columns = [name for name in SCHEMAS["credentials"].names if name not in {"version", "ordinal"}]
    sql = f"SELECT {', '.join(f'"{name}"' for name in columns)} FROM credentials SEMI JOIN keys USING (unit, version)"  # noqa: S608
    for values in lake.stream(sql, tables={"keys": keys_table(keys)}):
        row = dict(zip(columns, values, strict=True))
        yield row["unit"], _credential(row)


def app_policies(lake: Lake, keys: Keys) -> Iterator[tuple[str, CleartextPolicy]]:
    """The declarations of apps about connections without TLS; as ``app_credentials``."""
    rows = lake.stream(
        "SELECT unit, cleartext FROM apps SEMI JOIN keys USING (unit, version) WHERE cleartext NOT IN ('', '[]')",
        tables={"keys": keys_table(keys)},
    )
    known: dict[str, tuple[CleartextPolicy, ...]] = {}
    for unit, text in rows:
        if text not in known:
            # Most apps use one of a few policies.
            if len(known) >= _POLICIES_KEPT:
                known.clear()
            known[text] = msgspec.json.decode(text, type=tuple[CleartextPolicy, ...])
        for policy in known[text]:
            yield unit, policy


def decode_declarations(text: str | None) -> tuple[PrivacyDeclaration, ...]:
    """The declarations in a column; none for parts of older versions."""
    return msgspec.json.decode(text or "[]", type=tuple[PrivacyDeclaration, ...])


def apps_by_bundle(lake: Lake, keys: Keys) -> dict[str, str]:
    """Maps bundle identifiers to the content hash of an app among the units; of several versions, the highest hash."""
    rows = lake.stream(
        """
        SELECT bundle_id, unit FROM apps SEMI JOIN keys USING (unit, version)
        WHERE bundle_id IS NOT NULL ORDER BY ALL
        """,
        tables={"keys": keys_table(keys)},
    )
    return dict(rows)


def ios_executables(lake: Lake, keys: Keys) -> Iterator[tuple[str, str, str]]:
    """The main program, bundle identifier and content hash of each iOS app among the units.

    Of several versions of an app, the one with the highest hash. Raises ``WorkspaceError``.
    """
    yield from lake.stream(
        """
        SELECT executable, bundle_id, max(unit) FROM apps SEMI JOIN keys USING (unit, version)
        WHERE platform = 'ios' AND executable <> '' AND bundle_id <> '' GROUP BY ALL ORDER BY ALL""",
        tables={"keys": keys_table(keys)},
    )


_APP_COLUMNS = (
    "sha256", "platform", "bundle_id", "name", "version_name", "version_code", "min_sdk", "target_sdk", "vendor",
    "signer_sha256", "signer_subject", "signer_scheme", "executable", "team",
)  # fmt: skip

_ENDPOINTS = """
WITH told AS (
    SELECT DISTINCT kind, value, scheme, host, port, path, service, party
    FROM sightings SEMI JOIN keys USING (unit, version)
), whose AS (
    SELECT value, arg_min(party, list_position(['first', 'unknown', 'third', 'platform'], party)) AS party
    FROM told GROUP BY value
)
SELECT DISTINCT ON (value) kind, value, scheme, host, port, path, service, whose.party
FROM told JOIN whose USING (value)
ORDER BY value, host = '', kind, scheme, host, port, path, service"""


def _by_unit(table: pa.Table) -> dict[tuple[str, str], list[dict[str, Any]]]:
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in table.to_pylist():
        found.setdefault((row["unit"], row["version"]), []).append(row)
    return found


def _app_row(app: App | None) -> tuple[Any, ...]:
    if app is None:
        return (None,) * 12
    signer = (None,) * 3 if app.signer is None else (app.signer.sha256, app.signer.subject, app.signer.scheme)
    return (
        app.sha256,
        app.platform,
        app.bundle_id,
        app.name,
        app.version_name,
        app.version_code,
        app.min_sdk,
        app.target_sdk,
        app.vendor,
        *signer,
    )


def _app(row: dict[str, Any]) -> App | None:
    if row["platform"] is None:
        return None
    return App(
        platform=Platform(row["platform"]),
        bundle_id=row["bundle_id"],
        sha256=row["sha256"],
        name=row["name"],
        version_name=row["version_name"],
        version_code=row["version_code"],
        min_sdk=row["min_sdk"],
        target_sdk=row["target_sdk"],
        vendor=row["vendor"],
        signer=None
        if row["signer_sha256"] is None
        else Signer(row["signer_sha256"], row["signer_subject"], row["signer_scheme"]),
        executable=row.get("executable") or "",
        team=row.get("team") or "",
    )


def _endpoint_row(endpoint: Endpoint) -> tuple[Any, ...]:
    return msgspec.structs.astuple(endpoint)


def _endpoint(row: dict[str, Any]) -> Endpoint:
    return Endpoint(
        EndpointKind(row["kind"]),
        row["value"],
        row["scheme"],
        row["host"],
        row["port"],
        row["path"],
        row["service"],
    )


def _credential(row: dict[str, Any]) -> Credential:
    return Credential(
        row["kind"],
        row["masked"],
        row["endpoint"],
        _evidence(row),
        # Parts from older versions of the analysis lack these columns.
        grade=CredentialGrade(row.get("grade") or CredentialGrade.NORMAL),
        fingerprint=row.get("fingerprint") or "",
        claims=msgspec.json.decode(row.get("claims") or b"{}", type=dict[str, str]),
    )


def read_problem(what: str, where: str, unread: str | None) -> Problem:
    """A problem from its columns; parts from older versions of the analysis do not state why a part was not read."""
    return Problem(what, where, UnreadKind(unread) if unread else None)


def _evidence_row(evidence: Evidence) -> tuple[Any, ...]:
    return evidence.file, evidence.offset, evidence.how, evidence.context


def _evidence(row: dict[str, Any]) -> Evidence:
    return Evidence(row["file"], row["offset"], row["how"], row["context"], tuple(row.get("chain") or ()))
