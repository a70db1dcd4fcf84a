"""App documents in the lake: to rows and back, and the questions that later stages ask about them."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, Protocol

import msgspec
import pyarrow as pa

from tieback.model.app import App, Platform, Signer
from tieback.model.cleartext import CleartextPolicy
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.public_key import PublicKey
from tieback.model.sighting import AppDocument, Credential, Evidence, Grade, NotBackend, Problem, Sighting
from tieback.storage.lake import Lake
from tieback.storage.schemas import rows_table


class Named(Protocol):
    """What names a unit of work."""

    @property
    def key(self) -> str: ...  # noqa: D102 - as in ``engine.interface.Unit``
    @property
    def version(self) -> str: ...  # noqa: D102


class AppEndpoint(msgspec.Struct, frozen=True):
    """The first place in an app where an endpoint stands."""

    app_sha256: str
    """Content hash of the package, known even where its identity could not be read."""
    endpoint: str
    """The endpoint's canonical value."""
    file: str
    offset: int | None
    how: str
    party: Party
    bytes_out: int = 0
    """Sent there, where it was seen in a capture."""
    bytes_in: int = 0


def app_tables(documents: Sequence[tuple[Named, AppDocument]]) -> dict[str, pa.Table]:
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
        apps.append((*name, document.path, *_app_row(document.app), cleartext))
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
            )
            for n, c in enumerate(document.credentials)
        )
        keys += ((*name, k.kind, k.value, list(k.services), k.endpoint) for k in document.keys)
        not_backends += ((*name, n, x.value, x.reason) for n, x in enumerate(document.not_backends))
        problems += ((*name, n, p.what, p.where) for n, p in enumerate(document.problems))
    return {
        "apps": rows_table("apps", apps),
        "sightings": rows_table("sightings", sightings),
        "credentials": rows_table("credentials", credentials),
        "public_keys": rows_table("public_keys", keys),
        "not_backends": rows_table("not_backends", not_backends),
        "problems": rows_table("problems", problems),
    }


def keys_table(keys: Iterable[Named]) -> pa.Table:
    """Names of units as a table to join with: any number of them, unlike a list in a query."""
    distinct = dict.fromkeys((unit.key, unit.version) for unit in keys)
    return pa.table(
        {
            "unit": pa.array([key for key, _ in distinct], pa.string()),
            "version": pa.array([version for _, version in distinct], pa.string()),
        }
    )


def read_app_documents(lake: Lake, keys: Iterable[Named]) -> Iterator[tuple[str, AppDocument]]:
    """The documents of those units that are in the lake, each with its content hash; a part in memory at a time.

    Raises:
        WorkspaceError: the lake cannot be read.
    """
    wanted = lake.stream(
        "SELECT part, unit, version FROM units SEMI JOIN keys USING (unit, version) ORDER BY part",
        tables={"keys": keys_table(keys)},
    )
    for part, rows in groupby(wanted, key=itemgetter(0)):
        names = [(unit, version) for _, unit, version in rows]
        tables = {
            name: _by_unit(lake.read(part, name))
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
                            )
                            for row in sightings
                        ),
                        credentials=tuple(_credential(row) for row in credentials),
                        not_backends=tuple(NotBackend(row["value"], row["reason"]) for row in not_backends),
                        problems=tuple(Problem(row["what"], row["where"]) for row in problems),
                        cleartext=msgspec.json.decode(
                            apps[0].get("cleartext") or "[]", type=tuple[CleartextPolicy, ...]
                        ),
                        keys=tuple(
                            PublicKey(row["kind"], row["value"], tuple(row["services"]), row["endpoint"])
                            for row in public
                        ),
                    ),
                )


def distinct_endpoints(lake: Lake, keys: Iterable[Named]) -> Iterator[Endpoint]:
    """Every endpoint that one of the units names, once, by its value. Raises ``WorkspaceError``."""
    rows = lake.stream(
        """
        SELECT DISTINCT ON (value) kind, value, scheme, host, port, path, service
        FROM sightings SEMI JOIN keys USING (unit, version)
        ORDER BY value, host = '', kind, scheme, host, port, path, service
        """,
        tables={"keys": keys_table(keys)},
    )
    for kind, *rest in rows:
        yield Endpoint(EndpointKind(kind), *rest)


def app_endpoints(lake: Lake, keys: Iterable[Named]) -> Iterator[AppEndpoint]:
    """Which of the units names which endpoint and where, by endpoint and app. Raises ``WorkspaceError``."""
    rows = lake.stream(
        """
        SELECT app_sha256, value, file, "offset", how, party
        FROM sightings SEMI JOIN keys USING (unit, version)
        ORDER BY value, app_sha256, ordinal
        """,
        tables={"keys": keys_table(keys)},
    )
    for app, endpoint, file, offset, how, party in rows:
        yield AppEndpoint(app, endpoint, file, offset, how, Party(party))


def makers(lake: Lake, keys: Iterable[Named]) -> dict[str, tuple[tuple[str, str], ...]]:
    """Who makes the apps whose own endpoint it is, and why it is theirs, by its value; at most three, the most first.

    Raises:
        WorkspaceError: the lake cannot be read.
    """
    rows = lake.stream(
        """
        SELECT value, owner, min(party_reason) FROM sightings SEMI JOIN keys USING (unit, version)
        WHERE party = 'first' AND owner <> '' GROUP BY value, owner
        QUALIFY row_number() OVER (PARTITION BY value ORDER BY count(*) DESC, owner) <= 3
        ORDER BY value, count(*) DESC, owner
        """,
        tables={"keys": keys_table(keys)},
    )
    found: dict[str, list[tuple[str, str]]] = {}
    for value, owner, reason in rows:
        found.setdefault(value, []).append((owner, reason))
    return {value: tuple(its) for value, its in found.items()}


def container_names(lake: Lake, keys: Iterable[Named]) -> dict[str, tuple[str, ...]]:
    """Containers that one of the units names within an endpoint, sorted, by its value. Raises ``WorkspaceError``."""
    found: dict[str, set[str]] = {}
    for value, names in lake.stream(
        "SELECT value, names FROM sightings SEMI JOIN keys USING (unit, version) WHERE len(names) > 0",
        tables={"keys": keys_table(keys)},
    ):
        found.setdefault(value, set()).update(names)
    return {value: tuple(sorted(names)) for value, names in found.items()}


def public_keys(lake: Lake, keys: Iterable[Named]) -> dict[str, tuple[PublicKey, ...]]:
    """Public keys by the value of each endpoint that they may be for, of the same app and no other.

    A key that names its endpoint is for that one; any other for every endpoint of its app that is no third party's.

    Raises:
        WorkspaceError: the lake cannot be read.
    """
    rows = lake.stream(
        """
        SELECT DISTINCT s.value, k.kind, k.value, k.services, k.endpoint
        FROM public_keys k JOIN sightings s USING (unit, version) SEMI JOIN keys USING (unit, version)
        WHERE k.endpoint = s.value OR (k.endpoint = '' AND s.party NOT IN ('third', 'platform'))
        ORDER BY ALL
        """,
        tables={"keys": keys_table(keys)},
    )
    found: dict[str, list[PublicKey]] = {}
    for endpoint, kind, value, services, named in rows:
        found.setdefault(endpoint, []).append(PublicKey(kind, value, tuple(services), named))
    return {endpoint: tuple(its) for endpoint, its in found.items()}


def apps_by_bundle(lake: Lake, keys: Iterable[Named]) -> dict[str, str]:
    """Bundle identifier to the content hash of an app among the units; of several versions the one that sorts last."""
    rows = lake.stream(
        """
        SELECT bundle_id, unit FROM apps SEMI JOIN keys USING (unit, version)
        WHERE bundle_id IS NOT NULL ORDER BY ALL
        """,
        tables={"keys": keys_table(keys)},
    )
    return dict(rows)


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
        # Parts of older versions of the analysis have no such columns.
        grade=Grade(row.get("grade") or Grade.NORMAL),
        fingerprint=row.get("fingerprint") or "",
        claims=msgspec.json.decode(row.get("claims") or b"{}", type=dict[str, str]),
    )


def _evidence_row(evidence: Evidence) -> tuple[Any, ...]:
    return msgspec.structs.astuple(evidence)


def _evidence(row: dict[str, Any]) -> Evidence:
    return Evidence(row["file"], row["offset"], row["how"], row["context"])
