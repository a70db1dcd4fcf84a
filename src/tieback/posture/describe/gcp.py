"""Google Cloud stores in the format of its APIs: ``gcloud ... --format=json``, Asset Inventory, Steampipe.

https://cloud.google.com/sql/docs/mysql/admin-api/rest/v1/instances,
https://cloud.google.com/bigquery/docs/reference/rest/v2/datasets, https://cloud.google.com/spanner/docs/reference/rest,
https://cloud.google.com/firestore/docs/reference/rest/v1/projects.databases,
https://cloud.google.com/memorystore/docs/redis/reference/rest/v1/projects.locations.instances,
https://cloud.google.com/storage/docs/json_api/v1/buckets. Google encrypts all of them at rest; a named Cloud KMS key
belongs to the customer.
"""

import re
from collections.abc import Iterable, Iterator

from tieback.model.resource import AtRest, Dependency, Resource, ResourceKind, ServiceAddress, TriState
from tieback.posture.describe.interface import DescriptionContext, NotAResourceError, product_of
from tieback.posture.facts import ExportObject, open_ports
from tieback.posture.text import host_and_port

EVERYBODY = frozenset({"allusers", "allauthenticatedusers"})
_PORTS = {"postgresql": 5432, "mysql": 3306, "mssql": 1433}
_PROJECT = re.compile(r"projects/([^/]{1,80})")


def cloud_sql(facts: ExportObject, about: DescriptionContext) -> Iterator[Resource | Dependency]:
    """An instance of Cloud SQL."""
    its = _Its(facts, about, "sqladmin.googleapis.com", "instances")
    engine = facts.text("databaseversion", "version")
    product = product_of(engine)
    settings = facts.inner("settings")
    network = settings.inner("ipconfiguration") if "settings" in facts else facts.inner("ipconfiguration")
    addresses = tuple(
        one.text("ipaddress") for one in facts.listed("ipaddresses") if one.text("type").upper() in {"PRIMARY", ""}
    )
    flag = network.answer("ipv4enabled") if "ipv4enabled" in network else facts.answer("publicip")
    nets = [one.text("value") for one in (*network.listed("authorizednetworks"), *facts.listed("authorizednetworks"))]
    wide = [found.source for net in nets if (found := open_ports(net))]
    known = network.has("authorizednetworks", "ipv4enabled") or facts.has("authorizednetworks")
    mode = network.text("sslmode").upper() or facts.text("sslmode").upper()
    tls = TriState.of(mode != "ALLOW_UNENCRYPTED_AND_ENCRYPTED") if mode else network.answer("requiressl")
    key = facts.inner("diskencryptionconfiguration").text("kmskeyname") or facts.text("cmekkeyname", "kmskeyname")
    port = _PORTS.get(product)
    yield its.resource(
        "cloudsql",
        product,
        engine=engine,
        flag=flag,
        route=flag,
        port=TriState.of(bool(wide)) if known else TriState.UNKNOWN,
        path=tuple(f"authorized network {net}" for net in wide)
        or (("no authorized network covers the Internet",) if known else ()),
        addresses=tuple(one for one in addresses if one),
        listens=port,
        in_transit=tls,
        key=key,
        endpoints=tuple(ServiceAddress(host.rstrip(".").lower(), port) for host in (facts.text("dnsname"),) if host),
        backups=settings.inner("backupconfiguration").answer("enabled")
        if "settings" in facts
        else facts.answer("automatedbackups"),
    )


def bigquery(facts: ExportObject, about: DescriptionContext) -> Iterator[Resource | Dependency]:
    """A dataset; public if its access list contains everyone."""
    reference = facts.inner("datasetreference")
    its = _Its(
        facts,
        about,
        "bigquery.googleapis.com",
        "datasets",
        name=reference.text("datasetid") or facts.text("datasetid"),
        project=reference.text("projectid"),
    )
    access = list(facts.listed("access"))
    members = [one.text("specialgroup", "iammember") for one in access]
    public = TriState.of(_everybody(members)) if access else TriState.UNKNOWN
    key = facts.inner("defaultencryptionconfiguration").text("kmskeyname") or facts.text("kmskeyname")
    yield its.resource(
        "bigquery",
        "bigquery",
        flag=public,
        route=TriState.YES,
        port=public,
        key=key,
        path=_said(public, "its access list"),
        cloud=(f"bigquery:{its.project}",),
    )


def spanner(facts: ExportObject, about: DescriptionContext) -> Iterator[Resource | Dependency]:
    """A database of Spanner; the description of an instance contains no keys."""
    its = _Its(facts, about, "spanner.googleapis.com", "instances")
    yield its.resource("spanner", "spanner", key=facts.inner("encryptionconfig").text("kmskeyname"))


def firestore(facts: ExportObject, about: DescriptionContext) -> Iterator[Resource | Dependency]:
    """A Firestore database. Its security rules define read access; ``tieback posture rules`` reads them."""
    its = _Its(facts, about, "firestore.googleapis.com", "databases")
    key = facts.inner("cmekconfig").text("kmskeyname")
    yield its.resource(
        "firestore",
        "firestore",
        engine=facts.text("type"),
        flag=TriState.YES,
        route=TriState.YES,
        key=key,
        cloud=(f"firestore:{its.project}",),
        backups=facts.answer("pointintimerecoveryenablement"),
    )


def realtime_database(facts: ExportObject, about: DescriptionContext) -> Iterator[Resource | Dependency]:
    """A Firebase Realtime Database. Its security rules define read access; ``tieback posture rules`` reads them."""
    its = _Its(facts, about, "firebasedatabase.googleapis.com", "instances")
    host = host_and_port(facts.text("databaseurl"))[0]
    yield its.resource(
        "firebase-rtdb",
        "firebase_rtdb",
        flag=TriState.NO if facts.text("state").upper() == "DISABLED" else TriState.YES,
        route=TriState.YES,
        endpoints=(ServiceAddress(host, 443),) if host else (),
        cloud=(f"firebase-rtdb:{its.name}",),
    )


def memorystore(facts: ExportObject, about: DescriptionContext) -> Iterator[Resource | Dependency]:
    """A cache, which has only a private address."""
    its = _Its(facts, about, "redis.googleapis.com", "instances")
    product = "memcached" if "memcache" in its.key else "redis"
    mode = facts.text("transitencryptionmode").upper()
    host, port = facts.text("host", "discoveryendpoint"), facts.number("port")
    yield its.resource(
        "memorystore",
        product,
        engine=facts.text("redisversion", "memcacheversion"),
        flag=TriState.NO,
        path=("it has only a private address",),
        listens=port,
        key=facts.text("customermanagedkey", "kmskey"),
        in_transit=TriState.of(mode not in {"DISABLED", "TRANSIT_ENCRYPTION_MODE_DISABLED"})
        if mode
        else TriState.UNKNOWN,
        authentication=facts.answer("authenabled"),
        endpoints=(ServiceAddress(host.lower(), port),) if host else (),
    )


def bucket(facts: ExportObject, about: DescriptionContext) -> Iterator[Resource | Dependency]:
    """A Cloud Storage bucket; public access prevention overrides bindings and access lists."""
    name = facts.text("name", "id") or about.key.rpartition("/")[2]
    name = name.rpartition("/")[2]
    policy = facts.inner("iamconfiguration")
    prevention = (policy.text("publicaccessprevention") or facts.text("publicaccessprevention")).lower()
    flag = {"enforced": TriState.NO, "inherited": TriState.YES, "unspecified": TriState.YES}.get(
        prevention, TriState.UNKNOWN
    )
    bindings = facts.inner("iampolicy")
    lists = [one.text("entity") for one in (*facts.listed("acl"), *facts.listed("defaultobjectacl", "defaultacl"))]
    members = [member for one in bindings.listed("bindings") for member in one.texts("members")]
    public = TriState.UNKNOWN
    if "bindings" in bindings:
        public = TriState.of(_everybody([*members, *lists]))
    elif _everybody(lists):
        public = TriState.YES
    key = facts.inner("encryption").text("defaultkmskeyname") or facts.text("defaultkmskey", "defaultkmskeyname")
    yield Resource(
        key=f"//storage.googleapis.com/{name}",
        provider="gcp",
        kind=ResourceKind.BUCKET,
        account=_project(facts, about),
        region=facts.text("location").lower(),
        service="storage",
        product="gcs",
        name=name,
        endpoints=(ServiceAddress(f"{name}.storage.googleapis.com", 443),),
        cloud=(f"gcs:{name}", f"firebase-storage:{name}"),
        listens=443,
        flag=flag,
        route=TriState.YES,
        port=public,
        path=_said(public, "its IAM policy"),
        at_rest=AtRest.CUSTOMER_KEY if key else AtRest.UNKNOWN,
        key_id=key,
        logging=TriState.YES if "logging" in facts else TriState.UNKNOWN,
        source=about.source,
        seen=about.seen,
    )


def instance(facts: ExportObject, about: DescriptionContext) -> Iterator[Resource | Dependency]:
    """A machine with a public address."""
    its = _Its(facts, about, "compute.googleapis.com", "instances")
    addresses = [
        access.text("natip") for one in facts.listed("networkinterfaces") for access in one.listed("accessconfigs")
    ]
    addresses = [one for one in addresses if one]
    yield its.resource(
        "compute", "", kind=ResourceKind.HOST, flag=TriState.of(bool(addresses)), addresses=tuple(addresses)
    )


class _Its:
    """Common fields of all descriptions: project, full name, short name."""

    def __init__(
        self,
        facts: ExportObject,
        about: DescriptionContext,
        service: str,
        collection: str,
        *,
        name: str = "",
        project: str = "",
    ) -> None:
        self.about = about
        long = facts.text("name", "selflink", "id")
        self.project = project or _project(facts, about)
        self.name = name or (long.rpartition("/")[2] if long else "") or about.key.rpartition("/")[2]
        if not self.name:
            raise NotAResourceError("no name")
        if not self.project and not about.key:
            raise NotAResourceError("no project: pass --account")
        path = long[long.index("projects/") :] if "projects/" in long and collection != "datasets" else ""
        self.key = about.key or f"//{service}/{path or f'projects/{self.project}/{collection}/{self.name}'}"
        self.region = facts.text("region", "location", "locationid", "zone").rpartition("/")[2].lower() or about.region

    def resource(
        self,
        service: str,
        product: str,
        *,
        kind: ResourceKind = ResourceKind.DATABASE,
        engine: str = "",
        flag: TriState = TriState.UNKNOWN,
        route: TriState = TriState.UNKNOWN,
        port: TriState = TriState.UNKNOWN,
        path: tuple[str, ...] = (),
        key: str = "",
        in_transit: TriState = TriState.UNKNOWN,
        authentication: TriState = TriState.UNKNOWN,
        backups: TriState = TriState.UNKNOWN,
        listens: int | None = None,
        endpoints: tuple[ServiceAddress, ...] = (),
        addresses: tuple[str, ...] = (),
        cloud: tuple[str, ...] = (),
    ) -> Resource:
        return Resource(
            key=self.key,
            provider="gcp",
            kind=kind,
            account=self.project,
            region=self.region,
            service=service,
            product=product,
            engine=engine,
            name=self.name,
            endpoints=endpoints,
            addresses=addresses,
            cloud=cloud,
            listens=listens,
            flag=flag,
            route=route,
            port=port,
            path=path,
            at_rest=AtRest.CUSTOMER_KEY if key else AtRest.UNKNOWN,
            key_id=key,
            in_transit=in_transit,
            authentication=authentication,
            backups=backups,
            source=self.about.source,
            seen=self.about.seen,
        )


def _project(facts: ExportObject, about: DescriptionContext) -> str:
    for text in (facts.text("name"), facts.text("selflink"), about.key):
        found = _PROJECT.search(text)
        if found and found[1] != "_":
            return found[1]
    return facts.text("project", "projectid") or about.account or facts.text("projectnumber")


def _everybody(members: Iterable[str]) -> bool:
    return any(member.lower() in EVERYBODY for member in members)


def _said(public: TriState, what: str) -> tuple[str, ...]:
    if public is TriState.UNKNOWN:
        return ()
    return (f"{what} {'allows everyone' if public is TriState.YES else 'allows only named members'}",)
