"""Read-only conversations with data stores: one noun a store, sans-I/O, every send declared."""

from tieback.probes.elasticsearch.probe import ElasticsearchProbe
from tieback.probes.interface import Probe
from tieback.probes.mongodb.probe import MongodbProbe
from tieback.probes.mysql.probe import MysqlProbe
from tieback.probes.postgresql.probe import PostgresqlProbe
from tieback.probes.redis.probe import RedisProbe

PROBES: tuple[Probe, ...] = (
    MysqlProbe(),
    RedisProbe(),
    PostgresqlProbe(),
    MongodbProbe(),
    ElasticsearchProbe(),
)
"""Every probe, those first that find out soonest that something else answers."""
