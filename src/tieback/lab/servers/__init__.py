"""How each of the lab's servers is started, filled and counted."""

from tieback.lab.interface import LabProduct
from tieback.lab.servers.azurite import KIND as AZURITE
from tieback.lab.servers.cassandra import KIND as CASSANDRA
from tieback.lab.servers.chroma import KIND as CHROMA
from tieback.lab.servers.couchdb import KIND as COUCHDB
from tieback.lab.servers.docker_registry import KIND as DOCKER_REGISTRY
from tieback.lab.servers.emulations import KIND as EMULATIONS
from tieback.lab.servers.etcd import KIND as ETCD
from tieback.lab.servers.file_servers import RSYNC, SAMBA, VSFTPD
from tieback.lab.servers.http_server import KIND as HTTP_SERVER
from tieback.lab.servers.influxdb import KIND as INFLUXDB
from tieback.lab.servers.mariadb import KIND as MARIADB
from tieback.lab.servers.memcached import KIND as MEMCACHED
from tieback.lab.servers.mosquitto import KIND as MOSQUITTO
from tieback.lab.servers.nats import KIND as NATS
from tieback.lab.servers.parse import KIND as PARSE
from tieback.lab.servers.pocketbase import KIND as POCKETBASE
from tieback.lab.servers.pouchdb import KIND as POUCHDB
from tieback.lab.servers.prometheus import KIND as PROMETHEUS
from tieback.lab.servers.rabbitmq import KIND as RABBITMQ
from tieback.lab.servers.redis import KIND as REDIS
from tieback.lab.servers.redis import SENTINEL
from tieback.lab.servers.search_engines import ELASTICSEARCH, OPENSEARCH
from tieback.lab.servers.seaweedfs import KIND as SEAWEEDFS
from tieback.lab.servers.slapd import KIND as SLAPD
from tieback.lab.servers.solr import KIND as SOLR
from tieback.lab.servers.zookeeper import KIND as ZOOKEEPER

KINDS: tuple[LabProduct, ...] = (
    # The slowest first: the others start meanwhile.
    CASSANDRA,
    ELASTICSEARCH,
    OPENSEARCH,
    SOLR,
    COUCHDB,
    RABBITMQ,
    MARIADB,
    ZOOKEEPER,
    SEAWEEDFS,
    PARSE,
    AZURITE,
    CHROMA,
    POUCHDB,
    MOSQUITTO,
    ETCD,
    MEMCACHED,
    REDIS,
    SENTINEL,
    INFLUXDB,
    PROMETHEUS,
    DOCKER_REGISTRY,
    NATS,
    SLAPD,
    POCKETBASE,
    RSYNC,
    VSFTPD,
    SAMBA,
    HTTP_SERVER,
    EMULATIONS,
)
"""Servers from Debian packages, PyPI and npm, those that the user unpacks, and those of this Python.

``lab.up`` and ``lab.fill`` know the servers of the ``lab`` extra.
"""
