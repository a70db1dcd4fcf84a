"""Contact points and keyspace of Cassandra and ScyllaDB in configuration files: two keys that form one endpoint.

``spring.cassandra.contact-points`` and ``spring.cassandra.keyspace-name`` of Spring Boot, ``basic.contact-points`` and
``basic.session-keyspace`` of the DataStax drivers, ``CASSANDRA_CONTACT_POINTS`` and ``CASSANDRA_KEYSPACE`` of
environments. The result is the endpoint of the connection string ``cassandra://host:9042/keyspace``.

Sources: https://docs.spring.io/spring-boot/appendix/application-properties/,
https://docs.datastax.com/en/developer/java-driver/4.17/manual/core/configuration/reference/
"""

import re
from collections.abc import Iterator, Sequence

from tieback.intake.apps.interface import Buffer
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.sighting import Evidence, NotBackend, Sighting
from tieback.recognise.context import match_context
from tieback.recognise.endpoints.hosts import EndpointHost, NonBackendHost, check_host, check_port
from tieback.recognise.rules import RuleFiles
from tieback.recognise.settings.key_values import Pair, plain_key

RULE = "contact-points"
PORT = 9042
"""Default port of CQL."""
MAX_POINTS = 16
_CLUSTER = lazy_pattern(r"(?i)cassandra|scylla")
_POINTS = ("contactpoints", "contactpoint")
_NODES = ("hosts", "host", "nodes", "node", "seeds")
"""Keys that name contact points only if the rest of the key names the product."""
_KEYSPACES = ("keyspace", "keyspacename", "sessionkeyspace")
_KEYSPACE = lazy_pattern(r"[A-Za-z0-9_]{1,48}")
_POINT = lazy_pattern(r"(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9][A-Za-z0-9.-]{0,252})(?::(\d{1,5}))?")


def contact_points(pairs: Sequence[Pair], buffer: Buffer, rules: RuleFiles) -> Iterator[Sighting | NotBackend]:
    """The endpoints that the pairs of one file name.

    Args:
        pairs: keys and values of the file, in their order.
        buffer: the file.
        rules: what is no host, and no back end.
    """
    points = [pair for pair in pairs if _ends_with(pair.key, _POINTS) or _is_node(pair.key)]
    if not points:
        return
    keyspace = _value_of(pairs, _KEYSPACES, _KEYSPACE)
    port = check_port(_value_of([pair for pair in pairs if _CLUSTER.search(pair.key)], ("port",), re.compile(r"\d+")))
    usual = port if isinstance(port, int) else PORT
    hosts = [(pair.key, part.strip(" \"'[]")) for pair in points for part in pair.value.split(",")]
    for key, text in hosts[:MAX_POINTS]:
        found = _POINT.fullmatch(text)
        if found is None:
            continue
        own = check_port(found[2]) if found[2] else usual
        host = check_host(found[1], rules)
        if not isinstance(own, int) or not isinstance(host, EndpointHost | NonBackendHost):
            continue
        place = host.host if isinstance(host, NonBackendHost) else host
        value = f"cassandra://{place.bracketed}:{own}" + (f"/{keyspace}" if keyspace else "")
        if isinstance(host, NonBackendHost):
            yield NotBackend(value, host.reason)
            continue
        endpoint = Endpoint(
            EndpointKind.CONNECTION_STRING, value, "cassandra", place.name, own, keyspace, service="cassandra"
        )
        at = max(buffer.data.find(text.encode("utf-8", "replace")), 0)
        how = f"config:{key}/{RULE}"
        evidence = Evidence(buffer.file, buffer.base + at, how, match_context(f"{key} = ", text))
        yield Sighting(endpoint, 1, Party.UNKNOWN, evidence)


def _ends_with(key: str, words: tuple[str, ...]) -> bool:
    return plain_key(key).endswith(words)


def _is_node(key: str) -> bool:
    return _CLUSTER.search(key) is not None and _ends_with(key, _NODES)


def _value_of(pairs: Sequence[Pair], words: tuple[str, ...], form: re.Pattern[str]) -> str:
    """The value of the first such key; empty without one."""
    found = (pair.value for pair in pairs if _ends_with(pair.key, words) and form.fullmatch(pair.value))
    return next(found, "")
