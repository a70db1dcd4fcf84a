"""A labelled data store: its location, its records, and the expected result of a probe."""

from enum import StrEnum
from typing import Any

import msgspec

from tieback.lab.login import Login
from tieback.model.probe import Access, RansomVerdict
from tieback.model.public_key import PublicKey

NETWORK = "127.77.0.0/16"
"""Contains every store of the lab, and nothing else."""
LAB_ACCOUNT = Login("keeper", "meadow-lantern-41")
"""The account of the protected stores; only the loaders use it."""


class StoreState(StrEnum):
    """Configuration of a store."""

    OPEN = "open"
    PROTECTED = "protected"
    EMPTY = "empty"
    RANSOMED = "ransomed"
    WIPED = "wiped"
    UNINITIALISED = "uninitialised"
    """It has no owner yet: the first client can become it."""
    DECOY = "decoy"
    """No store: a server that gives the same answer to every request."""


class ServerProgram(StrEnum):
    """The program of a store."""

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
    PYTHON_HTTP_SERVER = "python-http-server"
    EMULATIONS = "emulations"
    ELASTICSEARCH = "elasticsearch"
    OPENSEARCH = "opensearch"
    CASSANDRA = "cassandra"
    SOLR = "solr"
    COUCHDB = "couchdb"


class Holding(msgspec.Struct, frozen=True):
    """A container that the lab fills."""

    path: tuple[str, ...]
    """Names from the outermost inwards, as in a probe report."""
    dataset: str
    """The table of ``people`` that it contains; empty if its loader creates other data, such as files."""
    records: int


class LabStore(msgspec.Struct, frozen=True, kw_only=True):
    """One labelled server."""

    name: str
    """Name on the command line."""
    host: str
    """Its name in the grant's host table."""
    server: ServerProgram
    product: str
    """Product as a probe reports it; empty if it shows none."""
    address: str
    port: int
    """The usual port of the product."""
    state: StoreState
    holdings: tuple[Holding, ...] = ()
    access: Access
    """Expected access state under the lab's own grant, which names no passwordless account."""
    ransom: RansomVerdict = RansomVerdict.NONE
    """Expected verdict of the assessment, without reading a note."""
    tls: bool = False
    """True if it uses only TLS, with a certificate of the lab's authority."""
    names: tuple[str, ...] = ()
    """Containers that an app would name, for stores without anonymous listing."""
    keys: tuple[PublicKey, ...] = ()
    """Keys that are public by design and that an app would contain."""
    named_access: Access | None = None
    """Expected access state if the probe receives these names and keys; ``None`` if they change nothing."""
    demo: bool = False
    """Part of ``--demo``."""
    operator: bool = False
    """Started only from a program that the user has unpacked and named."""
    emulation: bool = False
    is_store: bool = True
    """``False`` for the API and for decoys, which contain no records."""

    @property
    def records(self) -> int:
        """Records over all holdings."""
        return sum(holding.records for holding in self.holdings)


def lab_store(
    name: str, server: ServerProgram, place: int, port: int, state: StoreState, access: Access, **more: Any
) -> LabStore:
    """A store of the lab, ``<name>.lab.test`` at ``127.77.0.<place>``; ``more``: other fields of ``LabStore``."""
    return LabStore(
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
