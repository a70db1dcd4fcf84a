"""Stores over HTTP: the answer decides. Answers as the vendors' documentation prints them."""

import gzip

import pytest

from tests.each import each
from tieback.intake.traffic.interface import ConnectionStart
from tieback.intake.traffic.stores.http import HttpStores


def get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: db.test\r\n\r\n".encode()


def answer(body: str, *headers: str) -> bytes:
    lines = ["HTTP/1.1 200 OK", "Content-Type: application/json", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


ES_ROOT = (
    '{"name":"n1","cluster_name":"c","cluster_uuid":"x","version":{"number":"8.11.3"},"tagline":"You Know, for Search"}'
)
HITS = '{"took":3,"timed_out":false,"_shards":{"total":1,"successful":1},"hits":{"hits":[]}}'


@each(
    ("path", "reply", "protocol", "detail"),
    [
        ("/", answer(ES_ROOT, "X-elastic-product: Elasticsearch"), "elasticsearch", "Elasticsearch 8.11.3"),
        ("/staff/_search?q=*", answer(HITS), "elasticsearch", "Elasticsearch"),
        (
            "/",
            answer(
                '{"version":{"distribution":"opensearch","number":"2.11.0"},"tagline":"The OpenSearch Project: https://opensearch.org/"}'
            ),
            "elasticsearch",
            "OpenSearch 2.11.0",
        ),
        (
            "/",
            answer('{"couchdb":"Welcome","version":"3.3.3"}', "Server: CouchDB/3.3.3 (Erlang OTP/24)"),
            "couchdb",
            "CouchDB 3.3.3",
        ),
        ("/write?db=metrics", answer("", "X-Influxdb-Version: 1.8.10"), "influxdb", "InfluxDB 1.8.10"),
        ("/?query=SELECT+1", answer("1\n", "X-ClickHouse-Server-Display-Name: ch1"), "clickhouse", "ClickHouse"),
        ("/version", answer('{"etcdserver":"3.5.9","etcdcluster":"3.5.0"}'), "etcd", "etcd 3.5.9"),
        ("/v3/kv/range", answer('{"header":{"cluster_id":"148","member_id":"1"},"kvs":[]}'), "etcd", "etcd"),
        ("/", answer('{"bolt_routing":"neo4j://db.test:7687","neo4j_version":"5.21.0"}'), "neo4j", "Neo4j 5.21.0"),
        ("/solr/staff/select?q=*:*", answer('{"responseHeader":{"status":0,"QTime":1},"response":{}}'), "solr", "Solr"),
        (
            "/_api/version",
            answer('{"server":"arango","license":"community","version":"3.11.4"}'),
            "arangodb",
            "ArangoDB 3.11.4",
        ),
    ],
)
def test_stores_are_recognised_from_http_answers(path: str, reply: bytes, protocol: str, detail: str) -> None:
    found = HttpStores().recognise(ConnectionStart(get(path), reply, 80))
    assert found is not None
    assert found.protocol == protocol
    assert found.confidence >= 0.9
    assert found.detail == detail
    assert {item.kind for item in found.samples} == {"http"}


def test_compressed_and_chunked_bodies() -> None:
    packed = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(ES_ROOT.encode())
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding:chunked\r\n\r\n"
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"7d\r\n" + ES_ROOT.encode()
    both = ES_ROOT.encode()[:20], ES_ROOT.encode()[20:]
    parts = head + b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in both)
    for reply in (packed, packed[:-30], chunked, parts):
        found = HttpStores().recognise(ConnectionStart(get("/"), reply, 443))
        assert found is not None
        assert found.protocol == "elasticsearch"


def test_one_side_is_less_sure() -> None:
    server = HttpStores().recognise(ConnectionStart(b"", answer(ES_ROOT), 9200))
    assert server is not None
    assert server.confidence <= 0.7
    client = HttpStores().recognise(ConnectionStart(get("/staff/_search"), b"", 9200))
    assert client is not None
    assert client.confidence < 0.5


@pytest.mark.parametrize(
    ("path", "reply"),
    [
        ("/staff/_search", answer("<html>not found</html>")),  # a scanner asks every web server for that
        ("/", answer('{"tagline":"We know search"}')),
        ("/api/shards", answer('{"user":"a","total":3}')),
        ("/index.html", b""),
        ("/solr", answer("nothing", "Server: nginx")),
    ],
)
def test_other_web_servers(path: str, reply: bytes) -> None:
    assert HttpStores().recognise(ConnectionStart(get(path), reply, 9200)) is None
