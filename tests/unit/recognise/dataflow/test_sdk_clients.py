"""Calls of client libraries, as Kotlin and Java compile them: default arguments, extension functions, setters."""

from pathlib import Path

from tests.each import each
from tieback.intake.apps.dex import read_dex
from tieback.model.sighting import Sighting
from tieback.recognise.dataflow.extract import DataflowExtractor
from tieback.recognise.extract import EndpointExtractor

JUDGE = EndpointExtractor()
DEX = Path(__file__).parent / "dex" / "sdk.dex"
TABLE = [
    # method, endpoint
    ("ktorSocket", "ktor.shop.test:9301"),
    ("ktorAddress", "ktoraddr.shop.test:9302"),
    ("ktorWebSocket", "ktorws.shop.test:9303"),
    ("ktorHost", "ktorhost.shop.test:9304"),
    ("ktorSet", "https://ktorset.shop.test:9305/v5"),
    ("ktorTake", "https://ktortake.shop.test/api/orders"),
    ("supabase", "https://en.wikipedia.org/w/supabase"),
    ("mysql", "mysql.shop.test:3307"),
    ("mysqlDefault", "mysql2.shop.test:3306"),
    ("postgres", "pg.shop.test:5433"),
    ("jtds", "mssql.shop.test:1433"),
    ("hikari", "mysql://hikari.shop.test:3306/stock"),
    ("mongo", "mongodb://mongo.shop.test:27018/stock"),
    ("influx", "http://influx.shop.test:8086"),
    ("lettuce", "lettuce.shop.test:6381"),
    ("lettuceCreate", "lettuce2.shop.test:6382"),
    ("jedisPool", "pool.shop.test:6383"),
    ("kmqtt", "kmqtt.shop.test:1884"),
    ("sip", "sip.shop.test:5070"),
    ("soap", "soap.shop.test:8444"),
    ("thrift", "thrift.shop.test:9306"),
    ("minio", "http://minio.shop.test:9307"),
    ("auth0", "login.shop.test:443"),
    ("oksocket", "oksocket.shop.test:9308"),
    ("smartfox", "smartfox.shop.test:9933"),
    ("nakama", "nakama.shop.test:7349"),
    ("dns", "dns.shop.test:53"),
    ("stomp", "wss://stomp.shop.test/ws"),
    ("media", "https://media.shop.test/live.m3u8"),
    ("fuel", "https://en.wikipedia.org/w/fuel"),
    ("jaxrs", "https://jaxrs.shop.test/v1/carts"),
    ("rest", "https://en.wikipedia.org/w/rest"),
    ("volley", "https://en.wikipedia.org/w/volley"),
    ("volleyArray", "https://en.wikipedia.org/w/volley/array"),
]
QUIET = ["bind", "databaseName", "sipUser", "ownSocket", "client", "volleyNetwork"]
"""Methods whose calls name a socket that listens, a database, a user, a class of the app,
an application and a cache."""


def found() -> dict[str, set[str]]:
    """The endpoints by method."""
    artifact = read_dex("classes.dex", DEX.read_bytes())[0]
    every: dict[str, set[str]] = {}
    for one in DataflowExtractor(JUDGE, JUDGE.rules).extract(artifact):
        if isinstance(one, Sighting):
            method = one.evidence.context.partition(": ")[0].rpartition("->")[2]
            every.setdefault(method, set()).add(one.endpoint.value)
    return every


FOUND = found()


@each(("method", "endpoint"), TABLE, ids=[method for method, _ in TABLE])
def test_the_endpoint_of_a_call_of_a_library(method: str, endpoint: str) -> None:
    assert FOUND.get(method, set()) == {endpoint}


@each("method", QUIET)
def test_other_calls_name_no_endpoint(method: str) -> None:
    assert method not in FOUND
