"""Compose files: which data stores are published, and which of them need a login."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tests.unit.posture.rules.conftest import Ask
from tieback.model.errors import InputError
from tieback.posture.rules import reader_for
from tieback.posture.rules.containers.compose import Compose
from tieback.posture.rules.containers.images import load_images
from tieback.posture.rules.interface import Requester
from tieback.posture.rules.source import RulesText

READER = Compose()


def one(image: str, *lines: str, ports: str = "") -> str:
    """A file with the service ``db``."""
    published = [f"    ports: [{ports}]"] if ports else []
    return (
        "\n".join(["services:", "  db:", f"    image: {image}", *published, *(f"    {line}" for line in lines)]) + "\n"
    )


def env(*settings: str) -> str:
    return "environment: [" + ", ".join(f'"{setting}"' for setting in settings) + "]"


ES = '"9200:9200"'
CASES: list[tuple[str, str, str]] = [
    ("Elasticsearch without security", one("elasticsearch:8.1.0", env("xpack.security.enabled=false"), ports=ES), "rw"),
    ("Elasticsearch 8", one("elasticsearch:8.11.0", ports=ES), "--"),
    ("Elasticsearch 7", one("docker.elastic.co/elasticsearch/elasticsearch:7.17.9", ports=ES), "rw"),
    ("Elasticsearch 7 with security", one("elasticsearch:7.17.9", env("xpack.security.enabled=true"), ports=ES), "--"),
    ("Elasticsearch of an unknown version", one("elasticsearch", ports=ES), "-?-?"),
    ("a version in a variable", one("elasticsearch:${STACK}", ports=ES), "-?-?"),
    ("a version with a default", one("elasticsearch:${STACK:-7.10.2}", ports=ES), "rw"),
    ("security in a variable", one("elasticsearch:8.1.0", env("xpack.security.enabled=${SEC}"), ports=ES), "r?w?"),
    ("security with a default", one("elasticsearch:8.1.0", env("xpack.security.enabled=${S:-false}"), ports=ES), "rw"),
    ("security in an argument", one("elasticsearch:8.1.0", "command: -Expack.security.enabled=false", ports=ES), "rw"),
    ("anonymous superuser", one("elasticsearch:8.1.0", env("xpack.security.authc.anonymous.roles=superuser"), ports=ES),
     "rw"),
    ("anonymous roles", one("elasticsearch:8.1.0", env("xpack.security.authc.anonymous.roles=app"), ports=ES), "r?w?"),
    ("only in the container", one("elasticsearch:7.1.0", env("network.host=127.0.0.1"), ports=ES), "--"),
    ("a mounted configuration", one(
        "elasticsearch:8.1.0", 'volumes: ["./e.yml:/usr/share/elasticsearch/config/e.yml"]', ports=ES), "-?-?"),
    ("not published", one("elasticsearch:7.17.9", env("xpack.security.enabled=false")), "--"),
    ("exposed to other containers", one("elasticsearch:7.17.9", 'expose: ["9200"]'), "--"),
    ("published on loopback", one("elasticsearch:7.17.9", ports='"127.0.0.1:9200:9200"'), "--"),
    ("published on loopback, IPv6", one("elasticsearch:7.17.9", ports='"[::1]:9200:9200"'), "--"),
    ("published on one address", one("elasticsearch:7.17.9", ports='"203.0.113.5:9200:9200"'), "rw"),
    ("published on an unknown address", one("elasticsearch:7.17.9", ports='"${IP}:9200:9200"'), "r?w?"),
    ("published on a default address", one("elasticsearch:7.17.9", ports='"${IP:-127.0.0.1}:9200:9200"'), "--"),
    ("another port outside", one("elasticsearch:7.17.9", ports='"80:9200"'), "rw"),
    ("a number", one("elasticsearch:7.17.9", ports="9200"), "rw"),
    ("an unknown port", one("elasticsearch:7.17.9", ports='"${PORTS}"'), "r?w?"),
    ("a range", one("elasticsearch:7.17.9", ports='"9200-9300:9200-9300"'), "rw"),
    ("only the transport port", one("elasticsearch:7.17.9", ports='"9300:9300"'), "-?-?"),
    ("the long form", one("elasticsearch:7.17.9", ports="{target: 9200, published: 9200}"), "rw"),
    ("the long form on loopback", one(
        "elasticsearch:7.17.9", ports="{target: 9200, published: 9200, host_ip: 127.0.0.1}"), "--"),
    ("the network of the host", one("elasticsearch:7.17.9", "network_mode: host"), "rw"),
    ("the network of another service", one("elasticsearch:7.17.9", "network_mode: service:vpn"), "-?-?"),
    ("a reverse proxy", one("elasticsearch:7.17.9", 'labels: ["traefik.enable=true"]'), "-?-?"),
    ("OpenSearch", one("opensearchproject/opensearch:2.11.0", ports=ES), "--"),
    ("OpenSearch without its plugin", one(
        "opensearchproject/opensearch:2", env("DISABLE_SECURITY_PLUGIN=true"), ports=ES), "rw"),
    ("MongoDB", one("mongo:7", ports='"27017:27017"'), "rw"),
    ("MongoDB with a user", one(
        "mongo:7", env("MONGO_INITDB_ROOT_USERNAME=a", "MONGO_INITDB_ROOT_PASSWORD=b"), ports='"27017:27017"'), "--"),
    ("MongoDB with an empty user", one("mongo:7", env("MONGO_INITDB_ROOT_USERNAME="), ports='"27017:27017"'), "rw"),
    ("MongoDB with a user of the shell", one("mongo:7", env("MONGO_INITDB_ROOT_USERNAME"), ports="27017"), "-?-?"),
    ("MongoDB with --auth", one("mongo:7", "command: mongod --auth", ports="27017"), "--"),
    ("MongoDB on loopback", one("mongo:7", 'command: ["mongod", "--bind_ip", "127.0.0.1"]', ports="27017"), "--"),
    ("MongoDB with a file of variables", one("mongo:7", "env_file: .env", ports="27017"), "r?w?"),
    ("MongoDB that extends another", one("mongo:7", "extends: {service: base}", ports="27017"), "r?w?"),
    ("Redis", one("redis:7-alpine", ports='"6379:6379"'), "rw"),
    ("Redis with a password", one("redis:7", "command: redis-server --requirepass s3", ports="6379"), "--"),
    ("Redis with a password in a list", one("redis:7", 'command: ["--requirepass", "s3"]', ports="6379"), "--"),
    ("Redis with a password of a shell", one(
        "redis:7", "command: sh -c 'redis-server --requirepass $$PASS'", env("PASS=s3"), ports="6379"), "--"),
    ("Redis with an unknown password", one("redis:7", "command: --requirepass ${PASS}", ports="6379"), "-?-?"),
    ("Redis with an unknown password, one word", one("redis:7", "command: --requirepass=${P}", ports="6379"), "-?-?"),
    ("Redis with an empty password", one("redis:7", 'command: redis-server --requirepass ""', ports="6379"), "rw"),
    ("Redis with an ACL", one("redis:7", "command: redis-server --user default on nopass +@all", ports="6379"), "r?w?"),
    ("Redis with a file", one("redis:7", "command: redis-server /etc/r/redis.conf", ports="6379"), "r?w?"),
    ("Redis on UDP", one("redis:7", ports='"6379:6379/udp"'), "--"),
    ("Valkey", one("valkey/valkey:8", ports="6379"), "rw"),
    ("Bitnami Redis", one("bitnami/redis:7.2", env("ALLOW_EMPTY_PASSWORD=yes"), ports="6379"), "rw"),
    ("Bitnami Redis with a password", one("docker.io/bitnami/redis:7.2", env("REDIS_PASSWORD=x"), ports="6379"), "--"),
    ("PostgreSQL", one("postgres:16", env("POSTGRES_PASSWORD=x"), ports='"5432:5432"'), "--"),
    ("PostgreSQL with an unknown password", one("postgres:16", env("POSTGRES_PASSWORD=${PW}"), ports="5432"), "--"),
    ("SQL Server", one("mcr.microsoft.com/mssql/server:2022-latest", env("MSSQL_SA_PASSWORD"), ports="1433"), "--"),
    ("ZooKeeper", one("zookeeper:3.9", ports="2181"), "r?w?"),
    ("PostgreSQL with trust", one("postgres:16", env("POSTGRES_HOST_AUTH_METHOD=trust"), ports="5432"), "rw"),
    ("PostgreSQL, unknown method", one("postgres:16", env("POSTGRES_HOST_AUTH_METHOD=${M}"), ports="5432"), "r?w?"),
    ("PostgreSQL with another hba", one(
        "postgres:16", "command: -c hba_file=/x", env("POSTGRES_PASSWORD=x"), ports="5432"), "r?w?"),
    ("MySQL", one("mysql:8", env("MYSQL_ROOT_PASSWORD=x"), ports='"3306:3306"'), "--"),
    ("MySQL with an empty password", one("mysql:8", env("MYSQL_ALLOW_EMPTY_PASSWORD=yes"), ports="3306"), "rw"),
    ("MariaDB with root only inside", one(
        "mariadb:11", env("MARIADB_ALLOW_EMPTY_ROOT_PASSWORD=1", "MARIADB_ROOT_HOST=localhost"), ports="3306"), "--"),
    ("Memcached", one("memcached", ports="11211"), "rw"),
    ("MinIO", one("minio/minio", env("MINIO_ROOT_PASSWORD=x"), ports='"9000:9000"'), "r?w?"),
    ("CouchDB 2", one("couchdb:2.3", ports="5984"), "rw"),
    ("CouchDB 3", one("couchdb:3.3", ports="5984"), "--"),
    ("Cassandra", one("cassandra:5", ports="9042"), "rw"),
    ("Neo4j without a login", one("neo4j:5", env("NEO4J_AUTH=none"), ports="7687"), "rw"),
    ("Neo4j", one("neo4j:5", env("NEO4J_AUTH=neo4j/x"), ports="7687"), "--"),
    ("InfluxDB 1", one("influxdb:1.8", ports="8086"), "rw"),
    ("InfluxDB 1 with a login", one("influxdb:1.8", env("INFLUXDB_HTTP_AUTH_ENABLED=true"), ports="8086"), "--"),
    ("InfluxDB 1, unknown switch", one("influxdb:1.8", env("INFLUXDB_HTTP_AUTH_ENABLED=${A}"), ports="8086"), "r?w?"),
    ("ClickHouse", one("clickhouse/clickhouse-server:24.8", ports="8123"), "r?w?"),
    ("etcd", one("quay.io/coreos/etcd:v3.5.9", ports="2379"), "r?w?"),
    ("etcd with certificates", one("quay.io/coreos/etcd:v3", "command: etcd --client-cert-auth", ports="2379"), "--"),
    ("etcd, switched off", one("coreos/etcd:v3", "command: etcd --client-cert-auth=false", ports="2379"), "r?w?"),
    ("etcd, off by a variable", one("bitnami/etcd:3", env("ETCD_CLIENT_CERT_AUTH=false"), ports="2379"), "r?w?"),
    ("RabbitMQ", one("rabbitmq:3-management", ports="5672"), "--"),
    ("Mosquitto 2", one("eclipse-mosquitto:2", ports="1883"), "--"),
    ("Qdrant", one("qdrant/qdrant", ports="6333"), "rw"),
    ("Meilisearch with a key", one("getmeili/meilisearch:v1.6", env("MEILI_MASTER_KEY=x"), ports="7700"), "--"),
    ("an image with a digest and a registry with a port", one("reg.test:5000/mongo@sha256:ab", ports="27017"), "rw"),
    ("an unknown image with a known port", one("acme/store:1", ports='"27017:27017"'), "r?w?"),
    ("built here", "services: {db: {build: ., ports: ['6379:6379']}}", "r?w?"),
    ("merge keys", """
x-env: &env
  xpack.security.enabled: "false"
x-base: &base
  image: elasticsearch:8.9.0
  ports: ["9200:9200"]
services:
  db:
    <<: *base
    environment:
      <<: *env
      ES_JAVA_OPTS: -Xms512m
""", "rw"),
]  # fmt: skip


@each(("text", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_access_by_service(ask: Ask, text: str, expected: str) -> None:
    assert ask(READER, text, "anonymous", "db") == expected
    assert ask(READER, text, "any-user", "db") == expected


def test_the_answer_names_line_rule_and_request() -> None:
    text = RulesText(
        "c.yml", one("elasticsearch:8.11.0", ES and env("xpack.security.enabled=false"), ports='"8080:9200"')
    )
    permit = READER.read(text).ask(Requester.ANONYMOUS, "db").read
    assert permit.line == 5
    assert permit.rule == "image: elasticsearch:8.11.0; ports: 8080:9200; xpack.security.enabled=false"
    assert permit.request == "GET http://<host>:8080/_cat/indices"


def test_passwords_are_not_shown() -> None:
    text = RulesText("c.yml", one("mysql:8", env("MYSQL_ROOT_PASSWORD=geheim"), ports="3306"))
    assert "geheim" not in repr(READER.read(text).ask(Requester.ANONYMOUS, "db"))


def test_only_data_stores_are_paths() -> None:
    text = "services:\n  web: {image: nginx, ports: ['80:80']}\n  cache: {image: redis}\n  db: {image: 'postgres:16'}\n"
    assert list(READER.read(RulesText("c.yml", text)).paths()) == ["cache", "db"]


def test_an_unknown_image_with_a_common_port_or_the_network_of_the_host_is_no_data_store() -> None:
    text = (
        one("acme/console", ports='"9000:9000"')
        + "  media: {image: acme/media, network_mode: host}\n  c: {image: redis}\n"
    )
    assert list(READER.read(RulesText("c.yml", text)).paths()) == ["c"]


def test_a_path_that_is_no_data_store_is_not_certain(ask: Ask) -> None:
    assert ask(READER, one("redis:7"), "anonymous", "other") == "-?-?"


@pytest.mark.parametrize("text", ["services: {web: {image: nginx}}\n", "services:\n", "services: [1]\n", "a: b\n"])
def test_a_file_without_data_stores_is_an_error_not_a_closed_one(text: str) -> None:
    with pytest.raises(InputError, match="no container in it is a known data store"):
        READER.read(RulesText("c.yml", text))


@pytest.mark.parametrize("name", ["docker-compose.yml", "compose.yaml", "c.json", "stack"])
def test_it_is_recognised_before_the_configuration_of_a_server(name: str) -> None:
    assert (
        reader_for(RulesText(name, one("elasticsearch:8.11.0", env("xpack.security.enabled=false")))).meta.name
        == "compose"
    )


def test_every_image_has_a_source_and_a_last_rule_that_always_applies() -> None:
    names = [name for image in load_images() for name in image.names]
    assert len(names) == len(set(names))
    for image in load_images():
        assert image.source.startswith("https://")
        assert image.rule[-1].is_default
        assert not image.rule[-1].before
        defaults = [rule for rule in image.rule if rule.is_default]
        assert len(defaults) == 1 or [(rule.before, rule.since) for rule in defaults] == [
            (defaults[0].before, 0),
            (0, defaults[0].before),
        ]
        assert all(value == value.lower() for rule in image.rule for value in rule.values)


WORDS = st.sampled_from(
    ["mongo", "redis:7", "${A}", "${A:-b}", "$$", "9200:9200", "[::1]:1:2", "::", "\0", "9200-1:1-70000", "'"]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 99_999) | WORDS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["target", "<<", "published", "x"]), inner)
    ),
    max_leaves=6,
)
KEYS = ["image", "ports", "environment", "command", "volumes", "env_file", "network_mode", "labels", "extends", "<<"]


@given(st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=5))
def test_any_service_never_raises_another_error(service: dict[str, object]) -> None:
    import json

    text = RulesText("c.json", json.dumps({"services": {"db": service, "cache": {"image": "redis"}}}))
    try:
        policy = READER.read(text)
    except InputError:
        return
    for path in policy.paths():
        assert isinstance(policy.ask(Requester.ANONYMOUS, path).read.allowed, bool)
