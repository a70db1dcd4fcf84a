"""DEX files in, finds out: what the code puts together, with its method, and nothing that a string says by itself."""

import struct
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import samples
from tests.each import each
from tests.examples import examples
from tieback.intake.apps.dex import read_dex
from tieback.intake.apps.interface import Artifact, BufferKind
from tieback.intake.apps.open import open_app
from tieback.intake.apps.smali.class_reader import ClassReader
from tieback.intake.apps.smali.dex_writer import DexBuilder
from tieback.model.sighting import Credential, CredentialGrade, NotBackend, Sighting
from tieback.recognise.dataflow import extract
from tieback.recognise.dataflow.dex.dexfile import DexFile
from tieback.recognise.dataflow.extract import DataflowExtractor
from tieback.recognise.dataflow.finds import RULE
from tieback.recognise.dataflow.walk import app_methods, getters, state
from tieback.recognise.dataflow.walk.secrets import named_values
from tieback.recognise.extract import EndpointExtractor
from tieback.recognise.interface import Find
from tieback.recognise.reasons import TUNNEL
from tieback.recognise.search import AppSearch
from tieback.recognise.whole_app.collect import merge_finds

DEX = Path(__file__).parent / "dex"
ROOT = Path(__file__).parents[4]
LABS = ROOT / "labs" / "apps"
REAL = samples.directory("apps")

JUDGE = EndpointExtractor()
RULES = JUDGE.rules
EXTRACTOR = DataflowExtractor(JUDGE, RULES)


def artifact(data: bytes) -> Artifact:
    return read_dex("classes.dex", data)[0]


def finds(name: str) -> list[Find]:
    return list(EXTRACTOR.extract(artifact((DEX / f"{name}.dex").read_bytes())))


def sightings(found: list[Find]) -> dict[str, Sighting]:
    first: dict[str, Sighting] = {}
    for find in found:
        if isinstance(find, Sighting):
            first.setdefault(find.endpoint.value, find)
    return first


def test_a_field_of_a_class_above_has_the_values_of_the_class_of_the_object() -> None:
    found = {one for one in sightings(finds("serviceclasses")) if "/v1/" in one}
    first, second = "https://first.shop.test/api/v1", "https://second.shop.test/api/v1"
    one = {f"{first}/first", f"{first}/below", f"{second}/second", f"{second}/known"}
    # Nothing is known of the class of an object, or no code gives one of its class a value.
    both = {f"{server}/{path}" for server in (first, second) for path in ("any", "unknown", "unset")}
    assert found == one | both


def test_a_server_is_not_put_before_a_whole_address_of_its_domain() -> None:
    found = set(sightings(finds("wholeaddress")))
    assert "https://api.shop.test/v2/orders" in found
    assert "https://api.shop.test/v2/https://ads.shop.test/offers" not in found
    # Another domain can pass requests on.
    assert "https://proxy.relay.test/fetch/https://ads.shop.test/offers" in found


TABLE: list[tuple[str, str, str, str, str]] = [
    # fixture, method, endpoint, how, the composed text
    ("concat", "Api;->builder", "https://api.shop.test/v1/me", "concat", "https://api.shop.test/v1/me"),
    ("concat", "Api;->chars", "http://es.shop.test:9200/orders/_search", "concat", "http://es.shop.test:9200/orders/_search"),
    ("concat", "Api;->concat", "mongodb://db.shop.test:27017/orders", "concat", "mongodb://***@db.shop.test/orders"),
    ("concat", "Api;->format", "https://img.shop.test/v2/items", "format", "https://img.shop.test/v2/items"),
    ("concat", "Api;->plus", "https://push.shop.test/send", "concat", "https://push.shop.test/send"),
    ("concat", "Api;->holes", "https://users.shop.test/v3", "concat", "https://users.shop.test/v3/{}/cards"),
    ("concat", "Api;->branches", "https://pay.shop.test/checkout/card/start", "concat", "https://pay.shop.test/checkout/card/start"),
    ("concat", "Api;->branches", "https://pay.shop.test/checkout/bank/start", "concat", "https://pay.shop.test/checkout/bank/start"),
    ("concat", "Api;->escapes", "https://lost.shop.test/gone", "concat", "https://lost.shop.test/gone"),
    ("concat", "Api;->tables", "https://cdn.shop.test/assets", "concat", "https://cdn.shop.test/assets"),
    ("fields", "Uses;->base", "https://static.shop.test/api/orders", "concat", "https://static.shop.test/api/orders"),
    ("fields", "Uses;->changed", "https://one.shop.test/never", "concat", "https://one.shop.test/never"),
    ("fields", "Uses;->changed", "https://two.shop.test/never", "concat", "https://two.shop.test/never"),
    ("fields", "Uses;->broker", "broker.shop.test:7575", "Socket", "broker.shop.test:7575"),
    ("fields", "Config;->own", "https://own.shop.test/inbox", "concat", "https://own.shop.test/inbox"),
    ("optimised", "Shop;->items", "https://eu-stock.shop.test/v1/items", "format", "https://eu-stock.shop.test/v1/items"),
    ("optimised", "Prices;->all", "https://eu-prices.shop.test/v1/all", "format", "https://eu-prices.shop.test/v1/all"),
    ("optimised", "Shop;->carts", "http://carts.shop.test/v2", "concat", "http://carts.shop.test/v2"),
    ("optimised", "Shop;->orders", "https://orders.shop.test/v3", "URL", "https://orders.shop.test/v3"),
    ("optimised", "Shop;->returns", "https://returns.shop.test/v4", "concat", "https://returns.shop.test/v4"),
    ("recipe", "Recipe;->me", "https://indy.shop.test/v2/me", "concat", "https://indy.shop.test/v2/me?q={}"),
    ("recipe", "Recipe;->plain", "https://both.shop.test/v5/all", "concat", "https://both.shop.test/v5/all"),
    ("retrofit", "net/Orders;->list", "https://retro.shop.test/api/v1/orders", "retrofit", "https://retro.shop.test/api/v1/orders"),
    ("credentials", "Client;->header", "https://keep.shop.test/v1/carts", "HttpUrl", "https://keep.shop.test/v1/carts"),
    ("sinks", "Sinks;->socket", "mq.shop.test:1883", "Socket", "mq.shop.test:1883"),
    ("sinks", "Sinks;->address", "203.0.114.7:9000", "InetSocketAddress", "203.0.114.7:9000"),
    ("sinks", "Sinks;->tunnel", "203.0.114.53:53", "VpnService.Builder", "203.0.114.53:53"),
    ("sinks", "Sinks;->tunnel", "[2001:db9::53]:53", "VpnService.Builder", "2001:db9::53:53"),
    ("sinks", "Sinks;->parts", "http://search.shop.test:9200/items/_count", "URL", "http://search.shop.test:9200/items/_count"),
    ("sinks", "Sinks;->relative", "https://rel.shop.test/v1/profile", "URL", "https://rel.shop.test/v1/profile"),
    ("sinks", "Sinks;->httpHost", "http://elastic.shop.test:9200", "HttpHost", "http://elastic.shop.test:9200"),
    ("sinks", "Sinks;->mongo", "docs.shop.test:27017", "MongoClient", "docs.shop.test:27017"),
    ("sinks", "Sinks;->mongo", "docs.shop.test:27016", "MongoClient", "docs.shop.test:27016"),
    ("sinks", "Sinks;->jedis", "cache.shop.test:6380", "Jedis", "cache.shop.test:6380"),
    ("sinks", "Grpc;->channel", "speech.shop.test:8080", "gRPC", "speech.shop.test:8080"),
    ("sinks", "Grpc;->channel", "target.shop.test:443", "gRPC", "target.shop.test:443"),
    ("sinks", "Xmpp;->service", "im.shop.test:5222", "XMPP", "im.shop.test:5222"),
    ("sinks", "Xmpp;->service", "im2.shop.test:5222", "XMPP", "im2.shop.test:5222"),
    ("sinks", "Mail;->server", "smtp.shop.test:465", "Mail", "smtp.shop.test:465"),
    ("sinks", "Mail;->send", "relay.shop.test:25", "Mail", "relay.shop.test:25"),
    ("sinks", "Mail;->inbox", "imap.shop.test:993", "Mail", "imap.shop.test:993"),
    ("sinks", "Telnet;->console", "console.shop.test:23", "Telnet", "console.shop.test:23"),
    ("sinks", "Telnet;->console", "terminal.shop.test:2323", "Telnet", "terminal.shop.test:2323"),
    ("sinks", "Mail;->ftp", "files.shop.test:21", "FTP", "files.shop.test:21"),
    ("sinks", "Mail;->ssh", "shell.shop.test:2222", "SSH", "shell.shop.test:2222"),
    ("sinks", "Services;->rabbit", "rabbit.shop.test:5673", "RabbitMQ", "rabbit.shop.test:5673"),
    ("sinks", "Services;->rabbitDefaultPort", "hare.shop.test:5672", "RabbitMQ", "hare.shop.test:5672"),
    ("sinks", "Services;->directory", "staff.shop.test:636", "LDAP", "staff.shop.test:636"),
    ("sinks", "Services;->upload", "upload.shop.test:21", "FTP", "upload.shop.test:21"),
    ("sinks", "Services;->download", "public.shop.test:21", "FTP", "public.shop.test:21"),
    ("sinks", "Mail;->sender", "sender2.shop.test:587", "Mail", "sender2.shop.test:587"),
    ("sinks", "Datagrams;->send", "udp.shop.test:4210", "Datagram", "udp.shop.test:4210"),
    ("sinks", "Datagrams;->address", "tcp.shop.test:4211", "InetSocketAddress", "tcp.shop.test:4211"),
    ("sinks", "Datagrams;->lookup", "https://lookup.shop.test", "InetAddress", "lookup.shop.test"),
    ("sinks", "Datagrams;->names", "dot.shop.test:853", "PrivateDns", "dot.shop.test:853"),
    ("sinks", "Picks;->random", "pick-a.shop.test:5001", "Socket", "pick-a.shop.test:5001"),
    ("sinks", "Picks;->random", "pick-b.shop.test:5001", "Socket", "pick-b.shop.test:5001"),
    ("sinks", "Picks;->shuffle", "mix-a.shop.test:5001", "Socket", "mix-a.shop.test:5001"),
    ("sinks", "Picks;->shuffle", "mix-b.shop.test:5001", "Socket", "mix-b.shop.test:5001"),
    ("sinks", "Sinks;->uri", "https://maps.shop.test/tiles", "Uri", "https://maps.shop.test/tiles"),
    ("sinks", "Sinks;->okhttp", "http://ok.shop.test:8080/v4/carts", "HttpUrl", "http://ok.shop.test:8080/v4/carts"),
    ("sinks", "Sinks;->bucket", "s3:shop-receipts-2026", "S3", "https://shop-receipts-2026.s3.amazonaws.com/"),
    ("sinks", "Sinks;->realtime", "firebase-rtdb:shop-orders-1f2e", "FirebaseDatabase", "firebaseio.com/customers"),
    ("sinks", "Sinks;->collection", "firestore:shop-prod-77", "FirebaseFirestore", "documents/users"),
    ("sinks", "Sinks;->callable", "firebase-functions:europe-west1-shop-prod-77", "FirebaseFunctions", "/refund"),
    ("clients", "Clients;->netty", "netty.shop.test:8000", "Netty", "netty.shop.test:8000"),
    ("clients", "Clients;->ssh", "trilead.shop.test:2222", "SSH", "trilead.shop.test:2222"),
    ("clients", "Clients;->share", "smb.shop.test:445", "SMB", "smb.shop.test:445"),
    ("clients", "Clients;->game", "kryo.shop.test:54321", "KryoNet", "kryo.shop.test:54321"),
    ("clients", "Clients;->gdx", "gdx.shop.test:9000", "libGDX", "gdx.shop.test:9000"),
    ("clients", "Clients;->async", "async.shop.test:9001", "AndroidAsync", "async.shop.test:9001"),
    ("clients", "Clients;->time", "ntp.shop.test:123", "NTP", "ntp.shop.test:123"),
    ("clients", "Clients;->broker", "fuse.shop.test:1883", "MQTT", "fuse.shop.test:1883"),
    ("clients", "Clients;->push", "ws.shop.test:443", "Pusher", "ws.shop.test:443"),
    ("clients", "Clients;->meter", "meter.shop.test:502", "Modbus", "meter.shop.test:502"),
    ("clients", "Clients;->kept", "https://github.com", "HttpUrl", "https://github.com/"),
    ("clients", "Clients;->retrofit", "https://en.wikipedia.org", "Retrofit", "https://en.wikipedia.org/"),
    *(
        ("mapkeys", "Tlds;->products", f"http://www.{host}/m/products", "concat", f"http://www.{host}/m/products")
        for host in ("com.au.shop.test", "cn.shop.test", "fr.shop.test", "com.shop.test")
    ),
    ("bases", "Bases;->proxy", "https://proxy.pass.test/https://api.shop.test/v1/users", "concat", "https://proxy.pass.test/https://api.shop.test/v1/users"),
]  # fmt: skip


def test_the_page_of_a_store_is_a_back_end_only_for_code_that_requests_it() -> None:
    found = sightings(finds("storepages"))
    assert {"https://play.google.com/store/apps/details", "https://itunes.apple.com"} == found.keys()


def test_the_long_form_of_a_load_counts_in_large_code_with_few_strings() -> None:
    lines = [
        ".class public Lshop/Long;", ".super Ljava/lang/Object;",
        ".method static join()Ljava/lang/String;", ".registers 4",
        "new-instance v0, Ljava/lang/StringBuilder;", "invoke-direct {v0}, Ljava/lang/StringBuilder;-><init>()V",
        'const-string v1, "https://long.shop.test"', "nop",
        "invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;",
        'const-string v1, "/orders"', "nop",
        "invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;",
        "invoke-virtual {v0}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;", "move-result-object v0",
        "return-object v0", ".end method",
        ".method static other()V", ".registers 4",
        *(["const-wide v0, 0x1122334455667788L"] * 14_000), "return-void", ".end method",
    ]  # fmt: skip
    builder = DexBuilder()
    assert builder.add(ClassReader().read("\n".join(lines)))
    data, _ = builder.finish()
    dex = DexFile(data)
    # ``const-string`` and ``nop`` are as long as ``const-string/jumbo``, which dx writes with ``--force-jumbo``.
    for text in (b"https://long.shop.test", b"/orders"):
        short = struct.pack("<BBHH", 0x1A, 1, dex.string_of(text), 0)
        assert data.count(short) == 1
        data = data.replace(short, b"\x1b" + short[1:])
    found = sightings(list(EXTRACTOR.extract(artifact(data))))
    assert "https://long.shop.test/orders" in found


def test_an_address_that_code_also_takes_without_its_server_is_not_behind_it() -> None:
    found = sightings(finds("bases"))
    assert "https://base.main.test/orders/new" in found
    assert not any(value.startswith("https://base.main.test/http") for value in found)
    assert "https://proxy.pass.test/https://api.shop.test/v1/users" in found


@each(("fixture", "method", "value", "how", "text"), TABLE, ids=[row[2] for row in TABLE])
def test_what_the_code_puts_together(fixture: str, method: str, value: str, how: str, text: str) -> None:
    found = sightings(finds(fixture))
    assert value in found
    evidence = found[value].evidence
    assert evidence.how == f"{RULE}/{how}"
    assert evidence.context.startswith(f"Ltest/shop/{method}: ")
    assert evidence.context.endswith(text)
    assert evidence.file == "classes.dex"
    assert found[value].count == 1


def test_nodes_of_the_database_that_the_settings_name() -> None:
    found = [one for one in finds("nodes") if isinstance(one, Sighting)]
    assert {one.endpoint.value for one in found} == {"firebase-rtdb:"}
    assert {one.endpoint.path for one in found} == {"Users", "Users/Messages", "Rooms", "Orders"}


@each("fixture", ["clients", "concat", "credentials", "fields", "optimised", "recipe", "retrofit", "sinks"])
def test_nothing_else_is_found(fixture: str) -> None:
    """No endpoint of one constant alone, and none that mixes the parts of two paths."""
    assert set(sightings(finds(fixture))) == {value for name, _, value, _, _ in TABLE if name == fixture}


@pytest.mark.parametrize(
    ("fixture", "value", "first"),
    [
        ("concat", "https://api.shop.test/v1/me", b"https://api.shop.test\0"),
        ("concat", "http://es.shop.test:9200/orders/_search", b"http://\0"),
        ("sinks", "mq.shop.test:1883", b"mq.shop.test\0"),
        ("recipe", "https://indy.shop.test/v2/me", b"https://indy.shop.test\x01"),
    ],
)
def test_the_offset_is_that_of_the_first_constant(fixture: str, value: str, first: bytes) -> None:
    offset = sightings(finds(fixture))[value].evidence.offset
    assert offset is not None
    assert (DEX / f"{fixture}.dex").read_bytes()[offset:].startswith(first)


@pytest.mark.parametrize(
    ("value", "service"),
    [
        ("docs.shop.test:27016", "mongodb"),
        ("cache.shop.test:6380", "redis"),
        ("mq.shop.test:1883", "mqtt"),
        ("rabbit.shop.test:5673", "amqp"),
        ("staff.shop.test:636", "ldap"),
        ("http://elastic.shop.test:9200", "elasticsearch"),
    ],
)
def test_the_service_comes_from_the_call_or_else_from_the_port(value: str, service: str) -> None:
    assert sightings(finds("sinks"))[value].endpoint.service == service


@each("value", ["127.0.0.1:8080", "239.255.1.7:5007", "255.255.255.255"])
def test_an_address_that_is_no_server_is_reported_as_not_a_back_end(value: str) -> None:
    """The device itself, a group of multicast and a broadcast."""
    assert value in [find.value for find in finds("sinks") if isinstance(find, NotBackend)]


def test_a_password_that_the_code_puts_together_is_masked_everywhere() -> None:
    found = finds("concat")
    secrets = [find for find in found if isinstance(find, Credential)]
    assert [(secret.kind, secret.endpoint) for secret in secrets] == [
        ("password_in_connection_string", "mongodb://db.shop.test:27017/orders")
    ]
    assert b"hunter2hunter2" not in msgspec.json.encode(found)


CREDENTIALS = [
    # method or field, kinds, first and last characters, sink
    ("Client;->basic", {"http_auth_password", "named_password"}, "K***q (10)", "Credentials"),
    ("Client;->header", {"http_api_key", "named_secret"}, "7d***PG (24)", "Header"),
    ("Client;->property", {"http_api_key", "named_secret"}, "9z***QH (24)", "Header"),
    ("BuildConfig;->ORDERS_API_KEY", {"generic_api_key", "named_secret"}, "4b***SK (24)", "field"),
    ("BuildConfig;->SMTP_PASSWORD", {"password_value", "named_password"}, "V***z (10)", "field"),
    ("Sync;->FTP_PASS", {"service_password"}, "t***h (9)", "field"),
]


def test_credentials_in_calls_and_static_fields() -> None:
    every = finds("credentials")
    found: dict[tuple[str, str, str], set[str]] = {}
    for one in every:
        if isinstance(one, Credential):
            where = one.evidence.context.partition(": ")[0].removeprefix("Ltest/shop/")
            found.setdefault((where, one.masked, one.evidence.how.removeprefix("dex-flow/")), set()).add(one.kind)
    assert found == {(where, masked, how): kinds for where, kinds, masked, how in CREDENTIALS}
    assert "https://keep.shop.test/v1/carts" in sightings(every), "a header takes nothing from its request"
    shown = msgspec.json.encode(every)
    for secret in (
        b"Kd83sPq9Lq",
        b"7dAkTiUn5TyOd5Ff25eWaQPG",
        b"9zBmUjVo6UzPe6Gg36fXbRQH",
        b"Vn29tRw7Xz",
        b"torfstich",
    ):
        assert secret not in shown
    merged = merge_finds(None, every, RULES).credentials
    assert sorted(one.kind for one in merged) == [
        "generic_api_key",
        "http_api_key",
        "http_api_key",
        "http_auth_password",
        "password_value",
        "service_password",
    ]


def test_the_password_beside_the_address_of_a_database() -> None:
    every = finds("jdbc")
    found = {
        one.evidence.context.partition(": ")[0].removeprefix("Ltest/shop/Orders;->"): (one.masked, one.endpoint)
        for one in every
        if isinstance(one, Credential)
    }
    assert found == {
        "constants": ("Kd***Lq (13)", "mysql://orders.shop.test:3306/orders"),
        "chosen": ("To***27 (12)", ""),
        "given": ("Su***r5 (14)", ""),
        "properties": ("Er***f4 (13)", "mysql://orders.shop.test:3306/orders"),
    }
    secrets = [one for one in every if isinstance(one, Credential)]
    assert {(one.kind, one.grade) for one in secrets} == {("password_in_connection_string", CredentialGrade.SUPERUSER)}
    shown = msgspec.json.encode(every)
    assert not [one for one in (b"Kd83", b"Torf8", b"Sumpf88", b"Moor9", b"Erle91", b"Binse77") if one in shown]


def test_the_passwords_of_brokers_and_of_servers_of_files() -> None:
    """Not those of a sign-in for everyone: ``guest`` and ``anonymous``."""
    every = finds("sinks")
    found = {(one.kind, one.masked, one.endpoint) for one in every if isinstance(one, Credential)}
    assert found == {
        ("database_password", "Gi***de (14)", "rabbit.shop.test:5673"),
        ("service_password", "Wa***or (15)", "upload.shop.test:21"),
        ("service_password", "Ko***l6 (12)", ""),
        ("database_password", "Sc***er (14)", ""),
    }


def test_a_server_of_files_has_its_service() -> None:
    found = {one.endpoint.host: one.endpoint.service for one in finds("sinks") if isinstance(one, Sighting)}
    assert (found["upload.shop.test"], found["files.shop.test"], found["relay.shop.test"]) == ("ftp", "ftp", None)


def test_the_offset_of_a_static_field_is_that_of_its_value() -> None:
    data = (DEX / "credentials.dex").read_bytes()
    every = [one for one in finds("credentials") if isinstance(one, Credential)]
    (key,) = {one.evidence.offset for one in every if one.kind == "generic_api_key"}
    assert key is not None
    assert data[key:].startswith(b"4bJkQiYn8XyTd1Mm58hZdTSK")


def test_fields_of_libraries_and_without_a_telling_name_are_not_judged() -> None:
    dex = DexFile((DEX / "credentials.dex").read_bytes())
    assert [one.name for one in named_values([dex])] == [
        "ORDERS_API_KEY",
        "PREF_TOKEN_NAME",
        "SMTP_PASSWORD",
        "FTP_PASS",
        "NAS_PASS",
    ]


def test_a_collection_without_its_project_waits_for_the_project_that_the_app_names() -> None:
    """Which database it is in stands elsewhere, often in a resource."""
    data = (DEX / "sinks.dex").read_bytes().replace(b"shop-prod-77", b"SHOP_PROD_77")
    every = list(EXTRACTOR.extract(artifact(data)))
    found = {value: one for value, one in sightings(every).items() if value.startswith("firestore")}
    assert {value: one.endpoint.path for value, one in found.items()} == {"firestore:": "users"}
    assert not [one for one in merge_finds(None, every, RULES).sightings if one.endpoint.value.startswith("firestore")]
    project = msgspec.structs.replace(
        found["firestore:"],
        endpoint=msgspec.structs.replace(found["firestore:"].endpoint, value="firestore:shop-1", path=""),
    )
    (settled,) = [
        one
        for one in merge_finds(None, [*every, project], RULES).sightings
        if one.endpoint.value.startswith("firestore")
    ]
    assert (settled.endpoint.value, settled.names) == ("firestore:shop-1", ("users",))


def test_other_buffers_are_skipped() -> None:
    data = (DEX / "concat.dex").read_bytes()
    assert [buffer.kind for buffer in artifact(data).buffers] == [BufferKind.DEX]
    broken = artifact(data[:40] + b"\xff" * 4 + data[44:])
    assert list(EXTRACTOR.extract(broken)) == []


def test_each_file_of_a_container_is_followed() -> None:
    """Version 041: headers one after the other, offsets from the beginning of all. Here the first one has no tables."""
    data = bytearray((DEX / "concat.dex").read_bytes())
    data[4:7] = b"041"
    header = bytes(data[:112])
    for place in range(56, 104, 8):
        struct.pack_into("<I", data, place, 0)
    assert not sightings(list(EXTRACTOR.extract(artifact(bytes(data)))))
    assert "https://api.shop.test/v1/me" in sightings(list(EXTRACTOR.extract(artifact(bytes(data) + header))))


@pytest.mark.parametrize("app", ["fieldhand", "tillroll", "workhub"])
def test_the_sample_apps_put_nothing_together_that_is_known(app: str) -> None:
    """They name their hosts whole, or join a resource and a path: resources are no constants of the code."""
    with open_app(LABS / f"{app}.apk") as opened:
        assert [find for one in opened.artifacts() for find in EXTRACTOR.extract(one)] == []


REAL_APPS = [
    (
        "InsecureBankv2.apk",
        "https://www.google-analytics.com/gtm/android",
        "Lcom/google/android/gms/internal/zzqi;->zzt",
    ),
    ("dvba.apk", "https://plus.google.com/circles/find", "Lc/c/a/a/c/l/f0;-><clinit>"),
    ("AndroGoat.apk", "https://owasp.org", "Lowasp/sat/agoat/TrafficActivity$doPinning$1;->invoke"),
    (
        "AndroGoat.apk",
        "https://github.com/satishpatnayak/MyTest/blob/master/AndroGoatInvoice.txt",
        "Lowasp/sat/agoat/DownloadInvoiceService$downloadFile$1;->invoke",
    ),
]


@pytest.mark.parametrize(("app", "value", "method"), REAL_APPS, ids=[row[0] for row in REAL_APPS])
def test_real_apps(app: str, value: str, method: str) -> None:
    if not (REAL / app).exists():
        pytest.skip(samples.why_not("apps"))
    with open_app(REAL / app) as opened:
        found = sightings([find for one in opened.artifacts() for find in EXTRACTOR.extract(one)])
    assert value in found
    assert found[value].evidence.context.startswith(method)


def test_a_private_server_for_names_of_the_own_vpn_is_no_back_end() -> None:
    found = list(EXTRACTOR.extract(artifact((DEX / "sinks.dex").read_bytes())))
    left_out = {one.value for one in found if isinstance(one, NotBackend) and one.reason == TUNNEL}
    assert left_out == {"10.43.0.1:53", "[fd43::53]:53"}
    assert {"203.0.114.53:53", "[2001:db9::53]:53"} <= sightings(found).keys()


def test_a_code_host_that_code_requests_is_a_back_end_and_not_a_link() -> None:
    data = (DEX / "sinks.dex").read_bytes()
    plain, code = b"https://rel.shop.test/v1/", b"https://github.com/o/r/b/"
    assert len(plain) == len(code)
    assert plain in data
    read = artifact(data.replace(plain, code))
    found = [*JUDGE.extract(read), *EXTRACTOR.extract(read)]
    merged = merge_finds(None, found, RULES)
    requested = {one.endpoint.value: one.evidence.how for one in merged.sightings}
    assert requested["https://github.com/o/r/b"] == "dex-flow/URL"
    assert "https://github.com/o/r/b" not in {one.value for one in merged.not_backends}
    linked = merge_finds(None, JUDGE.extract(read), RULES)
    assert "https://github.com/o/r/b" in {one.value for one in linked.not_backends}


def test_a_page_of_a_code_host_that_a_web_view_loads_is_a_back_end() -> None:
    data = (DEX / "pages.dex").read_bytes()
    for plain, code in (
        (b"rel.shop.test/v1/", b"github.com/o/r/b/"),
        (b"txt.shop.test/v1/", b"github.com/o/r/c/"),
        (b"a.sho.test", b"github.com"),
    ):
        assert data.count(plain) == 1
        data = data.replace(plain, code)
    found = [one for one in EXTRACTOR.extract(artifact(data)) if isinstance(one, Sighting)]
    assert sorted((one.endpoint.value, one.evidence.how) for one in found) == [
        ("https://github.com", "dex-flow/WebView"),
        ("https://github.com/o/r/b", "dex-flow/WebView"),
    ]


def test_a_small_method_of_a_library_gives_its_constant() -> None:
    found = EXTRACTOR.extract(artifact((DEX / "getters.dex").read_bytes()))
    assert sorted(one.endpoint.value for one in found if isinstance(one, Sighting)) == [
        "https://get.shop.test/a",
        "https://getinitial.initial.test/a",
        "https://own.own.test/a",
    ]


def test_a_large_initialiser_of_a_library_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getters, "MAX_INITIALISER", 0)
    found = EXTRACTOR.extract(artifact((DEX / "getters.dex").read_bytes()))
    assert "https://get.shop.test/a" not in {one.endpoint.value for one in found if isinstance(one, Sighting)}


def hosts_of(name: str) -> set[str]:
    merged = merge_finds(None, AppSearch(RULES).finds([artifact((DEX / f"{name}.dex").read_bytes())]))
    return {one.endpoint.host for one in merged.sightings}


TEMPLATES = {f"{name}.track.test" for name in ("first", "second", "third", "fourth")}


def test_templates_get_the_domain_that_is_known_later_and_a_map_what_its_initialiser_adds() -> None:
    """The domains alone are no hosts, nor is another one that code could choose."""
    assert hosts_of("templates") == TEMPLATES | {"load.ingest.crash.test"}


def test_a_small_method_without_a_result_is_followed_again_only_once_it_has_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(app_methods, "_MAX_GETTER", 0)
    monkeypatch.setattr(extract, "made_addresses", lambda *_: [])
    assert hosts_of("templates") == {"load.ingest.crash.test"}


def test_one_method_does_not_take_the_work_of_the_whole_app(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "_SHARE", 1 << 30)
    monkeypatch.setattr(state, "_LEAST_SHARE", 0)
    monkeypatch.setattr(extract, "made_addresses", lambda *_: [])
    assert "load.ingest.crash.test" in hosts_of("templates")
    assert len(hosts_of("templates") & TEMPLATES) < len(TEMPLATES)


def sample_apps() -> list[bytes]:
    found = []
    for app in ("fieldhand", "tillroll", "workhub"):
        with open_app(LABS / f"{app}.apk") as opened:
            buffers = [buffer for one in opened.artifacts() for buffer in one.buffers]
        found += [bytes(buffer.data) for buffer in buffers if buffer.kind is BufferKind.DEX]
    return found


SAMPLES = [*(path.read_bytes() for path in sorted(DEX.glob("*.dex"))), *sample_apps()]


@settings(max_examples=examples(100), deadline=None)
@given(
    st.sampled_from(SAMPLES),
    st.lists(st.tuples(st.integers(0, 5300), st.binary(min_size=1, max_size=6)), max_size=12),
    st.integers(0, 5300),
)
def test_a_damaged_file_gives_finds_or_none(data: bytes, patches: list[tuple[int, bytes]], cut: int) -> None:
    hurt = bytearray(data)
    for place, patch in patches:
        at = place % len(hurt)
        hurt[at : at + len(patch)] = patch
    if cut % 3 == 0:
        del hurt[cut % len(hurt) :]
    for find in EXTRACTOR.extract(artifact(bytes(hurt))):
        if isinstance(find, Sighting | Credential):
            assert len(find.evidence.context) <= 160
            assert find.evidence.context.isprintable()


def test_the_name_of_a_class_cannot_move_a_cursor() -> None:
    hurt = (DEX / "recipe.dex").read_bytes().replace(b"Ltest/shop/Recipe;", b"\x1btest/shop/Recipe;")
    shown = [find.evidence.context for find in EXTRACTOR.extract(artifact(hurt)) if isinstance(find, Sighting)]
    assert [text.partition("->")[0] for text in shown] == [r"\x1btest/shop/Recipe;"] * 2


@settings(max_examples=examples(60), deadline=None)
@given(st.sampled_from(SAMPLES), st.lists(st.tuples(st.integers(32, 5300), st.integers(0, 2**32 - 1)), max_size=6))
def test_numbers_that_lie_never_raises(data: bytes, patches: list[tuple[int, int]]) -> None:
    hurt = bytearray(data)
    for place, number in patches:
        struct.pack_into("<I", hurt, min(place, len(hurt) - 4) & ~3, number)
    list(EXTRACTOR.extract(artifact(bytes(hurt))))


def test_code_that_claims_to_end_behind_its_file_never_raises() -> None:
    hurt = bytearray((DEX / "handlers.dex").read_bytes())
    at = min(560, len(hurt) - 4)
    hurt[at : at + 4] = (456).to_bytes(4, "little")
    list(EXTRACTOR.extract(artifact(bytes(hurt))))
