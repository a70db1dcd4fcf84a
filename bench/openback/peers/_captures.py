"""Tools that name the protocol of each connection in a capture: the claims ``store`` and ``protocol`` for data stores.

Each tool's words for a protocol are mapped to those of openback; other words are no data store. None of these tools
tells which personal data a recipient was sent, so those cases are unsupported.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.openback.peers._answers import UnsupportedError, input_file, results
from bench.openback.peers._programs import ToolError
from bench.openback.schema import Case, Claim, Result, Topic

TOPICS = frozenset({Topic.CAPTURE})
CLAIMS = frozenset({"store", "protocol"})
"""Names of the claims that these tools can make."""
PROTOCOLS = {
    "amqp": "amqp", "bolt": "neo4j", "cassandra": "cassandra", "clickhouse": "clickhouse", "couchdb": "couchdb",
    "cql": "cassandra", "elastic": "elasticsearch", "elasticsearch": "elasticsearch", "etcd": "etcd",
    "influxdb": "influxdb", "kafka": "kafka", "ldap": "ldap", "memcache": "memcached", "memcached": "memcached",
    "mongo": "mongodb", "mongodb": "mongodb", "mqtt": "mqtt", "mssql-tds": "mssql", "mysql": "mysql", "nats": "nats",
    "neo4j": "neo4j", "oracle": "oracle", "pgsql": "postgresql", "postgres": "postgresql", "postgresql": "postgresql",
    "redis": "redis", "resp": "redis", "stomp": "stomp", "tds": "mssql", "tns": "oracle", "zookeeper": "zookeeper",
}  # fmt: skip
"""Protocol of openback for the lower-case words of all tools."""
MAX_FLOWS = 1_000_000
type Flow = tuple[str, str, str]
"""Address and port of the server, and the tool's word for the protocol."""
type Read = Callable[[Path, Path], Iterable[Flow]]
"""The connections of a capture; the second path is the home of the tool."""


def answers(tool: str, version: str | None, cases: Sequence[Case], folder: Path, read: Read) -> Iterator[Result]:
    """A result per case."""
    with TemporaryDirectory(prefix="openback-") as home:

        def decide(case: Case) -> Iterable[Claim]:
            if not CLAIMS & {*case.ask}:
                raise UnsupportedError("tells no recipients of personal data")
            found = claims(read(input_file(case, folder, (".pcap", ".pcapng", ".cap", ".trace")), Path(home)))
            return found if "store" in case.ask else protocols(found)

        yield from results(tool, version, cases, decide)


def protocols(stores: Iterable[Claim]) -> list[Claim]:
    """The protocols of stores, each once."""
    return [Claim("protocol", value) for value in dict.fromkeys(one.value for one in stores)]


def claims(flows: Iterable[Flow], words: Mapping[str, str] = PROTOCOLS) -> list[Claim]:
    """A claim per server and protocol of a data store.

    Raises:
        ToolError: too many connections.
    """
    found: dict[Claim, None] = {}
    for number, (address, port, word) in enumerate(flows):
        if number > MAX_FLOWS:
            raise ToolError(f"more than {MAX_FLOWS} connections")
        if (protocol := words.get(word.lower())) is not None:
            place = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
            found[Claim("store", protocol, place)] = None
    return list(found)
