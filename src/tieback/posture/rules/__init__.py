"""Offline readers of access rules: who can read and write what, and the line that allows it."""

from tieback.model.errors import UsageError
from tieback.posture.rules.amplify import Amplify
from tieback.posture.rules.appwrite import Appwrite
from tieback.posture.rules.azure_container import AzureContainer
from tieback.posture.rules.cassandra_yaml import CassandraYaml
from tieback.posture.rules.containers.compose import Compose
from tieback.posture.rules.containers.kubernetes import Kubernetes
from tieback.posture.rules.convex import Convex
from tieback.posture.rules.couchdb_ini import CouchdbIni
from tieback.posture.rules.directus import Directus
from tieback.posture.rules.elasticsearch_yml import ElasticsearchYml
from tieback.posture.rules.etcd_conf import EtcdConf
from tieback.posture.rules.firebase_rtdb import FirebaseRtdb
from tieback.posture.rules.firestore import Firestore
from tieback.posture.rules.gcs_iam import GcsIam
from tieback.posture.rules.hasura import Hasura
from tieback.posture.rules.instantdb import InstantDb
from tieback.posture.rules.interface import RulesReader
from tieback.posture.rules.mongod_conf import MongodConf
from tieback.posture.rules.mosquitto_conf import MosquittoConf
from tieback.posture.rules.mysql_grants import MysqlGrants
from tieback.posture.rules.opensearch_security import OpensearchSecurity
from tieback.posture.rules.pg_hba import PgHba
from tieback.posture.rules.pocketbase import PocketBase
from tieback.posture.rules.rabbitmq_conf import RabbitmqConf
from tieback.posture.rules.redis_conf import RedisConf
from tieback.posture.rules.s3 import S3
from tieback.posture.rules.source import RulesText
from tieback.posture.rules.sql_connect import SqlConnect
from tieback.posture.rules.sql_policies import SqlPolicies

READERS: tuple[RulesReader, ...] = (
    Compose(),
    Kubernetes(),
    Firestore(),
    FirebaseRtdb(),
    SqlConnect(),
    InstantDb(),
    Amplify(),
    Convex(),
    Appwrite(),
    PocketBase(),
    Directus(),
    Hasura(),
    S3(),
    GcsIam(),
    AzureContainer(),
    SqlPolicies(),
    MysqlGrants(),
    PgHba(),
    OpensearchSecurity(),
    ElasticsearchYml(),
    MongodConf(),
    CassandraYaml(),
    EtcdConf(),
    RabbitmqConf(),
    CouchdbIni(),
    RedisConf(),
    MosquittoConf(),
)
"""Every reader; the first one that recognises a file reads it, so the most specific ones come first."""


def reader_named(name: str) -> RulesReader:
    """The reader of a kind. Raises ``UsageError`` for an unknown kind, with a list of the known ones."""
    for reader in READERS:
        if reader.meta.name == name:
            return reader
    known = ", ".join(sorted(reader.meta.name for reader in READERS))
    raise UsageError(f"unknown kind of rules {name}", advice=f"Choose one of {known}")


def reader_for(text: RulesText) -> RulesReader:
    """The reader that recognises a file. Raises ``UsageError`` if there is none."""
    for reader in READERS:
        if reader.recognises(text):
            return reader
    known = ", ".join(sorted(reader.meta.name for reader in READERS))
    raise UsageError("unknown rules format", where=text.path, advice=f"Pass --kind, one of {known}")
