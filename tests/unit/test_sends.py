"""What probes may send: only what reads, at the depth that the declaration says, and as the documentation tells.

The lists below are the whole of what tieback may say to a server. A new verb, command, statement or POST fails here
until someone has read its documentation and put it on the list.
"""

import re
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

from tests.each import each
from tieback.model.grant import Depth
from tieback.probes import PROBES
from tieback.probes.interface import Probe
from tieback.probes.wire.http import PROPERTIES
from tieback.scope.conversation import DeclaredSend, SendCost

ROOT = Path(__file__).parents[2]

CYPHER = {
    *(b"CALL db.info() YIELD id RETURN id", b"CALL db.propertyKeys()", b"MATCH (n) RETURN count(n) AS n"),
    b"MATCH ()-[r]->() RETURN count(r) AS n",
}
MCP_PATH = "/(?:mcp/?)?"
ETCD = ("/v3", "/v3beta", "/v3alpha")
POSTS = {
    # Every command of rclone's API is a POST; these three only list: https://rclone.org/rc/
    *(("rclone_rcd", path, "{}") for path in ("/core/version", "/config/listremotes", "/mount/listmounts")),
    ("web", "/core/version", "{}"),
    # probe, path, body: an API that reads by POST
    *(("etcd", f"{v}/kv/range", '{"key":"AA==","count_only":true}') for v in ETCD),
    *(("etcd", f"{v}/kv/range", '{"key":"AA==","range_end":"AA==","count_only":true}') for v in ETCD),
    *(
        ("etcd", f"{v}/kv/range", '{"key":"AA==","range_end":"AA==","count_only":true,"serializable":true}')
        for v in ETCD
    ),
    *(("etcd", f"{v}/kv/range", '{"key":"AA==","range_end":"AA==","keys_only":true,"limit":50}') for v in ETCD),
    *(("etcd", f"{v}/maintenance/status", "{}") for v in ETCD),
    ("etcd", "/v3/auth/status", "{}"),
    # Prefect counts by POST with a filter: https://docs.prefect.io/v3/api-ref/rest-api/server/flows/count-flows
    *(("prefect", f"/api/{what}/count", "{}") for what in ("flows", "deployments", "flow_runs")),
    ("milvus", "/v2/vectordb/collections/list", "{}"),
    # What the console passes on is a GET.
    (
        "kibana",
        (
            "/api/console/proxy?method=GET&path=%2F_cat%2Findices%3Fformat%3Djson%26bytes%3Db%26h%3Dindex%2Cuuid"
            "%2Cdocs.count%2Cpri.store.size%2Ccreation.date"
        ),
        "",
    ),
    (
        "kibana",
        "/api/console/proxy?method=GET&path=%2F_cluster%2Fstats%3Ffilter_path%3Dcluster_uuid%2Cindices.count",
        "",
    ),
    ("neo4j", "/db/neo4j/query/v2", '{"statement":"MATCH (n) RETURN count(n) AS n","accessMode":"READ"}'),
    ("neo4j", "/db/neo4j/query/v2", '{"statement":"MATCH ()-[r]->() RETURN count(r) AS n","accessMode":"READ"}'),
    ("neo4j", "/db/neo4j/query/v2", '{"statement":"CALL db.info() YIELD id RETURN id","accessMode":"READ"}'),
    ("neo4j", "/db/neo4j/query/v2", '{"statement":"CALL db.propertyKeys()","accessMode":"READ"}'),
    *(("neo4j", "/db/neo4j/tx/commit", f'{{"statements":[{{"statement":"{text.decode()}"}}]}}') for text in CYPHER),
    ("hasura", "/v1/graphql", '{"query":"{__schema{queryType{fields{name}}}}"}'),
    ("postgrest", "/graphql/v1", '{"query":"{__schema{queryType{fields{name}}}}"}'),
    ("weaviate", "/v1/graphql", '{"query":"{Aggregate{[A-Z][A-Za-z0-9_]{0,254}{meta{count,}}}}"}'),
    ("milvus", "/v2/vectordb/collections/get_stats", '{"collectionName":"[A-Za-z_][A-Za-z0-9_]{0,254}"}'),
    ("hasura", "/v1/graphql", '{"query":"{n:[A-Za-z_][A-Za-z0-9_]{0,62}_aggregate{aggregate{count,}}}"}'),
    (
        "hasura",
        "/v1/graphql",
        '{"query":"{n:[A-Za-z_][A-Za-z0-9_]{0,62}_aggregate(limit:1000){aggregate{count,}}}"}',
    ),
    (
        "hasura",
        "/v1/graphql",
        '{"query":"{n:[A-Za-z_][A-Za-z0-9_]{0,62}_aggregate(?:\\(limit:1000\\))?{aggregate{count,}}}"}',
    ),
    # The opening of a session, and lists: https://modelcontextprotocol.io/specification/2025-06-18/basic/transports.
    # No "tools/call", "resources/read" or "prompts/get", and no answer to a request of the server.
    (
        "mcp",
        MCP_PATH,
        (
            '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},'
            '"clientInfo":{"name":"tieback","version":"1"}}}'
        ),
    ),
    ("mcp", MCP_PATH, '{"jsonrpc":"2.0","method":"notifications/initialized"}'),
    *(
        (
            "mcp",
            MCP_PATH,
            (
                f'{{"jsonrpc":"2.0","id":[0-9]{{1,2}},"method":"{kind}/list"'
                '(?:,"params":{"cursor":"[A-Za-z0-9+/=_.:~-]{1,1024}"})?}'
            ),
        )
        for kind in ("tools", "resources", "prompts")
    ),
    # Supabase Storage lists objects by POST: https://supabase.github.io/storage/, "Search for objects under a prefix".
    *(
        ("supabase_storage", "/object/list/[A-Za-z0-9][A-Za-z0-9_.-]{0,99}", f'{{"prefix":"","limit":{count}}}')
        for count in (1, 2)
    ),
    # Names of project and collection: no character of theirs could end a string or a path.
    *(
        (
            "firestore",
            "/v1/projects/[A-Za-z0-9_][A-Za-z0-9_-]{0,99}/databases/(default)/documents:runAggregationQuery",
            (
                f'{{"structuredAggregationQuery":{{"aggregations":[{{"alias":"n","count":{{"upTo":"{most}"}}}}],'
                '"structuredQuery":{"from":[{"collectionId":"[A-Za-z0-9_][A-Za-z0-9_-]{0,99}"}]}}}'
            ),
        )
        for most in (1000, 100_000)
    ),
}
NOTES = {
    # probe, send that returns a part of one record: a ransom note, where the grant's ransom_note allows it
    (
        "elasticsearch",
        "GET /<index>/_search?size=1",
    ): rb"GET /.*/_search\?size=1&terminate_after=1&filter_path=hits\.hits\._source ",
    ("couchdb", "GET /<db>/_all_docs"): rb"GET /.*/_all_docs\?include_docs=true&limit=1 ",
    ("redis", "GETRANGE <key> 0 4095"): rb"\*4\r\n\$8\r\nGETRANGE\r\n.*\$1\r\n0\r\n\$4\r\n4095\r\n",
    ("mongodb", "aggregate one note"): rb".*aggregate\0.*\$limit\0\x01\0\0\0.*\$substrCP.*",
    ("mysql", "one note"): rb".*\x03SELECT LEFT\(CONCAT_WS\(' ',.*\),1000\) FROM .* LIMIT 1",
    ("postgresql", "one note"): rb"Q.*SELECT pg_catalog\.left\(pg_catalog\.concat_ws\(.*\), 1000\)"
    rb' FROM ONLY ".*" LIMIT 1\x00',
}


def records(probe: str, verb: str, place: str, path: str, body: str = "") -> dict[tuple[str, str], bytes]:
    """A request for at most fifty records, and for five if those are too large; ``#`` is the number."""
    return {
        (probe, f"{verb} {place} ({count} records)"): (
            f"{verb} {path} HTTP/1.1.*{body}".replace("#", str(count)).encode()
        )
        for count in (50, 5)
    }


def objects(probe: str, place: str, path: str) -> dict[tuple[str, str], bytes]:
    """The beginning of an object."""
    return {(probe, f"GET {place} (64 KiB)"): f"GET {path} HTTP/1.1.*\\r\\nRange: bytes=0-65535\\r\\n".encode()}


SAMPLES = {
    # probe, send that returns values of at most 50 records, at depth `sample` alone
    (
        "elasticsearch",
        "GET /<index>/_search?size=50",
    ): rb"GET /.*/_search\?size=\(\?:50\|5\)&terminate_after=50&filter_path=hits\.hits\._source ",
    ("redis", "SCAN 0 COUNT 40"): rb"\*4\r\n\$4\r\nSCAN\r\n\$1\r\n0\r\n\$5\r\nCOUNT\r\n\$2\r\n40\r\n",
    ("redis", "TYPE <key>"): rb"\*2\r\n\$4\r\nTYPE\r\n\$.*\[\^.*\]\{1,256\}\r\n",
    ("redis", "GETRANGE <key> 0 1023"): rb"\*4\r\n\$8\r\nGETRANGE\r\n.*\$1\r\n0\r\n\$4\r\n1023\r\n",
    (
        "redis",
        "HSCAN <key> 0 COUNT 20",
    ): rb"\*5\r\n\$5\r\nHSCAN\r\n.*\$1\r\n0\r\n\$5\r\nCOUNT\r\n\$2\r\n20\r\n",
    ("mongodb", "aggregate a sample"): rb".*aggregate\0.*\$limit\0\x32\0\0\0.*\$substrCP.*",
    ("mysql", "a sample"): rb".*\x03SELECT LEFT\(`.*`,256\).* FROM `.*` LIMIT 50",
    **records("couchdb", "GET", "/<db>/_all_docs", r"/.*/_all_docs\?include_docs=true&limit=#"),
    # A query language by GET: one measurement by name, no other clause.
    ("influxdb", "SHOW TAG VALUES ... LIMIT 50"): (
        rb"GET /query\?db=.*&q=SHOW\+TAG\+VALUES\+FROM\+%22.*%22\+WITH\+KEY\+%3D~\+/\.%2B/\+LIMIT\+50 HTTP/1.1"
    ),
    **records("influxdb", "GET", "/query", r"/query\?db=.*&q=SELECT\+\*\+FROM\+%22.*%22\+LIMIT\+#"),
    **records(
        "influxdb",
        "GET",
        "/api/v3/query_sql",
        r"/api/v3/query_sql\?db=.*&format=json&q=SELECT\+\*\+FROM\+iox\.%22.*%22\+LIMIT\+#",
    ),
    **records(
        "parse",
        "GET",
        "/parse/classes/<class>",
        r"/parse/classes/.*\?limit=#&excludeKeys=authData,sessionToken",
    ),
    **records("parse", "GET", "/classes/<class>", r"/classes/.*\?limit=#&excludeKeys=authData,sessionToken"),
    **records(
        "pocketbase",
        "GET",
        "/api/collections/<collection>/records",
        r"/api/collections/.*/records\?perPage=#&skipTotal=1",
    ),
    **records(
        "chroma",
        "POST",
        "/api/v2/tenants/default_tenant/databases/<database>/collections/<id>/get",
        r"/api/v2/tenants/default_tenant/databases/.*/collections/.*/get",
        r'\{"limit":#,"include":\["metadatas","documents"\]\}',
    ),
    **records(
        "chroma",
        "POST",
        "/api/v1/collections/<id>/get",
        r"/api/v1/collections/.*/get",
        r'\{"limit":#,"include":\["metadatas","documents"\]\}',
    ),
    **records("firebase_rtdb", "GET", "/<name>.json", r"/.*\.json\?orderBy=%22%24key%22&limitToFirst=#"),
    # A query that calls no function; its whole answer fits into one batch, so that the server keeps no cursor.
    **records(
        "arangodb",
        "POST",
        "/_db/<database>/_api/cursor",
        r"/_db/.*/_api/cursor",
        r'\{"query":"FOR d IN @@c LIMIT # RETURN d","bindVars":\{"@c":"\[A-Za-z_\]\[A-Za-z0-9_-\]\{0,255\}"\},'
        r'"batchSize":100,"memoryLimit":33554432,"options":\{"maxRuntime":5\}\}',
    ),
    **records("meilisearch", "GET", "/indexes/<index>/documents", r"/indexes/.*/documents\?limit=#"),
    **records(
        "milvus",
        "POST",
        "/v2/vectordb/entities/query",
        r"/v2/vectordb/entities/query",
        r'\{"collectionName":"[^"]*(?:","[^"]*)?","filter":"","limit":#,"outputFields":\[".*"\]\}',
    ),
    **records(
        "milvus",
        "POST",
        "/v1/vector/query",
        r"/v1/vector/query",
        r'\{"collectionName":".*","filter":".* not in \[\]","limit":#,"outputFields":\[".*"\]\}',
    ),
    **records(
        "qdrant",
        "POST",
        "/collections/<collection>/points/scroll",
        r"/collections/.*/points/scroll",
        r'\{"limit":#,"with_payload":true,"with_vector":false\}',
    ),
    # Luke reads the index itself: no search handler, which an administrator may have set up to contact others.
    ("solr", "GET /solr/<core>/admin/luke?docId=<number>"): (
        rb"GET /solr/.*/admin/luke\?docId=.*&numTerms=0&wt=json HTTP/1.1"
    ),
    **records(
        "typesense",
        "GET",
        "/collections/<collection>/documents/search",
        r"/collections/.*/documents/search\?q=\*&per_page=#&highlight_fields=none&enable_overrides=false"
        r"&enable_analytics=false",
    ),
    **records("weaviate", "GET", "/v1/objects", r"/v1/objects\?class=.*&limit=#"),
    **records(
        "couchbase",
        "GET",
        "/pools/default/buckets/<bucket>/docs",
        r"/pools/default/buckets/.*/docs\?include_docs=true&skip=0&limit=#",
    ),
    **{
        ("neo4j", f"MATCH (n) RETURN properties(n) ({count} records){more}"): (
            rb"POST /db/neo4j/%b HTTP/1.1.*MATCH \(n\) RETURN properties\(n\) AS p LIMIT %d\"" % (path, count)
        )
        for count in (50, 5)
        for path, more in ((rb"query/v2", ""), (rb"tx/commit", " (transaction)"))
    },
    **records(
        "firestore",
        "GET",
        "/v1/projects/<resource>/databases/(default)/documents/<collection>",
        r"/v1/projects/.*/databases/\(default\)/documents/.*\?pageSize=#",
    ),
    **records(
        "appwrite",
        "GET",
        "/v1/databases/<database>/collections/<collection>/documents",
        r"/v1/databases/.*/collections/.*/documents"
        r"\?queries%5B0%5D=%7B%22method%22%3A%22limit%22%2C%22values%22%3A%5B#%5D%7D",
    ),
    **objects("s3", "/<bucket>/<object>", r"/.*"),
    **objects("s3", "/<object>", r"/.*"),
    **objects("azure_blob", "/<container>/<blob>", r"/.*"),
    **objects("gcs", "/storage/v1/b/<bucket>/o/<object>", r"/storage/v1/b/.*/o/.*\?alt=media"),
    **objects("firebase_storage", "/v0/b/<bucket>/o/<object>", r"/v0/b/.*/o/.*\?alt=media"),
    ("bolt", "MATCH (n) RETURN properties(n) AS p LIMIT 50"): (
        rb"..\xb3\x10\xd0\x2cMATCH \(n\) RETURN properties\(n\) AS p LIMIT 50\xa0\xa1\x84mode\x81r\0\0"
    ),
    # A search of one level with the names of attributes, never all; no password attribute is sent (test_sampling).
    ("ldap", "one level, attributes by name"): (
        rb"0.*x02x01x08c|0.*\x02\x01\x08c.*\x0a\x01\x01\x0a\x01\0\x02\x01\x32\x02\x01\x05\x01\x01\0\x87\x0bobjectClass"
    ),
    # Fetch of a consumer without a group: replica -1, half a second, one byte, 128 KiB, one topic.
    ("kafka", "Fetch (version 4)"): (
        rb"\.{4}\0\x01\0\x04\0{3}\x05\0\x07tieback\xff{4}\0\0\x01\xf4\0{3}\x01\0\x02\0{2}\0\0{3}\x01\.\.\[A-Za-z0-9"
    ),
    # A subscription to every topic but the broker's own, with delivery at most once, and PINGREQ.
    ("mqtt", "SUBSCRIBE #"): rb"\x82\x06\x00\x01\x00\x01#\x00\xc0\x00",
    ("mqtt", "SUBSCRIBE # (version 5)"): rb"\x82\x07\x00\x01\x00\x00\x01#\x00\xc0\x00",
    # Rows of one table by name; which tables these are is decided before (test_sampled_tables).
    ("cassandra", "SELECT JSON * FROM <table> LIMIT"): (
        rb".*SELECT JSON \* FROM \"\[A-Za-z0-9_\]\{1,48\}\"\.\"\[A-Za-z0-9_\]\{1,48\}\" LIMIT \(\?:50\|5\)"
    ),
    ("clickhouse", "SELECT ... LIMIT 50"): (
        rb"GET /\?query=SELECT\+concat\('',.*\)\+FROM\+%60.*%60\.%60.*%60\+LIMIT\+50\+FORMAT\+JSONCompact HTTP/1.1"
    ),
    ("clickhouse_native", "SELECT ... LIMIT 50"): (rb".*readonly.*SELECT concat\('',.*\) FROM `.*`\.`.*` LIMIT 50"),
    ("postgresql", "a sample"): rb'Q.*SELECT pg_catalog\.left\(".*"::pg_catalog\.text,256\).*'
    rb' FROM ONLY ".*" LIMIT 50\x00',
}
PROPFINDS = ("webdav", "web")
"""Probes that may send PROPFIND: to list one level of a folder, or the properties of one folder."""
QUERIES = {
    # query parameter that carries a command, what its value may be
    "q": r"SELECT\+table_name,column_name,data_type\+FROM\+information_schema\.columns\+WHERE\+table_schema=%27iox%27"
    r"|SHOW\+(?:TABLES|DATABASES|MEASUREMENTS|SERIES\+EXACT\+CARDINALITY|FIELD\+KEYS|TAG\+KEYS)"
    r"|SELECT\+COUNT\(\*\)\+FROM\+(?:%2F\.\*%2F|\(SELECT\+\*\+FROM\+%2F\.\*%2F\+LIMIT\+10000\))",
    "query": r"SELECT\+.*|SHOW\+GRANTS\+FORMAT\+JSONCompact",
    "op": r"LISTSTATUS|GETCONTENTSUMMARY",
    "action": r"STATUS|LIST",
    # Version, nodes with their caches, and number of entries: https://ignite.apache.org/docs/latest/restapi
    "cmd": r"version|top|size",
    "command": r"(?!)",
}
WRITING = re.compile(
    r"(?:^|[^a-z])(?:delete|drop|insert|update|create|put|write|flush|shutdown|restart|reload|reset|truncate|rename|restore"
    r"|compact|_bulk|_search|_doc|_source|_all_docs|_changes|_find|exec|eval|script|login|signin|setup)(?:[^a-z]|$)",
    re.IGNORECASE,
)
IDENTIFIERS = {
    # probe, path: returns at most two identifiers of documents, no document, and ends at once (feed=normal):
    # https://docs.couchbase.com/sync-gateway/current/rest-api-public.html, "Get changes list"
    (
        "sync_gateway",
        "/[a-z](?:[a-z0-9_-]|%(?:24|28|29|2B)){0,240}(?:.[A-Za-z0-9_-]{1,60}){0,2}/_changes?limit=2",
    ),
}
RESP = {b"PING", b"INFO", b"DBSIZE", b"SELECT", b"SCAN", b"TYPE"}
RESP_WHOLE = {
    # Commands of which only these words read.
    b"*2\r\n$5\r\nHELLO\r\n$1\r\n2\r\n",
    b"*3\r\n$3\r\nACL\r\n$7\r\nGETUSER\r\n$7\r\ndefault\r\n",
}
MONGO = {
    *(b"hello", b"isMaster", b"buildInfo", b"getLog", b"listDatabases", b"dbStats", b"listCollections"),
    *(b"aggregate", b"collStats", b"listIndexes", b"getMore"),
}
STAGES = {b"$collStats", b"$limit", b"$project"}
OTHER_DOLLARS = re.compile(
    rb"\$(?:db|cmd|readPreference|cond|eq|type|map|objectToArray|slice|substrCP|convert|this)|\$\$"
)
SQL = re.compile(
    r"SELECT [^;]+|ROLLBACK|BEGIN TRANSACTION (?:ISOLATION LEVEL READ COMMITTED, )?READ ONLY(?:, NOT DEFERRABLE)?"
    r"(?:; SET LOCAL (?:SESSION AUTHORIZATION DEFAULT|ROLE NONE|[a-z_]+ = [a-z0-9_, '-]+))+"
    r"|SET SESSION TRANSACTION READ ONLY|START TRANSACTION READ ONLY(?: AS OF TIMESTAMP NOW\(\) - INTERVAL 5 SECOND)?"
    r"|SET SESSION max_(?:execution|statement)_time=[0-9]+"
)
SQL_FORBIDDEN = re.compile(
    r"\b(?:INTO|FOR UPDATE|FOR SHARE|LOCK|pg_read\w*|pg_ls\w*|lo_\w+|dblink\w*|pg_sleep|sleep|benchmark|load_file"
    r"|nextval|setval|set_config|pg_terminate\w*|pg_cancel\w*|query_to_xml|pg_reload\w*)\b",
    re.IGNORECASE,
)
SQL_FRAMES = {
    "mysql": {"SSLRequest", "login without a password", "empty answer of another plugin", "quit"},
    "postgresql": {"SSLRequest", "start without a password", "Terminate"},
}
"""Sends that carry no statement."""
FIXED = {
    # probe: the only thing that it says. TDS PRELOGIN, not a login (0x10) or a batch (0x01); TNS CONNECT to no service;
    # DRDA EXCSAT, one command alone; SMB 2 NEGOTIATE (command 0).
    "mssql": rb"\x12\x01\x00 \x00{4}\x00.{14}\xff\x00{8}",
    "oracle": rb"\x00.\x00\x00\x01.{53}\(CONNECT_DATA=\(COMMAND=VERSION\)\)",
    "drda": rb"\x00.\xd0\x01\x00\x01\x00.\x10\x41.{50}",
    "smb": rb"\x00\x00\x00l\xfeSMB\x40\x00\x00{6}\x00\x00.{94}",
    "elasticsearch_transport": rb"GET / HTTP/1\.0\r\n\r\n",
    # Arguments of the server's sender: a list of files. No other argument, and no request for a file after the filters.
    "rsync": rb"@RSYNCD: 30\.0\n(?:#list|\[.*)\n"
    rb"|\-\-server\x00\-\-sender\x00\-r\x00\-e\.iLs\x00\.\x00\[.*/\x00{2}\x04\x00\x00\x07\x00{4}",
    # Dask: one message with our versions, or the operation identity; no other operation.
    "dask_scheduler": rb":\x00{7}\x01\x00{7}\*\x00{7}\x83\xabcompression\xc0\xa6python\x93...\xafpickle\-protocol\x05"
    rb"|\$\x00{7}\x01\x00{7}\x14\x00{7}\x82\xa2op\xa8identity\xa5reply\xc3",
    # Text or binary: version and statistics, nothing that stores, touches or lists keys.
    "memcached": rb"(?:version\r\n){3}|stats\r\n|\x80[\x0b\x10]\x00{22}",
    # Two words; a session; getChildren2 (12) and getAllChildrenNumber (104) without a watch; closeSession (-11).
    "zookeeper": rb"srvr\n|mntr\n|\x00\x00\x00-\x00{14}\x17p\x00{11}\x10\x00{16}\x01"
    rb"|\x00\x00\x00\x0e\.{4}\x00\x00\x00\x0c\x00\x00\x00\x01/\x00|\x00\x00\x00\x0d\.{4}\x00\x00\x00h\x00\x00\x00\x01/"
    rb"|\x00\x00\.{6}\x00\x00\x00\x0c\x00\x00\.\./\[[^]]*\]\{1,800\}\x00"
    rb"|\x00\x00\.{6}\x00\x00\x00h\x00\x00\.\./\[[^]]*\]\{1,800\}|\x00\x00\x00\x08.{4}\xff\xff\xff\xf5",
    # ListOffsets (2), Metadata (3) of all topics without making one, SaslHandshake (17) of no mechanism, ApiVersions
    # (18), DescribeLogDirs (35).
    "kafka": rb"\.{4}\x00\x02\x00[\x01\x02]\x00{3}\x04\x00\x07tieback\xff{4}\x00{3,4}\x01\.\.\[.*"
    rb"|\x00{3}.\x00(?:\x03\x00[\x01\x02]\x00{3}\x02\x00\x07tieback\xff{4}|\x03\x00\x04\x00{3}\x02\x00\x07tieback\xff{4}\x00"
    rb"|\x11\x00\x01\x00{3}\x01\x00\x07tieback\x00\x07TIEBACK|\x12\x00\x00\x00{3}\x01\x00\x07tieback"
    rb"|\x23\x00\x01\x00{3}\x03\x00\x07tieback\xff{4})",
    # CONNECT, a clean session, neither will, user nor password; SUBSCRIBE to the broker's own topics; DISCONNECT.
    "mqtt": rb"\x10.\x00\x04MQTT[\x04\x05]\x02\x00\x1e\x00?(?:\x00\x0dtieback_probe|\x00\x00)"
    rb"|\x82.\x00\x01\x00?\x00\x0d\$SYS/broker/#\x00\xc0\x00|\xe0\x00",
    # start-ok as nobody, tune-ok, open, close; channel.open, channel.close-ok; queue.declare, `passive` alone set.
    "amqp": rb"AMQP\x00\x00\x09\x01|\x01\x00.{5}(?:\x00\x0a\x00(?:\x0b.*\x09ANONYMOUS\x00{4}\x05en_US|[\x1f\x28\x32].*)"
    rb"|\x00\x14\x00(?:\x0a\x00|\x29)|\x00\x32\x00\x0a\x00\x00\.\[[^]]*\]\{1,255\}\x01\x00{4})\xce"
    # AMQP 1.0: headers, sasl-init as nobody, open, begin, close. No attach (0x12) and no transfer (0x14).
    rb"|AMQP[\x00\x03]\x01\x00\x00|\x00{3}\x19\x02\x01.*S\x41.*ANONYMOUS|.*\x02\x00{4}\x53\x10\xc0.*tieback_probe.*"
    rb"|\x00{3}\x14\x02\x00{4}\x53\x11\xc0.*|\x00{3}\x0c\x02\x00{4}\x53\x18\x45",
    # A session without a login, and its end. No SEND, SUBSCRIBE or ACK.
    "stomp": rb"CONNECT\naccept-version:1\.0,1\.1,1\.2\nhost:/\n\n\x00|DISCONNECT\n\n\x00",
    # WireFormatInfo and ConnectionInfo (3) without a password, a user and a path; ShutdownInfo (11).
    # No SessionInfo (4), ConsumerInfo (5), ProducerInfo (6) or DestinationInfo (8).
    "openwire": rb"\x00{3}\x89\x01ActiveMQ\x00{3}\x01\x01.*\x00{3}-\x03\x00{3}\x01\x01\x01x\x01\x00\x0dtieback_probe"
    rb"\x01\x00\x0dtieback_probe\x00{5}|\x00{3}\x06\x0b\x00{3}\x02\x00",
    "nats_client": rb'CONNECT \{(?:"(?:verbose|pedantic|tls_required|name|lang|version|protocol)":[^,:}]*,?)+\}\r\n'
    rb"PING\r\n|SUB tieback\.probe 1\r\nPING\r\n",
    # A bind without name and password, StartTLS, unbind, searches (0x63) of any class.
    "ldap": rb"0\x0c\x02\x01\x01`\x07\x02\x01\x03\x04\x00\x80\x00"
    rb"|0\x1d\x02\x01\x02w\x18\x80\x161\.3\.6\.1\.4\.1\.1466\.20037"
    rb"|0\x05\x02\x01\x03B\x00|0(?:\x82..|\(\?:.{9,12}\))\x02\x01[\x04-\x07]c.*\x87\x0bobjectClass0.*",
    "ftp": rb"(?:SYST|QUIT|AUTH TLS|USER \(\?P<account>anonymous\|ftp\)|PASS tieback@|STAT /(?:\[.*)?)\r\n",
}
CQL = re.compile(
    rb"SELECT [a-z_, ]+ FROM system(?:_schema|_views)?\.[a-z_]+(?: WHERE name = 'authorizer')?"
    rb"\x00\x01\x04\x00\x00\x13\x88"
)
OF_KEYSPACE = re.compile(
    rb"\[34\](?:x00){3}x07x00x00\[x00-xff\]\{2\}x00x00\[x00-xff\]\{2\}SELECT [a-z_, ]+ FROM system(?:_schema)?\.[a-z_]+"
    rb" WHERE keyspace_name = '\[A-Za-z0-9_\]\{1,48\}'\x00\x01\x04\x00\x00\x13\x88"
)
TOKENS = re.compile(
    rb"\[34\](?:x00){3}x07x00x00\[x00-xff\]\{2\}x00x00\[x00-xff\]\{2\}"
    rb'SELECT token\(("[^ ]*)\) FROM "[^ "]*"."[^ "]*"(?: WHERE token\(\1\) > -\?\[0-9\]\{1,39\})? LIMIT 5000'
    rb"\x00\x01\x04\x00\x00\x13\x88"
)
"""A hash of the key per row, which no CQL function of a user can take the place of."""

ALL = [(probe, send) for probe in PROBES for send in probe.meta.sends]


def literal(pattern: bytes) -> bytes:
    """The bytes that an escaped pattern stands for; what varies in it stays as it is written."""
    return re.sub(rb"\\(.)", rb"\1", pattern, flags=re.DOTALL)


def unescaped(data: bytes) -> bytes:
    r"""Line ends and NULs that a hand-written pattern names instead of holding; ``literal`` took their backslash."""
    for name, byte in ((rb"rn", b"\r\n"), (rb"x00", b"\0"), (rb"x03", b"\x03")):
        data = data.replace(name, byte)
    return data


def problem_of_http(name: str, text: str) -> str:
    verb, rest = text.split(" ", 1)
    path, body = rest.partition(" HTTP/1.1")[0], rest.partition("\r\n\r\n")[2]
    if verb == "PROPFIND":
        levels = re.findall(r"(?m)^Depth: (\S+)\r$", rest)
        fine = name in PROPFINDS and "?" not in path.replace("(?", "") and body.encode() == PROPERTIES
        return "" if fine and levels in (["0"], ["1"]) else f"a PROPFIND of {path}, Depth {levels}: {body}"
    if verb == "POST":
        return "" if (name, path, body) in POSTS else f"a POST that is not on the list: {path} {body}"
    if verb not in ("GET", "HEAD") or body:
        return f"the verb {verb}, or a body"
    if (name, path) in IDENTIFIERS:
        return ""
    # Places for names are patterns; none of their letters is part of the request.
    fixed = re.sub(r"\(\?.*?\)|\[[^\]]*\](?:\{[0-9,]+\}|[*+?])?|%\.\.", "", path)
    if found := WRITING.search(fixed):
        return f"{found[0]!r} in {path}"
    for part in path.partition("?")[2].split("&"):
        key, _, value = part.partition("=")
        if key in QUERIES and not re.fullmatch(QUERIES[key], value):
            return f"the command {part}"
    return ""


def problem_of_resp(data: bytes) -> str:
    if data in RESP_WHOLE:
        return ""
    words = re.findall(rb"\*[0-9]+\r?\n?(?:rn)?\$[0-9]+(?:\r\n|rn)([A-Z]+)", data)
    return "" if words and set(words) <= RESP else f"commands {words}"


def problem_of_mongo(data: bytes) -> str:
    first = re.search(rb"(?:\x12|\x10|\x02|\x01)([A-Za-z]+)\x00", data)
    if first is None or first[1] not in MONGO:
        return f"the command {first[1] if first else b''!r}"
    operators = set(re.findall(rb"(?<!\$)\$[A-Za-z]+", data))
    unknown = {one for one in operators - STAGES if not OTHER_DOLLARS.fullmatch(one)}
    return f"operators {unknown}" if unknown else ""


def problem_of_sql(probe: Probe, send: DeclaredSend, data: bytes) -> str:
    if send.name in SQL_FRAMES[probe.meta.name]:
        return ""
    # With names of a table in it, the length varies too.
    data = re.sub(rb"^Qx00x00\[x00-xff\]\{2\}(.*)x00$", rb"Q____\1", data)
    data = re.sub(rb"^\[x00-xff\]\{2\}x00x00x03", b"____\x03", data)
    start = data.find(b"\x03") + 1 if probe.meta.name == "mysql" else 5
    text = data[start:].rstrip(b"\0").decode()
    if not SQL.fullmatch(text) or SQL_FORBIDDEN.search(text):
        return f"the statement {text!r}"
    return ""


def problem_of_cql(data: bytes) -> str:
    if TOKENS.fullmatch(data) or OF_KEYSPACE.fullmatch(data):
        return ""
    opcode, body = data[7:8], data[12:]
    fine = {
        b"\x05": body == b"",
        b"\x01": body == b"\0\1\0\x0bCQL_VERSION\0\x053.0.0",
        b"\x07": CQL.fullmatch(body[4:]) is not None,
    }
    return "" if data[:7] == b"[\3\4]\0\0\0" and fine.get(opcode) else f"the frame {data!r}"


def problem_of_bolt(data: bytes) -> str:
    if data[:4] == b"\x60\x60\xb0\x17" and len(data) == 20:
        return ""
    size, tag = int.from_bytes(data[:2], "big"), data[3:4]
    body, rest = data[4 : 2 + size], data[2 + size :]
    if tag == b"\x10":
        found = re.fullmatch(rb"(?:[\x80-\x8f]|\xd0.)(.*)\xa0\xa1\x84mode\x81r", body, re.DOTALL)
        # What pulls the records, of two kinds.
        pulls = re.fullmatch(
            rb"\x00\x00\(\?:.{2}\xb1\x3f\xa1\x81n\xc9..\x00\x00\|.{2}\xb0\x3f\x00\x00\)", rest, re.DOTALL
        )
        return "" if found and found[1] in CYPHER and pulls else f"the statement {body!r}"
    hello = body == b"\xa2\x8auser_agent\x89tieback/1\x86scheme\x84none"
    return (
        ""
        if rest == b"\0\0" and ((tag == b"\x01" and hello) or (tag in (b"\x0f", b"\x02") and not body))
        else f"{data!r}"
    )


def problem_of_clickhouse(data: bytes) -> str:
    if data[:1] == b"\0":
        # Hello: the account, and a password of no bytes.
        return "" if data.endswith(b"(?P<account>tieback_probe|default)\0") else f"the login {data!r}"
    found = re.search(
        rb"\(\?:\x08readonly\x00\x011\x12max_execution_time\x00\x015\x00"
        rb"\|\x08readonly\x01\x12max_execution_time\x05\x00\)\x02\x00(?:..?|\[x80-xff\]\?\[x00-x7f\])"
        rb"(SELECT [^;]+|SHOW GRANTS)\x02\x00\x01\x00\x02",
        data,
        re.DOTALL,
    )
    fine = data[:1] == b"\1" and found is not None and not SQL_FORBIDDEN.search(found[1].decode())
    return "" if fine else f"the query {data!r}"


def problem(probe: Probe, send: DeclaredSend) -> str:
    """Why a send is not known to read, or empty."""
    data = literal(send.pattern)
    if send.values:
        listed = SAMPLES if send.depth is Depth.SAMPLE else NOTES
        wanted = listed.get((probe.meta.name, send.name))
        if wanted is None or not re.fullmatch(rb"%b.*" % wanted, unescaped(data), re.DOTALL):
            return "returns values, and is not on the list of notes and samples"
        return problem_of_mongo(data) if probe.meta.name == "mongodb" else ""
    if re.match(rb"[A-Z]{3,10} [^\r]* HTTP/1\.1\r\n", data):
        return problem_of_http(probe.meta.name, data.decode())
    match probe.meta.name:
        case "redis":
            return problem_of_resp(data)
        case "mongodb":
            return problem_of_mongo(data)
        case "mysql" | "postgresql":
            return problem_of_sql(probe, send, data)
        case "cassandra":
            return problem_of_cql(data)
        case "bolt":
            return problem_of_bolt(data)
        case "clickhouse_native":
            return problem_of_clickhouse(data)
        case name if name in FIXED:
            return "" if re.fullmatch(FIXED[name], data, re.DOTALL) else f"{data!r}"
        case _:
            return "a protocol that this test cannot read"


@each(("probe", "send"), ALL, ids=lambda one: one.name if isinstance(one, DeclaredSend) else one.meta.name)
def test_every_declared_send_reads(probe: Probe, send: DeclaredSend) -> None:
    assert problem(probe, send) == ""


def http(line: str, body: str = "") -> bytes:
    return re.escape(f"{line} HTTP/1.1\r\nHost: h\r\n\r\n{body}".encode())


def propfind(verb: str, fields: str, body: str = PROPERTIES.decode()) -> bytes:
    return re.escape(f"{verb} /docs/ HTTP/1.1\r\nHost: h\r\n{fields}\r\n{body}".encode())


REFUSED = [
    ("webdav", propfind("PROPFIND", "Depth: infinity\r\n")),
    ("webdav", propfind("PROPFIND", "")),
    ("webdav", propfind("PROPFIND", "Depth: 1\r\nDepth: infinity\r\n")),
    ("webdav", propfind("PROPFIND", "Depth: 1\r\n", '<propfind xmlns="DAV:"><allprop/></propfind>')),
    ("s3", propfind("PROPFIND", "Depth: 1\r\n")),
    *(("webdav", propfind(verb, "Depth: 1\r\n")) for verb in ("PROPPATCH", "MKCOL", "COPY", "MOVE", "LOCK", "REPORT")),
    ("mcp", http("POST /mcp", '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a"}}')),
    ("mcp", http("POST /mcp", '{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"a"}}')),
    ("mcp", http("POST /mcp", '{"jsonrpc":"2.0","id":1,"result":{"action":"accept"}}')),
    ("mcp", http("DELETE /mcp")),
    ("elasticsearch", http("DELETE /people")),
    ("elasticsearch", http("PUT /people")),
    ("elasticsearch", http("POST /people/_search", "{}")),
    ("elasticsearch", http("GET /people/_search")),
    ("elasticsearch", http("GET /people", "{}")),
    ("couchdb", http("GET /people/_all_docs")),
    ("couchdb", http("GET /people/_changes?limit=2")),
    ("sync_gateway", http("GET /people/_changes?limit=2&include_docs=true")),
    ("sync_gateway", http("GET /people/_changes?limit=2&feed=continuous")),
    ("influxdb", http("GET /query?q=DROP+DATABASE+hr")),
    ("influxdb", http("GET /query?q=SELECT+*+FROM+people")),
    ("etcd", http("POST /v3/kv/put", '{"key":"AA=="}')),
    ("etcd", http("POST /v3/kv/range", '{"key":"AA=="}')),
    ("redis", re.escape(b"*1\r\n$8\r\nFLUSHALL\r\n")),
    ("redis", re.escape(b"*4\r\n$3\r\nACL\r\n$7\r\nSETUSER\r\n$7\r\ndefault\r\n$2\r\non\r\n")),
    ("redis", re.escape(b"*5\r\n$5\r\nHELLO\r\n$1\r\n2\r\n$4\r\nAUTH\r\n$1\r\na\r\n$1\r\nb\r\n")),
    ("redis", re.escape(b"*2\r\n$4\r\nKEYS\r\n$1\r\n*\r\n")),
    ("redis", re.escape(b"*1\r\n$4\r\nPING\r\n*1\r\n$8\r\nFLUSHALL\r\n")),
    ("mongodb", re.escape(b"\x00\x00\x00\x00\x02insert\x00")),
    ("mongodb", re.escape(b"\x00\x02aggregate\x00x\x00\x03$out\x00")),
    ("mysql", re.escape(b"\x01\0\0\0\x03DROP TABLE people")),
    ("mysql", re.escape(b"\x01\0\0\0\x03SELECT 1 INTO OUTFILE 'x'")),
    ("mysql", re.escape(b"\x01\0\0\0\x03SELECT 1; DROP TABLE people")),
    ("postgresql", re.escape(b"Q\0\0\0\x20SELECT pg_read_file('x')\0")),
    ("postgresql", re.escape(b"Q\0\0\0\x20UPDATE people SET a=1\0")),
    (
        "cassandra",
        b"[\3\4]" + re.escape(b"\0\0\0\x07\0\0\0\x20\0\0\0\x19SELECT * FROM hr.people\0\1\4\0\0\x13\x88"),
    ),
    ("cassandra", b"[\3\4]" + re.escape(b"\0\0\0\x07\0\0\0\x20\0\0\0\x12TRUNCATE hr.people\0\1\4\0\0\x13\x88")),
    ("cassandra", b"[\3\4]" + re.escape(b"\0\0\0\x0f\0\0\0\4\0\0\0\0")),
    ("bolt", re.escape(b"\0\x12\xb3\x10\x8aMATCH (n) DETACH DELETE n\xa0\xa1\x84mode\x81r\0\0")),
    (
        "clickhouse_native",
        re.escape(b"\1\0")
        + b"(?:\x08readonly\0\0011\x12max_execution_time\0\0015\0|\x08readonly\1\x12max_execution_time\5\0)"
        + re.escape(b"\2\0\x0cDROP TABLE t\2\0\1\0\2"),
    ),
    ("memcached", re.escape(b"flush_all\r\n")),
    ("memcached", re.escape(b"get a\r\n")),
    ("memcached", re.escape(b"lru_crawler metadump all\r\n")),
    ("zookeeper", b"\0\0......\0\0\0\2\0\0../[^/]{1,800}\0"),
    ("zookeeper", b"\0\0......\0\0\0\4\0\0../[^/]{1,800}\0"),
    ("zookeeper", re.escape(b"kill\n")),
    ("kafka", re.escape(b"\0\0\0\x20\0\0\0\3\0\0\0\1\0\x07tieback")),
    ("kafka", re.escape(b"\0\0\0\x20\0\1\0\4\0\0\0\1\0\x07tieback")),
    ("kafka", re.escape(b"\0\0\0\x16\0\3\0\4\0\0\0\2\0\x07tieback\xff\xff\xff\xff\1")),
    ("mqtt", re.escape(b"\x10\x19\0\4MQTT\4\xc2\0\x1e\0\x0dtieback_probe\0\1a\0\1b")),
    ("mqtt", re.escape(b"\x82\6\0\1\0\1#\0")),
    ("mqtt", re.escape(b"\x30\5\0\1aoff")),
    ("amqp", re.escape(b"\1\0\1\0\0\0\x0b\0\x32\0\x0a\0\0\1q\0\0\0\0\0\xce")),
    ("amqp", re.escape(b"\1\0\1\0\0\0\x0b\0\x3c\0\x46\0\0\1q\0\xce")),
    ("amqp", re.escape(b"\1\0\0\0\0\0\x20\0\x0a\0\x0b\0\0\0\0\5PLAIN\0\0\0\x0c\0guest\0guest\5en_US\xce")),
    ("nats_client", re.escape(b'CONNECT {"user":"a","pass":"b"}\r\nPING\r\n')),
    ("nats_client", re.escape(b"PUB people 3\r\noff\r\n")),
    ("nats_client", re.escape(b"SUB > 1\r\n")),
    ("ldap", re.escape(b"0\x0e\2\1\1`\x09\2\1\3\4\1a\x80\1b")),
    ("ldap", re.escape(b"0\x08\2\1\6J\3a=b")),
    ("ftp", re.escape(b"DELE /a\r\n")),
    ("ftp", re.escape(b"RETR /a\r\n")),
    ("rsync", re.escape(b"--server\0-r\0-e.iLs\0.\0pub/\0\0\x04\0\0\x07\0\0\0\0")),
    ("rsync", re.escape(b"--server\0--sender\0--remove-source-files\0-r\0-e.iLs\0.\0pub/\0\0\x04\0\0\x07\0\0\0\0")),
    ("rsync", re.escape(b"--server\0--sender\0-r\0-e.iLs\0.\0pub/\0\0\x04\0\0\x07\0\0\0\0\x03\0\0\x07\1\0\xa0")),
    ("mssql", re.escape(b"\x10\x01\0\x20")),
    ("smb", re.escape(b"\0\0\0l\xfeSMB\x40\0\0\0\0\0\0\0\1\0" + bytes(94))),
]


@each(("name", "pattern"), REFUSED)
def test_what_writes_or_returns_records_would_be_noticed(name: str, pattern: bytes) -> None:
    probe = next(probe for probe in PROBES if probe.meta.name == name)
    assert problem(probe, DeclaredSend("new", pattern, "x"))


def test_the_page_of_the_documentation_is_current() -> None:
    loader = SourceFileLoader("what_tieback_sends", str(ROOT / "tools" / "what-tieback-sends"))
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    written = (ROOT / "docs" / "reference" / "what-tieback-sends.md").read_text()
    assert written == module.page(), "run: python tools/what-tieback-sends"


COUNTS = {
    # sends that count the rows of a table that keeps its own rows
    *("SELECT count() of at most 10,000 rows", "SELECT count() of all rows"),
    *("SELECT token(<key>) ... LIMIT", "SELECT token(<key>) ... WHERE token(<key>) > <token> LIMIT"),
}
CODE_OF_USERS = re.compile(
    rb"_design|(?<!system)_view|_show|_list/|_update/|\$function|\$where|\$accumulator|mapReduce|eval|fcall|script|runtime_mappings"
    rb"|beforeFind|/rpc/|OPENROWSET|dblink|remote\(|url\(|s3\(|mysql\(|postgresql\(",
    re.IGNORECASE,
)


@each("probe", PROBES, ids=lambda probe: probe.meta.name)
def test_no_send_names_what_a_user_of_the_server_can_define(probe: Probe) -> None:
    """See docs/understand/foreign-code.md."""
    assert [send.name for send in probe.meta.sends if CODE_OF_USERS.search(send.pattern)] == []
    catalogue = rb"(?:FROM|from)\\?[ +]((?:[a-z_]+)\\?\.[a-z_]+)"
    for send in probe.meta.sends:
        if probe.meta.name in ("cassandra", "clickhouse", "clickhouse_native") and b"SELECT" in send.pattern:
            if send.name in COUNTS or (send.values and (probe.meta.name, send.name) in SAMPLES):
                continue
            names = re.findall(catalogue, send.pattern.replace(b"\\", b""))
            selects = send.pattern.count(b"FROM")
            assert len(names) == selects, send.name
            local = (b"system.", b"system_schema.", b"system_views.")
            assert all(name.startswith(local) for name in names), send.name


@each("probe", PROBES, ids=lambda probe: probe.meta.name)
def test_only_sends_of_a_session_need_the_permission_for_it(probe: Probe) -> None:
    """Every POST of an MCP server, and the GET of its older transport: without ``mcp``, no session opens."""
    needing = {send.name for send in probe.meta.sends if send.mcp}
    posts = {send.name for send in probe.meta.sends if send.pattern.startswith(b"POST")}
    assert needing == (posts | {"GET /sse"} if probe.meta.name == "mcp" else set())


@each("probe", PROBES, ids=lambda probe: probe.meta.name)
def test_what_returns_values_is_no_catalogue(probe: Probe) -> None:
    values = [send for send in probe.meta.sends if send.values]
    assert [send.name for send in values if send.cost is SendCost.CATALOGUE] == []
    assert [send.name for send in values if send.depth is not Depth.SAMPLE and send.cost.needs_scans] == []
