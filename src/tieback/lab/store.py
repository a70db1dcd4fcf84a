"""What a labelled data store is: where it stands, what it holds, and what an honest probe must say of it."""

from enum import StrEnum
from typing import Any

import msgspec

from tieback.lab.login import Login
from tieback.model.probe import Access, RansomVerdict
from tieback.model.public_key import PublicKey

NETWORK = "127.77.0.0/16"
"""Every store of the lab, and nothing else, lies in it."""
KEEPER = Login("keeper", "meadow-lantern-41")
"""The account of the protected stores; only the loaders use it."""


class State(StrEnum):
    """How a store was set up."""

    OPEN = "open"
    PROTECTED = "protected"
    EMPTY = "empty"
    RANSOMED = "ransomed"
    WIPED = "wiped"


class Server(StrEnum):
    """Which program serves it."""

    OSMEM = "osmem"
    MONGOD = "mongod"
    POSTGRES = "postgres"
    VALKEY = "valkey"
    WORKHUB_API = "workhub-api"
    MEMCACHED = "memcached"
    MOSQUITTO = "mosquitto"
    REDIS = "redis"
    SENTINEL = "redis-sentinel"
    MARIADB = "mariadb"
    INFLUXDB = "influxdb"
    PROMETHEUS = "prometheus"
    ETCD = "etcd"
    REGISTRY = "docker-registry"
    NATS = "nats"
    ZOOKEEPER = "zookeeper"
    SLAPD = "slapd"
    RABBITMQ = "rabbitmq"
    POCKETBASE = "pocketbase"
    PARSE = "parse-server"
    POUCHDB = "pouchdb-server"
    CHROMA = "chroma"
    SEAWEEDFS = "seaweedfs"
    AZURITE = "azurite"
    RSYNC = "rsync"
    VSFTPD = "vsftpd"
    SAMBA = "samba"
    ELASTICSEARCH = "elasticsearch"
    OPENSEARCH = "opensearch"
    CASSANDRA = "cassandra"
    SOLR = "solr"
    COUCHDB = "couchdb"


class Holding(msgspec.Struct, frozen=True):
    """A container that the lab fills."""

    path: tuple[str, ...]
    """As a probe names it, from the outermost name inwards."""
    dataset: str
    """Which of ``people``'s tables it holds; empty where its loader makes something else, such as files."""
    records: int


class Store(msgspec.Struct, frozen=True, kw_only=True):
    """One labelled server."""

    name: str
    """For the command line."""
    host: str
    """Its name in the grant's host table."""
    server: Server
    product: str
    """As a probe reports it."""
    address: str
    port: int
    """The product's usual one."""
    state: State
    holdings: tuple[Holding, ...] = ()
    access: Access
    """What a probe must say under the lab's own grant, which names no passwordless account."""
    ransom: RansomVerdict = RansomVerdict.NONE
    """What the assessment must say, without reading a note."""
    tls: bool = False
    """Whether it speaks TLS only, with a certificate by the lab's own authority."""
    names: tuple[str, ...] = ()
    """Containers that an app would name there, for stores that list nothing to strangers."""
    keys: tuple[PublicKey, ...] = ()
    """Keys that are public by design and that an app would carry."""
    named_access: Access | None = None
    """What a probe must say when it is given those names and keys; ``None`` where they change nothing."""
    demo: bool = False
    """Part of ``--demo``."""
    operator: bool = False
    """Only started from a program that the operator has unpacked and names."""
    emulation: bool = False
    is_store: bool = True
    """``False`` for the API, which holds nothing."""

    @property
    def records(self) -> int:
        """Records over all holdings."""
        return sum(holding.records for holding in self.holdings)


def lab_store(name: str, server: Server, place: int, port: int, state: State, access: Access, **more: Any) -> Store:
    """A store of the lab's own, ``<name>.lab.test`` at ``127.77.0.<place>``; ``more``: other fields of ``Store``."""
    return Store(
        name=name,
        host=f"{name}.lab.test",
        server=server,
        product=more.pop("product", server.value),
        address=f"127.77.0.{place}",
        port=port,
        state=state,
        access=access,
        **more,
    )
