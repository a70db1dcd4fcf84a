"""Read-only conversations with data stores: one module or package per store, no I/O, every send declared."""

from tieback.probes.finder import WebFinder
from tieback.probes.interface import Probe
from tieback.probes.stores.algolia import AlgoliaProbe
from tieback.probes.stores.amqp.probe import AmqpProbe
from tieback.probes.stores.appwrite import AppwriteProbe
from tieback.probes.stores.arangodb import ArangodbProbe
from tieback.probes.stores.azure_blob import AzureBlobProbe
from tieback.probes.stores.bolt.probe import BoltProbe
from tieback.probes.stores.cassandra.probe import CassandraProbe
from tieback.probes.stores.chroma import ChromaProbe
from tieback.probes.stores.clickhouse import ClickhouseProbe
from tieback.probes.stores.clickhouse_native.probe import ClickhouseNativeProbe
from tieback.probes.stores.consul import ConsulProbe
from tieback.probes.stores.couchbase import CouchbaseProbe
from tieback.probes.stores.couchdb import CouchdbProbe
from tieback.probes.stores.dask import DaskProbe
from tieback.probes.stores.dask_scheduler import DaskSchedulerProbe
from tieback.probes.stores.datasette import DatasetteProbe
from tieback.probes.stores.directory_listing import DirectoryListingProbe
from tieback.probes.stores.directus import DirectusProbe
from tieback.probes.stores.docker_api import DockerApiProbe
from tieback.probes.stores.docker_registry import DockerRegistryProbe
from tieback.probes.stores.drda import DrdaProbe
from tieback.probes.stores.elasticsearch.probe import ElasticsearchProbe
from tieback.probes.stores.elasticsearch_transport import ElasticsearchTransportProbe
from tieback.probes.stores.etcd import EtcdProbe
from tieback.probes.stores.firebase_rtdb import FirebaseRtdbProbe
from tieback.probes.stores.firebase_storage import FirebaseStorageProbe
from tieback.probes.stores.firestore import FirestoreProbe
from tieback.probes.stores.flink import FlinkProbe
from tieback.probes.stores.flower import FlowerProbe
from tieback.probes.stores.flowise import FlowiseProbe
from tieback.probes.stores.ftp.probe import FtpProbe
from tieback.probes.stores.gcs import GcsProbe
from tieback.probes.stores.gradio import GradioProbe
from tieback.probes.stores.grafana import GrafanaProbe
from tieback.probes.stores.hasura import HasuraProbe
from tieback.probes.stores.hdfs import HdfsProbe
from tieback.probes.stores.ignite import IgniteProbe
from tieback.probes.stores.influxdb import InfluxdbProbe
from tieback.probes.stores.jenkins import JenkinsProbe
from tieback.probes.stores.jupyter import JupyterProbe
from tieback.probes.stores.kafka.probe import KafkaProbe
from tieback.probes.stores.kibana import KibanaProbe
from tieback.probes.stores.kubernetes import KubernetesProbe
from tieback.probes.stores.langflow import LangflowProbe
from tieback.probes.stores.ldap.probe import LdapProbe
from tieback.probes.stores.marimo import MarimoProbe
from tieback.probes.stores.mcp.probe import McpProbe
from tieback.probes.stores.meilisearch import MeilisearchProbe
from tieback.probes.stores.memcached import MemcachedProbe
from tieback.probes.stores.milvus import MilvusProbe
from tieback.probes.stores.minio_console import MinioConsoleProbe
from tieback.probes.stores.mlflow import MlflowProbe
from tieback.probes.stores.mongodb.probe import MongodbProbe
from tieback.probes.stores.mqtt.probe import MqttProbe
from tieback.probes.stores.mssql import MssqlProbe
from tieback.probes.stores.mysql.probe import MysqlProbe
from tieback.probes.stores.n8n import N8nProbe
from tieback.probes.stores.nats import NatsProbe
from tieback.probes.stores.nats_client import NatsClientProbe
from tieback.probes.stores.neo4j import Neo4jProbe
from tieback.probes.stores.node_red import NodeRedProbe
from tieback.probes.stores.ollama import OllamaProbe
from tieback.probes.stores.open_webui import OpenWebuiProbe
from tieback.probes.stores.openai_compatible import OpenaiCompatibleProbe
from tieback.probes.stores.openwire import OpenwireProbe
from tieback.probes.stores.oracle import OracleProbe
from tieback.probes.stores.parse import ParseProbe
from tieback.probes.stores.pocketbase import PocketbaseProbe
from tieback.probes.stores.postgresql.probe import PostgresqlProbe
from tieback.probes.stores.postgrest import PostgrestProbe
from tieback.probes.stores.prefect import PrefectProbe
from tieback.probes.stores.prometheus import PrometheusProbe
from tieback.probes.stores.qdrant import QdrantProbe
from tieback.probes.stores.rabbitmq import RabbitmqProbe
from tieback.probes.stores.ray import RayProbe
from tieback.probes.stores.rclone_rcd import RcloneRcdProbe
from tieback.probes.stores.redis.probe import RedisProbe
from tieback.probes.stores.redis_commander import RedisCommanderProbe
from tieback.probes.stores.restic_rest import ResticRestProbe
from tieback.probes.stores.rethinkdb import RethinkdbProbe
from tieback.probes.stores.rsync.probe import RsyncProbe
from tieback.probes.stores.s3 import S3Probe
from tieback.probes.stores.smb import SmbProbe
from tieback.probes.stores.solr import SolrProbe
from tieback.probes.stores.spark import SparkProbe
from tieback.probes.stores.spring_actuator import SpringActuatorProbe
from tieback.probes.stores.sqlite_web import SqliteWebProbe
from tieback.probes.stores.stomp import StompProbe
from tieback.probes.stores.strapi import StrapiProbe
from tieback.probes.stores.streamlit import StreamlitProbe
from tieback.probes.stores.supabase_storage import SupabaseStorageProbe
from tieback.probes.stores.sync_gateway import SyncGatewayProbe
from tieback.probes.stores.triton import TritonProbe
from tieback.probes.stores.typesense import TypesenseProbe
from tieback.probes.stores.vault import VaultProbe
from tieback.probes.stores.victoriametrics import VictoriametricsProbe
from tieback.probes.stores.weaviate import WeaviateProbe
from tieback.probes.stores.webdav import WebdavProbe
from tieback.probes.stores.xano import XanoProbe
from tieback.probes.stores.zipkin import ZipkinProbe
from tieback.probes.stores.zookeeper.probe import ZookeeperProbe
from tieback.probes.web import HttpProbe

WEB_STORES: tuple[HttpProbe, ...] = (
    WebdavProbe(),
    VaultProbe(),
    SpringActuatorProbe(),
    IgniteProbe(),
    RcloneRcdProbe(),
    JupyterProbe(),
    DaskProbe(),
    ZipkinProbe(),
    MarimoProbe(),
    SyncGatewayProbe(),
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
    DirectusProbe(),
    MlflowProbe(),
    GradioProbe(),
    StreamlitProbe(),
    RayProbe(),
    LangflowProbe(),
    FlowiseProbe(),
    N8nProbe(),
    PrefectProbe(),
    FlowerProbe(),
    NodeRedProbe(),
    SparkProbe(),
    FlinkProbe(),
    StrapiProbe(),
    ChromaProbe(),
    FirebaseRtdbProbe(),
    FirebaseStorageProbe(),
    ArangodbProbe(),
    ClickhouseProbe(),
    HdfsProbe(),
    MeilisearchProbe(),
    MilvusProbe(),
    PostgrestProbe(),
    SupabaseStorageProbe(),
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
    DatasetteProbe(),
    RedisCommanderProbe(),
    ResticRestProbe(),
    SqliteWebProbe(),
    OllamaProbe(),
    OpenWebuiProbe(),
    OpenaiCompatibleProbe(),
    TritonProbe(),
    McpProbe(),
    VictoriametricsProbe(),
    MinioConsoleProbe(),
    XanoProbe(),
    DirectoryListingProbe(),
)
"""Stores that speak HTTP, in the order in which the finder sends their identifying requests. It skips those that the
answer to ``GET /`` rules out."""

PROBES: tuple[Probe, ...] = (
    RedisProbe(),
    ElasticsearchProbe(),
    WebFinder(WEB_STORES),
    MemcachedProbe(),
    MongodbProbe(),
    LdapProbe(),
    AmqpProbe(),
    StompProbe(),
    ZookeeperProbe(),
    MqttProbe(),
    PostgresqlProbe(),
    KafkaProbe(),
    MysqlProbe(),
    OpenwireProbe(),
    NatsClientProbe(),
    DaskSchedulerProbe(),
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
"""Every probe, in the order in which an unknown port is probed.

The order saves time: the first bytes of each probe make servers of the later ones answer or close at once instead of
waiting for more. The finder covers all stores that speak HTTP.
"""
