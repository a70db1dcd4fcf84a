"""Clusters and access lists of MongoDB Atlas, in the format of its Administration API.

https://www.mongodb.com/docs/api/doc/atlas-admin-api-v2/. A cluster always has public names; the access list of its
project defines which addresses can connect. The cloud provider always encrypts the volumes.
``encryptionAtRestProvider`` shows whether a customer key is added.
"""

from collections.abc import Iterator

from tieback.model.resource import AtRest, Dependency, DependencyKind, Resource, ResourceKind, ServiceAddress, TriState
from tieback.posture.describe.interface import DescriptionContext, NotAResourceError
from tieback.posture.facts import ExportObject, open_ports
from tieback.posture.text import host_and_port

_MAX_HOSTS = 64


def cluster(facts: ExportObject, about: DescriptionContext) -> Iterator[Resource | Dependency]:
    """A cluster."""
    name = facts.text("name") or about.name
    project = facts.text("groupid", "projectid") or about.account
    if not name or not project:
        raise NotAResourceError("no cluster or project name")
    strings = facts.inner("connectionstrings")
    hosts = [
        part.rpartition("@")[2].partition("/")[0]
        for text in (
            strings.text("standardsrv") or facts.text("srvaddress"),
            strings.text("standard") or facts.text("mongouri"),
        )
        for part in text.partition("://")[2].partition("/")[0].split(",")[:_MAX_HOSTS]
    ]
    key = facts.text("encryptionatrestprovider").upper()
    yield Resource(
        key=f"atlas:{project}/{name}",
        provider="mongodb-atlas",
        kind=ResourceKind.DATABASE,
        account=project,
        region=_region(facts),
        service="atlas",
        product="mongodb",
        engine=f"mongodb {facts.text('mongodbversion', 'mongodbmajorversion')}".strip(),
        name=name,
        endpoints=tuple(dict.fromkeys(place for host in hosts if (place := _place(host)).host)),
        listens=27017,
        flag=TriState.NO if facts.answer("paused") is TriState.YES else TriState.YES,
        route=TriState.YES,
        at_rest=AtRest.UNKNOWN if key in {"", "NONE"} else AtRest.CUSTOMER_KEY,
        backups=facts.answer("backupenabled", "providerbackupenabled"),
        needs=(f"atlas:{project}",),
        source=about.source,
        seen=about.seen,
    )


def access_list(facts: ExportObject, about: DescriptionContext) -> Iterator[Resource | Dependency]:
    """An entry of a project's access list."""
    project = facts.text("groupid", "projectid") or about.account
    net = facts.text("cidrblock", "ipaddress")
    if not project or not net:
        raise NotAResourceError("no network or project")
    found = open_ports(net)
    yield Dependency(
        f"atlas:{project}",
        DependencyKind.FIREWALL,
        f"access list entry {net}",
        project,
        openings=(found,) if found else (),
        source=about.source,
        seen=about.seen,
    )


def _place(text: str) -> ServiceAddress:
    host, port = host_and_port(text)
    return ServiceAddress(host, port or 27017)


def _region(facts: ExportObject) -> str:
    settings = facts.inner("providersettings").text("regionname")
    if settings:
        return settings
    for spec in facts.listed("replicationspecs"):
        for one in spec.listed("regionconfigs"):
            return one.text("regionname")
    return ""
