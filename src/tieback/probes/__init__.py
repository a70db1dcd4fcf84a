"""Read-only conversations with data stores: one noun a store, sans-I/O, every send declared."""

from tieback.probes.elasticsearch.probe import ElasticsearchProbe
from tieback.probes.interface import Probe
from tieback.probes.mongodb.probe import MongodbProbe
from tieback.probes.mysql.probe import MysqlProbe
from tieback.probes.postgresql.probe import PostgresqlProbe
from tieback.probes.redis.probe import RedisProbe

PROBES: tuple[Probe, ...] = (
    RedisProbe(),
    ElasticsearchProbe(),
    MongodbProbe(),
    PostgresqlProbe(),
    MysqlProbe(),
)
"""Every probe, in the order in which an unknown port is asked soonest: each one's first bytes make the servers of those
below answer or close at once, instead of waiting for more."""
