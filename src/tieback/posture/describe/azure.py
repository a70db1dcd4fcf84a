"""Azure stores in the format of Azure Resource Manager: Resource Graph, ``az ... --output json``, Steampipe.

https://learn.microsoft.com/azure/templates/. Resource Graph and templates have the settings below ``properties``, the
CLI next to the name; both are read. The databases of an Azure SQL server are parts of the server.
"""

from collections.abc import Iterator

from tieback.model.resource import (
    AtRest,
    Dependency,
    DependencyKind,
    OpenPorts,
    Resource,
    ResourceKind,
    ServiceAddress,
    TriState,
)
from tieback.posture.describe.interface import DescriptionContext, NotAResourceError, is_positive
from tieback.posture.facts import ExportObject, open_ports, wide_range
from tieback.posture.text import host_and_port

PORTS = {"postgresql": 5432, "mysql": 3306, "mssql": 1433, "redis": 6380}


def sql_server(facts: ExportObject, about: DescriptionContext) -> Iterator[Resource | Dependency]:
    """A logical server of Azure SQL."""
    its = _Its(facts, about)
    yield its.resource(
        "sql", "mssql", its.props.text("fullyqualifieddomainname"), engine=f"mssql {its.props.text('version')}".strip()
    )


def sql_database(facts: ExportObject, about: DescriptionContext) -> Iterator[Resource | Dependency]:
    """A database of such a server, its transparent data encryption, or the encryption protector of the server."""
    its = _Its(facts, about)
    server, _, rest = its.id.partition("/databases/")
    server = server.partition("/encryptionprotector")[0]
    name = rest.partition("/")[0]
    if "/encryptionprotector" in its.id:
        kind = its.props.text("serverkeytype").lower()
        if kind in {"servicemanaged", "azurekeyvault"}:
            answer = TriState.of(kind == "azurekeyvault")
            yield Dependency(
                f"{server}#key",
                DependencyKind.KEY,
                f"key of {server.rpartition('/')[2]}",
                its.account,
                answer=answer,
                source=about.source,
                seen=about.seen,
            )
        return
    if name in {"", "master"}:
        return
    state = its.props.answer("state", "status") if "/transparentdataencryption" in its.id else TriState.UNKNOWN
    tde = its.props.inner("transparentdataencryption").answer("state", "status")
    state = state if state is not TriState.UNKNOWN else tde
    at_rest = {TriState.YES: AtRest.ENCRYPTED, TriState.NO: AtRest.NONE, TriState.UNKNOWN: AtRest.UNKNOWN}[state]
    yield Resource(
        key=server,
        provider="azure",
        kind=ResourceKind.DATABASE,
        account=its.account,
        region=its.region,
        service="sql",
        product="mssql",
        name=server.rpartition("/")[2],
        at_rest=at_rest,
        key_id=f"{server}#key",
        needs=(f"{server}#key",),
        part=name,
        source=about.source,
        seen=about.seen,
    )


def flexible_server(facts: ExportObject, about: DescriptionContext) -> Iterator[Resource | Dependency]:
    """A server of PostgreSQL, MySQL or MariaDB: flexible servers and the retired single servers."""
    its = _Its(facts, about)
    product = "postgresql" if "postgresql" in its.type else "mysql"
    network = its.props.inner("network")
    flag = network.answer("publicnetworkaccess") if "network" in its.props else its.props.answer("publicnetworkaccess")
    if network.text("delegatedsubnetresourceid"):
        flag = TriState.NO
    key = its.props.inner("dataencryption").text("type").lower()
    at_rest = {"azurekeyvault": AtRest.CUSTOMER_KEY, "systemmanaged": AtRest.PROVIDER_KEY}.get(key, AtRest.UNKNOWN)
    yield its.resource(
        "flexible-server",
        product,
        its.props.text("fullyqualifieddomainname"),
        flag=flag,
        at_rest=at_rest,
        in_transit=its.props.answer("sslenforcement"),
        engine=f"{product} {its.props.text('version')}".strip(),
        backups=is_positive(its.props.inner("backup") if "backup" in its.props else its.props, "backupretentiondays"),
    )


def cosmos(facts: ExportObject, about: DescriptionContext) -> Iterator[Resource | Dependency]:
    """A Cosmos DB account: always encrypted, always over TLS; open to all networks if no rule restricts it."""
    its = _Its(facts, about)
    props = its.props
    host = host_and_port(props.text("documentendpoint"))[0]
    mongo = facts.text("kind").lower() == "mongodb" or "mongoclusters" in its.type
    hosts = [ServiceAddress(host, 443)] if host else []
    hosts += [ServiceAddress(f"{its.name.lower()}.mongo.cosmos.azure.com", 10255)] if mongo else []
    rules = props.list("iprules")
    narrowed = bool(rules) or props.answer("isvirtualnetworkfilterenabled") is TriState.YES
    wide = any(open_ports(ExportObject(one).text("ipaddressorrange")) for one in rules if isinstance(one, dict))
    port = TriState.of(wide or not narrowed) if props.has("iprules") else TriState.UNKNOWN
    yield its.resource(
        "cosmosdb",
        "mongodb" if mongo else "cosmosdb",
        "",
        flag=props.answer("publicnetworkaccess"),
        port=port,
        path=(f"its network rules allow {'everyone' if port is TriState.YES else 'only listed networks'}",)
        if port is not TriState.UNKNOWN
        else (),
        at_rest=AtRest.CUSTOMER_KEY if props.text("keyvaultkeyuri") else AtRest.UNKNOWN,
        endpoints=tuple(hosts),
        cloud=(f"cosmosdb:{its.name.lower()}",),
        backups=TriState.YES if "backuppolicy" in props else TriState.UNKNOWN,
        engine=facts.text("kind"),
        firewall=False,
    )


def redis(facts: ExportObject, about: DescriptionContext) -> Iterator[Resource | Dependency]:
    """A cache. Without a firewall rule it admits every address, but rules are separate descriptions."""
    its = _Its(facts, about)
    plain = its.props.answer("enablenonsslport")
    off = its.props.inner("redisconfiguration").answer("authnotrequired")
    yield its.resource(
        "redis",
        "redis",
        its.props.text("hostname"),
        listens=its.props.number("sslport") or 6380,
        in_transit={TriState.YES: TriState.NO, TriState.NO: TriState.YES}.get(plain, TriState.UNKNOWN),
        authentication=TriState.NO if off is TriState.YES else TriState.YES,
        engine=f"redis {its.props.text('redisversion')}".strip(),
    )


def storage(facts: ExportObject, about: DescriptionContext) -> Iterator[Resource | Dependency]:
    """A storage account: whether containers can be public; each container's own description shows if it is."""
    its = _Its(facts, about)
    props = its.props
    if "/containers/" in its.id:
        account = its.id.partition("/blobservices/")[0]
        level = props.text("publicaccess").lower()
        if level in {"blob", "container"}:
            yield Resource(
                key=account,
                provider="azure",
                kind=ResourceKind.BUCKET,
                account=its.account,
                service="storage",
                product="azure_blob",
                name=account.rpartition("/")[2],
                port=TriState.YES,
                path=(f"container {its.name} is public ({level})",),
                part=its.name,
                source=about.source,
                seen=about.seen,
                cloud=(f"azure-blob:{account.rpartition('/')[2]}/{its.name}",),
            )
        return
    host = host_and_port(props.inner("primaryendpoints").text("blob"))[0] or f"{its.name.lower()}.blob.core.windows.net"
    rules = props.inner("networkacls", "networkruleset")
    open_net = props.answer("publicnetworkaccess")
    default = rules.text("defaultaction").lower()
    route = (
        TriState.NO
        if open_net is TriState.NO or default == "deny"
        else TriState.of(True if default == "allow" else None)
    )
    source = props.inner("encryption").text("keysource").lower()
    yield its.resource(
        "storage",
        "azure_blob",
        "",
        kind=ResourceKind.BUCKET,
        flag=props.answer("allowblobpublicaccess"),
        route=route,
        path=(f"its network rules {'deny' if route is TriState.NO else 'allow'} by default",)
        if route is not TriState.UNKNOWN
        else (),
        at_rest={"microsoft.keyvault": AtRest.CUSTOMER_KEY, "microsoft.storage": AtRest.PROVIDER_KEY}.get(
            source, AtRest.UNKNOWN
        ),
        in_transit=props.answer("supportshttpstrafficonly", "enablehttpstrafficonly"),
        endpoints=(ServiceAddress(host, 443),),
        cloud=(f"azure-blob:{its.name.lower()}",),
        firewall=False,
    )


def firewall_rule(facts: ExportObject, about: DescriptionContext) -> Iterator[Resource | Dependency]:
    """A firewall rule of a server. 0.0.0.0 to 0.0.0.0 admits every customer of Azure, which is not the Internet."""
    its = _Its(facts, about)
    server = its.id.partition("/firewallrules/")[0]
    first, last = its.props.text("startipaddress", "startip"), its.props.text("endipaddress", "endip")
    wide = wide_range(first, last)
    azure = first == last == "0.0.0.0"  # noqa: S104 - Azure's way to say its own services
    yield Dependency(
        server,
        DependencyKind.FIREWALL,
        f"firewall rule {its.name.rpartition('/')[2]}" + (" (all Azure customers)" if azure else ""),
        its.account,
        openings=(OpenPorts(0, 65535, wide),) if wide else (),
        source=about.source,
        seen=about.seen,
    )


def public_address(facts: ExportObject, about: DescriptionContext) -> Iterator[Resource | Dependency]:
    """A public address: the address of a machine for apps and probes."""
    its = _Its(facts, about)
    address = its.props.text("ipaddress")
    host = its.props.inner("dnssettings").text("fqdn")
    if address or host:
        yield its.resource(
            "network",
            "",
            host,
            kind=ResourceKind.HOST,
            flag=TriState.YES,
            addresses=(address,) if address else (),
            firewall=False,
        )


class _Its:
    """Common fields of all descriptions."""

    def __init__(self, facts: ExportObject, about: DescriptionContext) -> None:
        self.about = about
        self.id = (facts.text("id", "resourceid") or about.key).lower()
        if not self.id.startswith("/subscriptions/"):
            raise NotAResourceError("no resource id")
        self.account = facts.text("subscriptionid") or self.id.split("/")[2]
        self.region = facts.text("location", "region") or about.region
        self.name = facts.text("name") or self.id.rpartition("/")[2]
        self.type = facts.text("type").lower() or self.id
        props = facts.inner("properties")
        self.props = props if list(props.pairs()) else facts

    def resource(
        self,
        service: str,
        product: str,
        host: str,
        *,
        kind: ResourceKind = ResourceKind.DATABASE,
        flag: TriState | None = None,
        route: TriState | None = None,
        port: TriState = TriState.UNKNOWN,
        path: tuple[str, ...] = (),
        at_rest: AtRest = AtRest.UNKNOWN,
        in_transit: TriState = TriState.UNKNOWN,
        authentication: TriState = TriState.UNKNOWN,
        backups: TriState = TriState.UNKNOWN,
        listens: int | None = None,
        endpoints: tuple[ServiceAddress, ...] = (),
        addresses: tuple[str, ...] = (),
        cloud: tuple[str, ...] = (),
        engine: str = "",
        firewall: bool = True,
    ) -> Resource:
        """The resource. A service with public network access has a route from the Internet by itself."""
        port_number = listens or PORTS.get(product)
        switch = self.props.answer("publicnetworkaccess") if flag is None else flag
        path = (
            path
            if switch is TriState.UNKNOWN
            else (f"public access is {'on' if switch is TriState.YES else 'off'}", *path)
        )
        return Resource(
            key=self.id,
            provider="azure",
            kind=kind,
            account=self.account,
            region=self.region,
            service=service,
            product=product,
            engine=engine,
            name=self.name,
            endpoints=endpoints or ((ServiceAddress(host.lower(), port_number),) if host else ()),
            addresses=addresses,
            cloud=cloud,
            listens=port_number,
            flag=switch,
            route=switch if route is None else route,
            port=port,
            path=path,
            at_rest=at_rest,
            in_transit=in_transit,
            authentication=authentication,
            backups=backups,
            needs=(self.id,) if firewall else (),
            source=self.about.source,
            seen=self.about.seen,
        )
