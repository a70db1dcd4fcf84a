"""Read-only conversations with data stores: one noun a store, sans-I/O, every send declared."""

from tieback.probes.algolia import AlgoliaProbe
from tieback.probes.amqp.probe import AmqpProbe
from tieback.probes.appwrite import AppwriteProbe
from tieback.probes.arangodb import ArangodbProbe
from tieback.probes.azure_blob import AzureBlobProbe
from tieback.probes.bolt.probe import BoltProbe
from tieback.probes.cassandra.probe import CassandraProbe
from tieback.probes.chroma import ChromaProbe
from tieback.probes.clickhouse import ClickhouseProbe
from tieback.probes.clickhouse_native.probe import ClickhouseNativeProbe
from tieback.probes.consul import ConsulProbe
from tieback.probes.couchbase import CouchbaseProbe
from tieback.probes.couchdb import CouchdbProbe
from tieback.probes.docker_api import DockerApiProbe
from tieback.probes.docker_registry import DockerRegistryProbe
from tieback.probes.drda import DrdaProbe
from tieback.probes.elasticsearch.probe import ElasticsearchProbe
from tieback.probes.elasticsearch_transport import ElasticsearchTransportProbe
from tieback.probes.etcd import EtcdProbe
from tieback.probes.finder import WebFinder
from tieback.probes.firebase_rtdb import FirebaseRtdbProbe
from tieback.probes.firebase_storage import FirebaseStorageProbe
from tieback.probes.firestore import FirestoreProbe
from tieback.probes.ftp.probe import FtpProbe
from tieback.probes.gcs import GcsProbe
from tieback.probes.grafana import GrafanaProbe
from tieback.probes.hasura import HasuraProbe
from tieback.probes.hdfs import HdfsProbe
from tieback.probes.influxdb import InfluxdbProbe
from tieback.probes.interface import Probe
from tieback.probes.jenkins import JenkinsProbe
from tieback.probes.kafka.probe import KafkaProbe
from tieback.probes.kibana import KibanaProbe
from tieback.probes.kubernetes import KubernetesProbe
from tieback.probes.ldap.probe import LdapProbe
from tieback.probes.meilisearch import MeilisearchProbe
from tieback.probes.memcached import MemcachedProbe
from tieback.probes.milvus import MilvusProbe
from tieback.probes.mongodb.probe import MongodbProbe
from tieback.probes.mqtt.probe import MqttProbe
from tieback.probes.mssql import MssqlProbe
from tieback.probes.mysql.probe import MysqlProbe
from tieback.probes.nats import NatsProbe
from tieback.probes.nats_client import NatsClientProbe
from tieback.probes.neo4j import Neo4jProbe
from tieback.probes.oracle import OracleProbe
from tieback.probes.parse import ParseProbe
from tieback.probes.pocketbase import PocketbaseProbe
from tieback.probes.postgresql.probe import PostgresqlProbe
from tieback.probes.postgrest import PostgrestProbe
from tieback.probes.prometheus import PrometheusProbe
from tieback.probes.qdrant import QdrantProbe
from tieback.probes.rabbitmq import RabbitmqProbe
from tieback.probes.redis.probe import RedisProbe
from tieback.probes.rethinkdb import RethinkdbProbe
from tieback.probes.rsync import RsyncProbe
from tieback.probes.s3 import S3Probe
from tieback.probes.smb import SmbProbe
from tieback.probes.solr import SolrProbe
from tieback.probes.typesense import TypesenseProbe
from tieback.probes.weaviate import WeaviateProbe
from tieback.probes.web import WebStore
from tieback.probes.zookeeper.probe import ZookeeperProbe

WEB_STORES: tuple[WebStore, ...] = (
    CouchdbProbe(),
    InfluxdbProbe(),
    S3Probe(),
    AzureBlobProbe(),
    GcsProbe(),
    EtcdProbe(),
    ParseProbe(),
    DockerRegistryProbe(),
    NatsProbe(),
    PocketbaseProbe(),
    ChromaProbe(),
    FirebaseRtdbProbe(),
    FirebaseStorageProbe(),
    ArangodbProbe(),
    ClickhouseProbe(),
    HdfsProbe(),
    MeilisearchProbe(),
    MilvusProbe(),
    PostgrestProbe(),
    QdrantProbe(),
    SolrProbe(),
    TypesenseProbe(),
    WeaviateProbe(),
    ConsulProbe(),
    CouchbaseProbe(),
    DockerApiProbe(),
    GrafanaProbe(),
    HasuraProbe(),
    JenkinsProbe(),
    KibanaProbe(),
    KubernetesProbe(),
    Neo4jProbe(),
    PrometheusProbe(),
    RabbitmqProbe(),
    RethinkdbProbe(),
    FirestoreProbe(),
    AlgoliaProbe(),
    AppwriteProbe(),
)
"""Stores that speak HTTP, in the order in which the finder asks those that ``GET /`` leaves possible."""

PROBES: tuple[Probe, ...] = (
    RedisProbe(),
    ElasticsearchProbe(),
    WebFinder(WEB_STORES),
    MemcachedProbe(),
    MongodbProbe(),
    LdapProbe(),
    AmqpProbe(),
    ZookeeperProbe(),
    MqttProbe(),
    PostgresqlProbe(),
    KafkaProbe(),
    MysqlProbe(),
    NatsClientProbe(),
    CassandraProbe(),
    MssqlProbe(),
    BoltProbe(),
    FtpProbe(),
    RsyncProbe(),
    ElasticsearchTransportProbe(),
    SmbProbe(),
    DrdaProbe(),
    OracleProbe(),
    *WEB_STORES,
    ClickhouseNativeProbe(),
)
"""Every probe, in the order in which an unknown port is asked soonest: each one's first bytes make the servers of those
below answer or close at once, instead of waiting for more. The finder stands for the stores that speak HTTP."""
