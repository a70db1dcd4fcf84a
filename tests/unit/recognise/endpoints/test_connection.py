"""Connection strings: endpoints, masked credentials, and nothing of a password anywhere else."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tests.linear import assert_linear
from tieback.recognise.endpoints.connection import verify, verify_jdbc
from tieback.recognise.endpoints.hosts import PRIVATE_NAME
from tieback.recognise.endpoints.verdict import TextVerdict
from tieback.recognise.rules import RuleFiles

RULES = RuleFiles()


def judged(text: str) -> TextVerdict:
    if text.startswith("jdbc:"):
        return verify_jdbc(text, RULES)
    return verify(text, RULES.services.schemes[text.partition("://")[0]], RULES)


@each(
    ("text", "values"),
    [
        ("mongodb://db.x.test:27017/shop", ["mongodb://db.x.test:27017/shop"]),
        ("mongodb://db.x.test/shop?ssl=true", ["mongodb://db.x.test:27017/shop"]),
        ("mongodb://u:p@a.x.test,b.x.test:27018/d", ["mongodb://a.x.test:27017/d", "mongodb://b.x.test:27018/d"]),
        ("mongodb+srv://u:p@c0.ab1.mongodb.net/app?retryWrites=true", ["mongodb+srv://c0.ab1.mongodb.net/app"]),
        ("mongodb://u:p@ss/w:o?rd@db.x.test/shop", ["mongodb://db.x.test:27017/shop"]),
        (
            "mongodb://acct:key==@acct.mongo.cosmos.azure.com:10255/?ssl=true&replicaSet=globaldb&appName=@acct@",
            ["mongodb://acct.mongo.cosmos.azure.com:10255"],
        ),
        (
            "mongodb://u:k=@acct.mongo.cosmos.azure.com:10255/?appName=@acct",
            ["mongodb://acct.mongo.cosmos.azure.com:10255"],
        ),
        (
            "mongodb://acct:ke/y==@acct.mongo.x.test:10255/?ssl=true&appName=@acct@",
            ["mongodb://acct.mongo.x.test:10255"],
        ),
        ("mongodb://%s:%s@db.x.test", ["mongodb://db.x.test:27017"]),
        ("redis://:12/3@cache.x.test", ["redis://cache.x.test:6379"]),
        ("mongodb://u:pa?x&y=z@db.x.test", ["mongodb://db.x.test:27017"]),
        ("mongodb://db.x.test/%s", ["mongodb://db.x.test:27017"]),
        ("redis://:secret1@cache.x.test", ["redis://cache.x.test:6379"]),
        ("rediss://cache.x.test:6380/0", ["rediss://cache.x.test:6380/0"]),
        ("postgres://u:p@pg.x.test/crm", ["postgresql://pg.x.test:5432/crm"]),
        ("postgresql://pg.x.test", ["postgresql://pg.x.test:5432"]),
        ("postgresql://pg.x.test)", ["postgresql://pg.x.test:5432"]),
        ("mysql://root@10.1.2.3:3307/shop", ["mysql://10.1.2.3:3307/shop"]),
        ("mariadb://m.x.test/db", ["mariadb://m.x.test:3306/db"]),
        ("amqp://guest:guest1@mq.x.test/%2f", ["amqp://mq.x.test:5672"]),
        ("amqps://mq.x.test", ["amqps://mq.x.test:5671"]),
        ("mqtt://broker.x.test", ["mqtt://broker.x.test:1883"]),
        ("mqtts://broker.x.test:8884", ["mqtts://broker.x.test:8884"]),
        ("imap://u:pw1234@mail.x.test", ["imap://mail.x.test:143"]),
        ("imap+ssl+://mail.x.test", ["imaps://mail.x.test:993"]),
        ("pop3+tls://pop.x.test:1100", ["pop3://pop.x.test:1100"]),
        ("smtp+ssl://out.x.test", ["smtps://out.x.test:465"]),
        ("smtp+tls+://out.x.test", ["smtp://out.x.test:587"]),
        ("mongodb://[2a00:1450::1]:27017/a", ["mongodb://[2a00:1450::1]:27017/a"]),
        ("jdbc:mysql://root:pw1234@db.x.test/shop", ["mysql://db.x.test:3306/shop"]),
        ("jdbc:mysql:loadbalance://a.x.test,b.x.test/s", ["mysql://a.x.test:3306/s", "mysql://b.x.test:3306/s"]),
        ("jdbc:postgresql://pg.x.test:5433/crm?user=u", ["postgresql://pg.x.test:5433/crm"]),
        (
            "jdbc:sqlserver://ms.x.test:1433;databaseName=hr;user=sa;password=Hunter22",
            ["sqlserver://ms.x.test:1433/hr"],
        ),
        ("jdbc:jtds:sqlserver://ms.x.test/hr", ["sqlserver://ms.x.test:1433/hr"]),
        ("jdbc:oracle:thin:@db.x.test:1521:ORCL", ["oracle://db.x.test:1521/ORCL"]),
        ("jdbc:oracle:thin:scott/tiger12@//db.x.test:1521/svc", ["oracle://db.x.test:1521/svc"]),
    ],
)
def test_connection_strings_are_accepted(text: str, values: list[str]) -> None:
    verdict = judged(text)
    assert [endpoint.value for endpoint in verdict.endpoints] == values, verdict.rejected


@each("scheme", ["mongodb", "mongodb+srv", "postgresql", "redis", "amqps", "mqtt", "jdbc:mysql", "jdbc:postgresql"])
@each("mark", ["/app?user=", "/?user=", "?user=", "/app?ssl=true&user=", ";user=", ";encrypt=true;user="])
@each("user", ["anna@post.test", "anna@post", "a@b@post.test", "@anna@"])
@each(
    "place", ["p9.x.test", "p9.x.test:5432", "u:S3cr3tW0rd@p9.x.test", "u@p9.x.test:5432", "p9.x.test,p8.x.test:1234"]
)
def test_the_user_of_an_option_is_no_host_and_no_password(scheme: str, mark: str, user: str, place: str) -> None:
    verdict = judged(f"{scheme}://{place}{mark}{user}")
    names = [part.partition(":")[0] for part in place.rpartition("@")[2].split(",")]
    assert [endpoint.host for endpoint in verdict.endpoints] == names
    assert not verdict.not_backends
    assert [secret.masked for secret in verdict.secrets] == (["S***d (10)"] if "S3cr3t" in place else [])


@each(
    ("text", "value", "passwords"),
    [
        # What the portals of Azure show: https://learn.microsoft.com/azure/azure-sql/database/connect-query-content-reference-guide
        (
            "jdbc:sqlserver://w-sql.database.windows.net:1433;database=forest;user=admin@w-sql;password=Buche!2024rot",
            "sqlserver://w-sql.database.windows.net:1433/forest",
            ["Bu***ot (13)"],
        ),
        (
            "jdbc:mysql://w.mysql.database.azure.com:3306/forest?user=admin@w&password=Buche!2024rot",
            "mysql://w.mysql.database.azure.com:3306/forest",
            ["Bu***ot (13)"],
        ),
        (
            "postgres://admin@w:Buche!2024rot@w.postgres.database.azure.com/forest?sslmode=require",
            "postgresql://w.postgres.database.azure.com:5432/forest",
            ["Bu***ot (13)"],
        ),
    ],
)
def test_users_with_the_name_of_their_server(text: str, value: str, passwords: list[str]) -> None:
    verdict = judged(text)
    assert [endpoint.value for endpoint in verdict.endpoints] == [value]
    assert [secret.masked for secret in verdict.secrets] == passwords


@each("text", ["mysql://app:Torf83@db.acme/x", "jdbc:mysql://db.acme/x"])
def test_a_name_that_only_a_private_network_can_have_is_told(text: str) -> None:
    verdict = judged(text)
    assert [one.reason for one in verdict.not_backends] == [PRIVATE_NAME]
    assert not verdict.endpoints


@each(
    ("text", "reason"),
    [
        ("jdbc:postgresql://${DB}:5432/app?user=anna@post.test", "placeholder in the host"),
        ("postgresql://%s:%d/app?user=anna@post.test", "no host"),
        ("mongodb://", "no host"),
        ("mongodb://%s", "placeholder in the host"),
        ("mongodb://u:p", "no host"),
        ("mongodb://u:p@%s:%d/x", "no host"),
        ("mongodb://${HOST}:27017", "placeholder in the host"),
        ("mongodb://db.x.test:0/", "port out of range"),
        ("mysql://com.shop.db/x", "unknown top-level name"),
        ("jdbc:sqlite:app.db", "database inside the app, or a driver of no known store"),
        ("jdbc:h2:mem:test", "database inside the app, or a driver of no known store"),
        ("jdbc:mysql", "database inside the app, or a driver of no known store"),
        ("jdbc:mysql:x", "no host"),
    ],
)
def test_other_texts_are_rejected(text: str, reason: str) -> None:
    verdict = judged(text)
    assert verdict.rejected == reason
    assert not verdict.endpoints


@pytest.mark.parametrize(
    ("text", "service", "port"),
    [
        ("mongodb+srv://c0.ab1.mongodb.net/app", "mongodb", None),
        ("rediss://cache.x.test", "redis", 6379),
        ("mariadb://m.x.test", "mysql", 3306),
        ("postgres://pg.x.test", "postgresql", 5432),
        ("amqps://mq.x.test", "amqp", 5671),
    ],
)
def test_services_and_default_ports(text: str, service: str, port: int | None) -> None:
    (endpoint,) = judged(text).endpoints
    assert (endpoint.service, endpoint.port) == (service, port)


@each(
    ("text", "masked"),
    [
        ("mongodb://u:s3cretpw@db.x.test", ["s***w (8)"]),
        ("mongodb://u:pw@db.x.test", ["*** (2)"]),
        ("mongodb://u:p@ss/w0rd@db.x.test", ["p***d (9)"]),
        ("jdbc:mysql://db.x.test/s?user=u&password=hunter22", ["h***2 (8)"]),
        ("jdbc:oracle:thin:scott/tiger12@//db.x.test:1521/svc", ["t***2 (7)"]),
        ("mongodb://%s:%s@db.x.test", []),
        ("mongodb://user@db.x.test", []),
        ("mongodb://u:{password}@db.x.test", []),
    ],
)
def test_passwords_are_masked(text: str, masked: list[str]) -> None:
    assert [secret.masked for secret in judged(text).secrets] == masked


def test_loopback_is_not_a_back_end() -> None:
    verdict = judged("mongodb://localhost:27017,db.x.test/shop")
    assert [text.value for text in verdict.not_backends] == ["mongodb://localhost:27017/shop"]
    assert [endpoint.value for endpoint in verdict.endpoints] == ["mongodb://db.x.test:27017/shop"]


@given(st.sampled_from(["mongodb://", "redis://", "jdbc:mysql://", "jdbc:oracle:thin:"]), st.text(max_size=200))
@settings(max_examples=examples(100), deadline=None)
def test_any_text_has_a_verdict(scheme: str, rest: str) -> None:
    verdict = judged(scheme + rest)
    assert verdict.covers <= len(scheme) + len(rest)
    assert verdict.rejected or verdict.endpoints or verdict.not_backends


@each("filler", ["@", "a@", "a,", "a:1,", "a.b@c,", "[", "u:p@"])
def test_the_cost_of_hostile_repetition_is_linear(filler: str) -> None:
    assert_linear(lambda size: "mongodb://" + filler * (size // len(filler)), judged, 2_000)


@pytest.mark.parametrize(
    ("text", "value", "secrets"),
    [
        ("mongodb://db", "mongodb://db:27017", 0),
        ("mongodb://svc:Kd83sPq9@mongo:27017/shop", "mongodb://mongo:27017/shop", 1),
        ("postgresql://user:password@host:5432/database", "postgresql://host:5432/database", 0),
        ("postgresql://db:5432/app?user=anna@post.test", "postgresql://db:5432/app", 0),
        ("jdbc:mysql://localhost/app?user=anna@post.test", "mysql://localhost:3306/app", 0),
        ("redis://:Kd83sPq9@localhost:6379", "redis://localhost:6379", 0),
        ("redis://:Kd83sPq9@10.0.2.2:6379", "redis://10.0.2.2:6379", 0),
    ],
)
def test_a_name_of_a_container_network_is_no_back_end_but_its_password_counts(
    text: str, value: str, secrets: int
) -> None:
    verdict = judged(text)
    assert verdict.endpoints == ()
    assert [one.value for one in verdict.not_backends] == [value]
    assert len(verdict.secrets) == secrets
