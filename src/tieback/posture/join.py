"""Joins account exports with scan results: matches resources to stores, and finds what only the join shows.

A resource and a store match if they share a name, a cloud identifier or an address of the resource, in this order of
trust. A project or account in a host name only identifies the owner of a store.
"""

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from tieback.backends.hosting import HostingLookup
from tieback.model.backend import Backend
from tieback.model.exposure import Exposure
from tieback.model.posture import OwnedResource, ResourceMatch, StoreSummary, UnclaimedStore
from tieback.model.resource import AtRest, Resource, ResourceKind, TriState

MAX_PLACES = 1_000
"""Limit on the names and addresses of one store."""


class _Seen(msgspec.Struct):
    stores: dict[str, ResourceMatch]
    endpoints: dict[str, ResourceMatch]


class OutsideView:
    """Stores and back ends of the last run, by name, cloud identifier, certificate and address."""

    def __init__(self, exposures: Iterable[Exposure], backends: Iterable[Backend]) -> None:
        self.stores: dict[str, StoreSummary] = {}
        self._places: dict[tuple[ResourceMatch, str], _Seen] = {}
        self.owned: set[str] = set()
        """Ids of the stores that match a resource."""
        for exposure in exposures:
            self._add(exposure)
        for backend in backends:
            endpoint = backend.endpoint
            self._note(ResourceMatch.CLOUD_ID, endpoint.value, endpoint=endpoint.value)
            if endpoint.host:
                kind = ResourceMatch.ADDRESS if _numeric(endpoint.host) else ResourceMatch.NAME
                if endpoint.kind != "cloud" or endpoint.value.partition(":")[2] in endpoint.host:
                    self._note(kind, endpoint.host, endpoint=endpoint.value)
            for address in backend.addresses:
                self._note(ResourceMatch.ADDRESS, address, endpoint=endpoint.value)

    def _add(self, exposure: Exposure) -> None:
        store = StoreSummary(
            exposure.id,
            exposure.product,
            exposure.access,
            exposure.exposed,
            exposure.severity,
            exposure.records,
            exposure.targets[:MAX_PLACES],
            tuple(one.pii_class for one in exposure.pii),
            tuple(dict.fromkeys(route.app_sha256 for route in exposure.routes)),
            exposure.cleartext,
        )
        self.stores[store.id] = store
        for target in exposure.targets[:MAX_PLACES]:
            place, _, shared = target.partition("/")
            host = _host(place)
            if not shared:
                self._note(ResourceMatch.ADDRESS if _numeric(host) else ResourceMatch.NAME, host, store=store.id)
        for _, session in exposure.tls[:MAX_PLACES]:
            for name in session.names[:MAX_PLACES]:
                self._note(ResourceMatch.CERTIFICATE, name.lower(), store=store.id)
        for address in exposure.addresses[:MAX_PLACES]:
            self._note(ResourceMatch.ADDRESS, _host(address), store=store.id)
        for route in exposure.routes:
            self._note(ResourceMatch.CLOUD_ID, route.endpoint, store=store.id, endpoint=route.endpoint)

    def _note(self, how: ResourceMatch, place: str, *, store: str = "", endpoint: str = "") -> None:
        seen = self._places.get((how, place))
        if seen is None:
            seen = self._places[how, place] = _Seen({}, {})
        if store:
            seen.stores.setdefault(store, how)
        if endpoint:
            seen.endpoints.setdefault(endpoint, how)

    def of(self, resource: Resource) -> OwnedResource | None:
        """Return the stores and endpoints that match a resource; ``None`` if there are none."""
        places = (
            *((ResourceMatch.NAME, place.host) for place in resource.endpoints),
            *((ResourceMatch.CERTIFICATE, place.host) for place in resource.endpoints),
            *((ResourceMatch.CLOUD_ID, id_) for id_ in resource.cloud),
            *((ResourceMatch.ADDRESS, address) for address in resource.addresses),
        )
        stores: dict[str, ResourceMatch] = {}
        endpoints: dict[str, ResourceMatch] = {}
        for key in places:
            seen = self._places.get(key)
            if seen is not None:
                stores = {**seen.stores, **stores}
                endpoints = {**seen.endpoints, **endpoints}
        if not stores and not endpoints:
            return None
        how = next(how for how in ResourceMatch if any(key[0] is how and key in self._places for key in places))
        self.owned.update(stores)
        found = sorted((self.stores[id_] for id_ in stores), key=lambda one: (-one.severity.rank, one.id))
        return OwnedResource(resource, how, tuple(found), tuple(sorted(endpoints)))

    def foreign(self, accounts: Mapping[str, str], hosting: HostingLookup) -> Iterator[UnclaimedStore]:
        """Yield the exposed stores without a matching resource, worst first.

        Args:
            accounts: accounts, projects and names in the imported exports, lower case.
            hosting: finds provider and account in host names.
        """
        for store in sorted(self.stores.values(), key=lambda one: (-one.severity.rank, one.id)):
            if not store.exposed or store.id in self.owned:
                continue
            hosted = next(
                (found for target in store.targets if (found := hosting.lookup(_host(target.partition("/")[0])))), None
            )
            account = hosted.account if hosted else ""
            shared = next((target.partition("/")[2] for target in store.targets if "/" in target), "")
            account = account or shared
            yield UnclaimedStore(store, hosted.provider if hosted else "", account, account.lower() in accounts)


def describe_match(owned: OwnedResource) -> str:
    """Return one sentence: which app leaks from which resource, and why it is open."""
    resource = owned.resource
    names = [app.label for app in owned.apps]
    who = names[0] if names else ""
    if len(names) > 1:
        who += f" and {len(names) - 1:,} more" if len(names) > 2 else f" and {names[1]}"
    leaking = any(store.exposed for store in owned.stores)
    verb = "leak data from" if len(names) > 1 else "leaks data from"
    if not leaking:
        verb = "use" if len(names) > 1 else "uses"
    return (
        f"{who} {verb} {describe_resource(resource)}"
        if who
        else f"reachable from outside: {describe_resource(resource)}"
    )


def describe_resource(resource: Resource) -> str:
    """Return a description such as ``your RDS postgresql database orders in account 1234: not encrypted at rest``."""
    where = f" in account {resource.account}" if resource.account else ""
    region = f" ({resource.region})" if resource.region else ""
    planned = " planned" if resource.planned else ""
    return f"your{planned} {_kind(resource)} {resource.label}{where}{region}: {', '.join(_states(resource))}"


_SERVICES = {
    "rds": "RDS",
    "docdb": "DocumentDB",
    "neptune": "Neptune",
    "redshift": "Redshift",
    "opensearch": "OpenSearch",
    "elasticache": "ElastiCache",
    "memorydb": "MemoryDB",
    "dynamodb": "DynamoDB",
    "s3": "S3",
    "ec2": "EC2",
    "sql": "Azure SQL",
    "flexible-server": "Azure",
    "cosmosdb": "Cosmos DB",
    "redis": "Azure Cache",
    "storage": "Storage",
    "network": "Azure",
    "cloudsql": "Cloud SQL",
    "bigquery": "BigQuery",
    "spanner": "Spanner",
    "firestore": "Firestore",
    "firebase-rtdb": "Firebase Realtime",
    "memorystore": "Memorystore",
    "compute": "Compute Engine",
    "atlas": "MongoDB Atlas",
}
"""Provider names of services."""
_SAID = frozenset(
    {
        "azure_blob",
        "bigquery",
        "cosmosdb",
        "dynamodb",
        "elasticsearch",
        "firebase_rtdb",
        "firestore",
        "gcs",
        "mongodb",
        "neptune",
        "spanner",
    }
)
"""Products whose name is part of their service name."""


def _kind(resource: Resource) -> str:
    what = {
        ResourceKind.DATABASE: "database" if resource.product else "data store",
        ResourceKind.BUCKET: "bucket",
        ResourceKind.SNAPSHOT: "snapshot",
        ResourceKind.HOST: "machine",
    }[resource.kind]
    service = _SERVICES.get(resource.service, resource.service)
    said = resource.product == resource.service or (
        resource.product in _SAID and resource.service not in {"rds", "cosmosdb"}
    )
    engine = f" {resource.product}" if resource.product and not said else ""
    return f"{service}{engine} {what}"


_VERBS = (" allows ", " allow ", " admits ", " admit ")
"""Verbs of a step that grants access; exports from before version 0.2 contain ``admit``."""
_CLOSED = (" no access", " no public access", " only ", "nobody", "no stranger", " alone")
"""Words of a step that grants no public access; the last three are from exports before version 0.2."""
_KEYS = {
    AtRest.NONE: "not encrypted at rest",
    AtRest.PROVIDER_KEY: "encrypted with the provider's key",
    AtRest.CUSTOMER_KEY: "encrypted with your own key",
    AtRest.ENCRYPTED: "encrypted, key owner unknown",
    AtRest.UNKNOWN: "encryption at rest unknown",
}


def _states(resource: Resource) -> Iterator[str]:
    if resource.kind is not ResourceKind.HOST:
        yield _KEYS[resource.at_rest]
    if resource.kind is ResourceKind.SNAPSHOT:
        if resource.backups_public is not TriState.UNKNOWN:
            yield "anyone can restore it" if resource.backups_public is TriState.YES else "not shared publicly"
        return
    if resource.public is TriState.YES:
        yield f"public{_through(resource.path)}"
    elif resource.public is TriState.NO:
        yield f"not public according to its account{f' ({resource.path[0]})' if resource.path else ''}"
    else:
        known = [name for name in ("flag", "route", "port") if getattr(resource, name) is TriState.YES]
        yield (f"public access not fully known (yes for {', '.join(known)})" if known else "public access unknown")
    if resource.authentication is TriState.NO:
        yield "requires no login"
    if resource.in_transit is TriState.NO:
        yield "does not require TLS"


def _through(path: tuple[str, ...]) -> str:
    """The first step that grants public access, by its name."""
    open_steps = [
        step for step in path if any(verb in step for verb in _VERBS) and not any(word in step for word in _CLOSED)
    ]
    told = next(iter(open_steps or path), "")
    for verb in _VERBS:
        who, found, what = told.partition(verb)
        if found:
            return f" through {who}, which {found.strip()} {what}".rstrip(".")
    return f" ({told.rstrip('.')})" if told else ""


def _host(place: str) -> str:
    """The host of ``host:port``, IPv6 without brackets."""
    host, _, port = place.rpartition(":")
    if not port.isdigit() or not host:
        host = place
    return host.removeprefix("[").removesuffix("]").lower()


def _numeric(host: str) -> bool:
    return ":" in host or host.replace(".", "").isdigit()
