"""Keys and names: what they make of values, and what they leave alone."""

import plistlib
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tests.linear import assert_linear
from tests.unit.recognise import bundle_files, resource_files
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.intake.apps.proto_resources import ProtoResources
from tieback.intake.apps.resources import Resources, StringNames
from tieback.model.endpoint import EndpointKind
from tieback.model.public_key import PublicKey
from tieback.model.sighting import NotBackend, Sighting
from tieback.recognise.interface import Find
from tieback.recognise.rules import RuleFiles
from tieback.recognise.settings.config import MAX_FILE, ConfigExtractor
from tieback.recognise.whole_app.collect import merge_finds

EXTRACTOR = ConfigExtractor(RuleFiles())
CONFIG = EXTRACTOR.config
HERE = Buffer("f", BufferKind.TEXT, b"")


def values(finds: list[Find]) -> list[str]:
    return [find.endpoint.value for find in finds if isinstance(find, Sighting)]


def in_file(name: str, data: bytes, kind: BufferKind = BufferKind.TEXT) -> list[Find]:
    return list(EXTRACTOR.extract(Artifact(name, (Buffer(name, kind, data),))))


KEYS = [(rule.files[0] if rule.files else "*", *example) for rule in CONFIG.keys for example in rule.match]
AVOID = [(rule.files[0] if rule.files else "*", rule.kind, *pair) for rule in CONFIG.keys for pair in rule.avoid]


@each(("file", "key", "value", "expected"), KEYS)
def test_keys(file: str, key: str, value: str, expected: str) -> None:
    find, *keys = EXTRACTOR.judge(key, value, file, HERE, 0)
    assert all(isinstance(one, PublicKey) and one.value == value for one in keys)
    assert isinstance(find, Sighting)
    assert (find.endpoint.value, find.endpoint.kind) == (expected, EndpointKind.CLOUD)


@each(("file", "kind", "key", "value"), AVOID)
def test_values_of_unknown_keys_are_ignored(file: str, kind: str, key: str, value: str) -> None:
    assert [one for one in values(list(EXTRACTOR.judge(key, value, file, HERE, 0))) if one.startswith(kind)] == []


@pytest.mark.parametrize(("key", "value", "expected"), [one for rule in CONFIG.hosts for one in rule.match])
def test_hosts(key: str, value: str, expected: str) -> None:
    assert values(list(EXTRACTOR.judge(key, value, "*", HERE, 0))) == [expected]


@pytest.mark.parametrize(("key", "value"), [one for rule in CONFIG.hosts for one in rule.avoid])
def test_invalid_hosts_are_rejected(key: str, value: str) -> None:
    assert values(list(EXTRACTOR.judge(key, value, "*", HERE, 0))) == []


SERVICES = {
    "project_info": {
        "project_number": "123456789012",
        "project_id": "shop-1234",
        "storage_bucket": "shop-1234.appspot.com",
    },
    "client": [{"client_info": {"mobilesdk_app_id": "1:123456789012:android:0a1b2c3d4e5f60718293"}}],
}
AWS = {
    "CredentialsProvider": {"CognitoIdentity": {"Default": {"PoolId": "x", "Region": "eu-west-1"}}},
    "S3TransferUtility": {"Default": {"Bucket": "shop-data", "Region": "eu-west-1"}},
}
HUAWEI = {
    "agcgw": {"url": "connect-dre.shop.de", "backurl": "connect-dre.x.shop.de"},
    "client": {"app_id": "101234567"},
}
APPLE = {"GOOGLE_APP_ID": "1:123456789012:ios:0a1b2c3d4e5f60718293", "PROJECT_ID": "shop-1234", "IS_ADS_ENABLED": False}


@pytest.mark.parametrize(
    ("names", "tree", "expected"),
    [
        (
            ["google-services.json", "other.json"],
            SERVICES,
            ["firestore:shop-1234", "firebase-storage:shop-1234.appspot.com"],
        ),
        (["res/raw/awsconfiguration.json", "aws"], AWS, ["s3:shop-data"]),
        (["agconnect-services.json"], HUAWEI, ["connect-dre.shop.de", "connect-dre.x.shop.de", "agconnect:101234567"]),
    ],
)
def test_json_files_by_name_and_by_content(names: list[str], tree: object, expected: list[str]) -> None:
    for name in names:
        assert values(in_file(f"assets/{name}", msgspec.json.encode(tree))) == expected


@pytest.mark.parametrize("form", [plistlib.FMT_XML, plistlib.FMT_BINARY])
@pytest.mark.parametrize("name", ["Payload/A.app/GoogleService-Info.plist", "Payload/A.app/Firebase.plist"])
def test_property_lists(form: plistlib.PlistFormat, name: str) -> None:
    kind = BufferKind.BINARY if form is plistlib.FMT_BINARY else BufferKind.MANIFEST
    found = in_file(name, plistlib.dumps(APPLE, fmt=form), kind)
    assert values(found) == ["firestore:shop-1234"]


@each(
    ("name", "text", "expected"),
    [
        ("assets/app.properties", "api.host=api.shop.de\nname=shop.de\n", ["api.shop.de"]),
        (
            "assets/www/.env",
            "FIREBASE_PROJECT_ID=shop-1234\nFIREBASE_STORAGE_BUCKET=shop-data\nPROJECT_ID=other-1234\n",
            ["firestore:shop-1234", "firebase-storage:shop-data"],
        ),
        (
            "assets/flutter_assets/.env.production",
            "EXPO_PUBLIC_FIREBASE_PROJECT_ID='shop-1234'\nVITE_FIREBASE_PROJECT_ID=your-project-id\nPROJECT_ID=other-1\n",
            ["firestore:shop-1234"],
        ),
        ("assets/.env", "API_HOST=api.shop.de\n", ["api.shop.de"]),
        ("assets/config.yaml", "server:\n  base_url: api.shop.de/v1\n", ["api.shop.de/v1"]),
        ("assets/config.json", '{"mqttBroker": "mq.shop.de", "x": "y.shop.de"}', ["mq.shop.de"]),
        ("assets/settings.xml", '<string name="api_host">api.shop.de</string>', ["api.shop.de"]),
        ("assets/main.js", "var api_host='api.shop.de'", []),
        ("assets/config.json", '{"base_url": "https://api.shop.de", "db_host": "db.shop.de:5432"}', []),
    ],
)
def test_other_configuration_files(name: str, text: str, expected: list[str]) -> None:
    assert values(in_file(name, text.encode())) == expected


@each(
    ("name", "text", "hosts", "others"),
    [
        ("capacitor.config.json", '{"server": {"hostname": "app.shop.de"}}', [], ["app.shop.de"]),
        (
            "capacitor.config.json",
            '{"server": {"hostname": "app.shop.de"}, "plugins": {"Live": {"hostname": "live.shop.de"}}}',
            ["live.shop.de"],
            ["app.shop.de"],
        ),
        ("capacitor.config.json", '{"server": "a", "live": {"hostname": "live.shop.de"}}', ["live.shop.de"], []),
        ("other.json", '{"server": {"hostname": "app.shop.de"}}', ["app.shop.de"], []),
        (
            "config.xml",
            '<widget><preference name="Hostname" value="app.shop.de" /></widget>',
            [],
            ["app.shop.de"],
        ),
        ("config.xml", '<settings><preference name="hostname" value="app.shop.de" /></settings>', ["app.shop.de"], []),
    ],
)
def test_the_name_of_the_own_web_view_is_no_host(name: str, text: str, hosts: list[str], others: list[str]) -> None:
    found = in_file(f"assets/{name}", text.encode())
    assert values(found) == hosts
    assert [one.value for one in found if isinstance(one, NotBackend)] == others


@each(
    ("line", "expected"),
    [
        ("remote vpn.shop.de 443 tcp", ["vpn.shop.de:443"]),
        ("remote vpn.shop.de 1195\r", ["vpn.shop.de:1195"]),
        ("remote vpn.shop.de", ["vpn.shop.de:1194"]),
        ("remote 198.18.7.9 1194 udp", ["198.18.7.9:1194"]),
        ("#remote vpn.shop.de 443", []),
        ("; remote vpn.shop.de 443", []),
        ("remote vpn.shop.de 70000", []),
        ("remote-cert-tls server", []),
        ("remote-random", []),
        ("remote server 1194", []),
    ],
)
def test_servers_of_an_openvpn_profile(line: str, expected: list[str]) -> None:
    text = f"client\ndev tun\n{line}\nnobind\n".encode()
    assert values(in_file("assets/shop.ovpn", text)) == expected
    assert values(in_file("assets/shop.txt", text)) == []


def test_decoded_resource_table_names_the_project() -> None:
    text = '<resources>\n<string name="project_id">shop-1234</string>\n</resources>'
    (found,) = in_file("res/values/strings.xml", text.encode())
    assert isinstance(found, Sighting)
    assert (found.endpoint.value, found.evidence.how) == (
        "firestore:shop-1234",
        "resource:string/project_id/config-key",
    )
    assert in_file("res/xml/other.xml", text.encode()) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("DB_HOST=postgres\nDB_PORT=5432\n", "postgres:5432"),
        ("MQTT_HOST=10.0.2.2\nMQTT_PORT=1883\n", "10.0.2.2:1883"),
        ("THEME_HOST=light\n", ""),
        ("DB_HOST=my db\nDB_PORT=5432\n", ""),
    ],
)
def test_host_of_a_local_network_is_reported_with_the_reason(text: str, value: str) -> None:
    found = [one for one in in_file("assets/.env", text.encode()) if isinstance(one, NotBackend)]
    assert [one.value for one in found] == ([value] if value else [])


def table(strings: dict[str, str], *, wide: bool) -> Buffer:
    data, starts, names = b"", [], {}
    for name, value in strings.items():
        data += b"\x05\0" if wide else b"\x05\x05"
        starts.append(len(data))
        names[len(data)] = f"string/{name}"
        data += (value + "\0").encode("utf-16-le" if wide else "utf-8")
    return Buffer(
        "resources.arsc", BufferKind.RESOURCES, data, starts=np.array(starts, dtype=np.int64), utf16=wide, names=names
    )


@pytest.mark.parametrize("wide", [False, True])
def test_named_resources(wide: bool) -> None:
    strings = {
        "app_name": "Shop",
        "project_id": "shop-1234",
        "google_storage_bucket": "shop-1234.appspot.com",
        "api_host": "api.shop.de",
        "base_url": "api.shop.de/v1",
        "title": "www.shop.de",
        "parse_master_key": "kZ8rQ2mVx7Lw0pTn5Yb3Cd6Fg9Hj1Ks4",
        "algolia_app_id": "B1G2GM9NG0",
    }
    found = list(EXTRACTOR.extract(Artifact("resources.arsc", (table(strings, wide=wide),))))
    assert sorted(values(found)) == [
        "api.shop.de",
        "api.shop.de/v1",
        "firebase-storage:shop-1234.appspot.com",
        "firestore:shop-1234",
    ]
    assert [(one.kind, one.masked) for one in merge_finds(None, found).credentials] == [
        ("parse_master_key", "kZ***s4 (32)")
    ]
    assert "kZ8rQ2mVx7" not in str(found)


def test_evidence_names_the_key_and_the_offset() -> None:
    (find,) = in_file("assets/app.properties", b"# x\napi.host=api.shop.de\n")
    assert isinstance(find, Sighting)
    assert (find.evidence.how, find.evidence.offset) == ("config:api.host/config-key", 13)


def test_large_files_are_left_to_the_other_extractor() -> None:
    assert in_file("config.json", b'{"api_host": "api.shop.de"}' + b" " * MAX_FILE) == []


@given(
    st.sampled_from(["google-services.json", "GoogleService-Info.plist", "a.properties", "a.xml"]),
    st.binary(max_size=300),
)
@settings(max_examples=examples(100), deadline=None)
def test_reading_any_bytes_never_raises(name: str, data: bytes) -> None:
    for mark in (b"", b"bplist00", b'<?xml version="1.0"?><plist>', b'{"a":'):
        in_file(name, mark + data)


@pytest.mark.parametrize("piece", ["[", '{"a":', "a=", "a: ", "<key>", 'name="a"'])
@pytest.mark.parametrize("name", ["google-services.json", "a.yaml", "a.xml"])
def test_the_cost_of_hostile_files_is_linear(piece: str, name: str) -> None:
    def file(size: int) -> bytes:
        return piece.encode() * (size // len(piece))

    assert_linear(file, lambda data: in_file(name, data), 100_000)
    assert_linear(lambda size: b"<plist>" + file(size), lambda data: in_file(name, data, BufferKind.MANIFEST), 100_000)


@each(
    ("file", "text", "value"),
    [
        ("a.yaml", "mongo:\n  host: db.shop.test\n  port: 27017\n", "db.shop.test:27017"),
        ("a.json", '{"db": {"port": 9200, "host": "es.shop.test", "tls": false}}', "es.shop.test:9200"),
        (".env", "MQ_HOST=mq.shop.test\nMQ_PORT=1883\n", "mq.shop.test:1883"),
        (".env.production", "MQ_HOST=mq.shop.test\nDB_PORT=5432\n", "mq.shop.test"),
        ("a.properties", "api.host=api.shop.test\napi.port=0\n", "api.shop.test"),
        ("a.properties", "cache.server=10.1.2.3\ncache.port=6379\n", "10.1.2.3:6379"),
        ("a.xml", "<c><db><host>db.shop.test</host><port>27017</port></db><api><host>api.shop.test</host></api></c>",
         "db.shop.test:27017"),
        ("a.xml", '<c><db host="db.shop.test" port="80"/></c>', "db.shop.test:80"),
        ("Web.config", '<c><add key="DbHost" value="db.shop.test"/><add key="DbPort" value="3307"/></c>',
         "db.shop.test:3307"),
    ],
)  # fmt: skip
def test_host_takes_the_port_beside_it(file: str, text: str, value: str) -> None:
    artifact = Artifact(file, (Buffer(file, BufferKind.TEXT, text.encode()),))
    assert [one.endpoint.value for one in EXTRACTOR.extract(artifact) if isinstance(one, Sighting)] == [value]


@each(
    ("text", "servers"),
    [
        ("<c><mail><host>smtp.shop.test</host><password>Klee55wiese</password></mail></c>", ["smtp.shop.test"]),
        ('<c><server host="es.shop.test" password="Klee55wiese"/></c>', ["es.shop.test"]),
        ('<c><server host="es.shop.test"><auth user="app" password="Klee55wiese"/></server></c>', ["es.shop.test"]),
        ("<c><mail><host>smtp.shop.test</host></mail><db><password>Klee55wiese</password></db></c>", []),
        ("<c><mail><host>smtp.shop.test</host><user>app</user></mail></c>", []),
        ("<c><site><url>www.shop.test</url><password>Klee55wiese</password></site></c>", []),
    ],
)
def test_an_element_is_a_server_if_a_password_is_beside_it(text: str, servers: list[str]) -> None:
    assert values(in_file("assets/c.xml", text.encode())) == servers


@each(
    ("text", "resources"),
    [
        ("EXPO_PUBLIC_APPWRITE_PROJECT_ID=64f1c0ffee5a", ["appwrite-project:64f1c0ffee5a"]),
        ("VITE_SANITY_PROJECT_ID=abcd1234", ["sanity:abcd1234"]),
        ("REACT_APP_PARSE_APP_ID=kZ8rQ2mVx7Lw0pTn5Yb3", ["parse:kZ8rQ2mVx7Lw0pTn5Yb3"]),
        ("APPWRITE_PROJECT_ID=64f1c0ffee5a", ["appwrite-project:64f1c0ffee5a"]),
        ("OLD_APPWRITE_PROJECT_ID=64f1c0ffee5a", []),
        ("inviteAppwriteProjectId=64f1c0ffee5a", []),
    ],
)
def test_the_prefix_of_a_build_tool_is_no_part_of_a_name(text: str, resources: list[str]) -> None:
    assert values(in_file("assets/.env", text.encode())) == resources


@each("form", [plistlib.FMT_XML, plistlib.FMT_BINARY])
def test_the_hosts_of_any_property_list_have_their_ports(form: plistlib.PlistFormat) -> None:
    data = plistlib.dumps({"a": {"host": "db.shop.de", "port": 3316}, "b": {"host": "c.shop.de", "port": 80}}, fmt=form)
    kind = BufferKind.BINARY if form is plistlib.FMT_BINARY else BufferKind.TEXT
    assert values(in_file("Payload/A.app/settings.plist", data, kind)) == ["db.shop.de:3316", "c.shop.de:80"]


@each("compact", [False, True])
def test_a_host_in_a_resource_table_has_the_port_of_its_name(compact: bool) -> None:
    strings = {"mysql_host": "db.shop.de", "mysql_port": "3316", "pg_server": "pg.shop.de", "pg_port": "3316",
               "redis_host": "cache.shop.de", "api_url": "api.shop.de/v1", "app_name": "Port 3316"}  # fmt: skip
    data = resource_files.table(
        {"string": strings, "integer": {"redis_port": resource_files.Number(6390)}}, compact=compact
    )
    found = list(EXTRACTOR.extract(Resources("resources.arsc", data).artifact()))
    assert sorted(values(found)) == ["api.shop.de/v1", "cache.shop.de:6390", "db.shop.de:3316", "pg.shop.de:3316"]


@each(
    ("key", "service"),
    [
        ("ftp_host", "ftp"),
        ("FTP_SERVER", "ftp"),
        ("upload.ftpHost", "ftp"),
        ("my-ftp-server", "ftp"),
        ("sftp_host", None),
        ("softphost", None),
        ("host", None),
    ],
)
def test_a_key_for_a_server_of_ftp_names_the_service(key: str, service: str | None) -> None:
    (found,) = in_file("config.json", f'{{"{key}": "files.shop.de"}}'.encode())
    assert isinstance(found, Sighting)
    assert (found.endpoint.value, found.endpoint.service) == ("files.shop.de", service)


def test_a_port_beside_a_server_of_ftp_is_its_port() -> None:
    assert values(in_file("config.json", b'{"ftp_host": "files.shop.de", "ftp_port": 2121}')) == ["files.shop.de:2121"]


@each("compact", [False, True])
def test_a_host_in_a_resource_table_can_have_its_port_behind_it(compact: bool) -> None:
    strings = {
        "host": "chat.shop.de,2222", "relay_server": "203.0.114.7;9000", "push_host": "push.shop.de|5222",
        "sync_server": "sync.shop.de 8443", "title": "www.shop.de,443", "wrong_host": "c.shop.de,99999",
        "other_host": "d.shop.de,80,81",
    }  # fmt: skip
    data = resource_files.table({"string": strings}, compact=compact)
    bundle = ProtoResources("base/resources.pb", bundle_files.bundle_table({"string": strings})).artifact()
    found = ["203.0.114.7:9000", "chat.shop.de:2222", "push.shop.de:5222", "sync.shop.de:8443"]
    assert sorted(values(list(EXTRACTOR.extract(Resources("resources.arsc", data).artifact())))) == found
    assert set(values(list(EXTRACTOR.extract(bundle)))) == set(found[:3]), "words with a space are not read in bundles"


def test_the_domain_of_mail_addresses_is_no_server() -> None:
    strings = {"partner_email_domain": "mail.shop.de", "api_domain": "api.shop.de", "mail_host": "imap.shop.de"}
    found = list(EXTRACTOR.extract(Resources("resources.arsc", resource_files.table({"string": strings})).artifact()))
    assert sorted(values(found)) == ["api.shop.de", "imap.shop.de"]
    assert [one.value for one in found if isinstance(one, NotBackend)] == ["mail.shop.de"]


BARE = {
    "server_ip": "203.0.114.7", "api_server_ip": "203.0.114.8", "gate_address": "203.0.114.9", "gate_port": "9000",
    "tracker_host": "track.shop.de", "build_ip": "203.0.114.1", "version_address": "1.2.3.4.5",
    "dns_server_ip": "203.0.114.2",
}  # fmt: skip
"""Hosts and addresses of resources; some of them have a port elsewhere."""
BARE_PORTS = {"server_port": 8085, "tracker_port": 7070}
BARE_FOUND = ["203.0.114.7:8085", "203.0.114.8", "203.0.114.9:9000", "track.shop.de:7070"]


@each("compact", [False, True])
def test_a_bare_address_in_a_resource_table_has_the_port_of_its_name(compact: bool) -> None:
    ports = {name: resource_files.Number(port) for name, port in BARE_PORTS.items()}
    data = resource_files.table({"layout": {"main": "res/main.xml"}, "string": BARE, "integer": ports}, compact=compact)
    assert sorted(values(list(EXTRACTOR.extract(Resources("resources.arsc", data).artifact())))) == BARE_FOUND


@each("order", [("strings", "integers"), ("integers", "strings")])
def test_the_values_of_a_decoded_table_are_in_several_files(order: tuple[str, str]) -> None:
    rows = {
        "strings": "".join(f'<string name="{name}">{value}</string>' for name, value in BARE.items()),
        "integers": "".join(f'<integer name="{name}">{port}</integer>' for name, port in BARE_PORTS.items()),
    }
    extractor = ConfigExtractor(RuleFiles())
    extractor.start()
    found: list[Find] = []
    for name in order:
        buffer = Buffer(f"res/values/{name}.xml", BufferKind.TEXT, f"<resources>{rows[name]}</resources>".encode())
        found += extractor.extract(Artifact(buffer.file, (buffer,)))
    places = {one.endpoint.value: one.evidence for one in found if isinstance(one, Sighting)}
    assert set(BARE_FOUND) <= set(places)
    assert {place.file for place in places.values()} == {"res/values/strings.xml"}
    other = Buffer("res/values/strings.xml", BufferKind.TEXT, f"<resources>{rows['strings']}</resources>".encode())
    extractor.start()
    again = values(list(extractor.extract(Artifact(other.file, (other,)))))
    assert "203.0.114.7:8085" not in again, "a port belongs to the app that has it"


class Named(StringNames):
    """Names as a resource table gives them, without one."""

    def __init__(self, given: dict[int, str]) -> None:
        self.given = given

    def matching(self, names: Iterable[str], _starts: object = None) -> Iterator[tuple[int, str]]:
        return ((at, name) for at, name in self.given.items() if name in names)

    def containing(self, words: Iterable[str], _starts: object) -> Iterator[tuple[int, str]]:
        return ((at, name) for at, name in self.given.items() if any(word in name for word in words))

    def get(self, key: object, default: object = None) -> Any:
        return default


@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize(("mark", "found"), [("fieldhand.appspot.com", ["firestore:fieldhand"]), ("none.test", [])])
def test_a_project_that_looks_like_any_word_is_found_by_its_name(wide: bool, mark: str, found: list[str]) -> None:
    codec = "utf-16-le" if wide else "utf-8"
    parts = [text.encode(codec) + "\0".encode(codec) for text in ("Fieldhand", "fieldhand", mark)]
    starts = np.array([0, len(parts[0]), len(parts[0]) + len(parts[1])], dtype=np.int64)
    names = Named({len(parts[0]): "project_id"})
    data = b"".join(parts)
    buffer = Buffer("resources.arsc", BufferKind.RESOURCES, data, starts=starts, utf16=wide, names=names)
    assert values(list(EXTRACTOR.extract(Artifact("resources.arsc", (buffer,))))) == found


NAMED = {
    "project_id": ("fieldhand", "firestore:fieldhand"),
    "google_storage_bucket": ("fieldhand.appspot.com", "firebase-storage:fieldhand.appspot.com"),
    "api_host": ("api.shop-orders.de", "api.shop-orders.de"),
    "server_ip": ("52.9.15.25", "52.9.15.25"),
    "db_server": ("db.shop-orders.de", "db.shop-orders.de:3306"),
    "db_port": ("3306", ""),
    "project_id_old": ("meadow", ""),
    "title": ("Fieldhand", ""),
    "logo_name": ("logo.shop-orders.de", ""),
    "server_note": ("at api2.shop-orders.de", ""),
}
"""Name, value, and what the value is."""


@pytest.mark.parametrize("project", ["fieldhand", "field-hand-77"])
def test_tables_of_packages_and_of_app_bundles_give_the_same(project: str) -> None:
    strings = {name: value.replace("fieldhand", project) for name, (value, _) in NAMED.items()}
    tables = (
        Resources("resources.arsc", resource_files.table({"string": strings})).artifact(),
        ProtoResources("base/resources.pb", bundle_files.bundle_table({"string": strings})).artifact(),
    )
    every = [sorted(values(list(EXTRACTOR.extract(one)))) for one in tables]
    assert every[0] == every[1] == sorted(kind.replace("fieldhand", project) for _, kind in NAMED.values() if kind)


def test_without_a_mark_of_firebase_a_word_is_no_project() -> None:
    strings = {"project_id": "fieldhand", "title": "Fieldhand"}
    table = ProtoResources("base/resources.pb", bundle_files.bundle_table({"string": strings}))
    assert values(list(EXTRACTOR.extract(table.artifact()))) == []


SECRETS = {
    "sync_host": ("db.shop.de", ""),
    "sync_pass": ("x9Kq7Lm2Zp7", "service_password"),
    "shop_sql_server": ("sql.shop.de", ""),
    "shop_sql_pass": ("Bruch5Wald8Q", "database_password"),
    "smtp_url": ("smtps://mail.shop.de", ""),
    "smtp_pwd": ("R4!vN8#bH1s", "service_password"),
    "nas_pass": ("Kd83sPq9Lq2m", ""),
    "db_password": ("T7!kW2#mQ9z", "database_password"),
    "mqtt_password": ("Sumpf88dotter", "named_password"),
    "ftp_password": ("x9Kq7Lm2Zp", "password_value"),
    "jwt_secret": ("Kd83.sPq9-Lq2m", "jwt_secret"),
    "twilio_auth_token": ("ea23143b0a87f416437cb3347b773ee9", "twilio_auth_token"),
}
LABELS = {
    "user_password": "Kennwort:",
    "admin_password": "Mot-de-passe",
    "server_password": "Kennwort des Servers",
    "mysql_password": "Kennwort",
    "new_password_title": "Neues Kennwort 2",
    "client_secret_label": "Secret",
}


def test_secrets_are_found_by_their_names_in_compiled_and_in_decoded_resources() -> None:
    values = {name: value for name, (value, _) in SECRETS.items()} | LABELS
    kinds = {name: kind for name, (_, kind) in SECRETS.items() if kind}
    compiled = resource_files.table({"layout": {"main": "res/main.xml"}, "string": values})
    rows = "".join(f'<string name="{name}">{value}</string>' for name, value in values.items())
    decoded = Buffer("res/values/strings.xml", BufferKind.TEXT, f"<resources>{rows}</resources>".encode())
    for buffer in (Resources("resources.arsc", compiled).artifact().buffers[0], decoded):
        found = merge_finds(None, EXTRACTOR.extract(Artifact(buffer.file, (buffer,)))).credentials
        assert {one.evidence.how.split("/")[1]: one.kind for one in found} == kinds
        assert not any(value in str(found) for value, kind in SECRETS.values() if kind)


@each(
    ("data", "expected"),
    [
        ('[{"address":"a.shop.de","port":7777},{"address":"b.shop.de","port":7778}]', "a.shop.de:7777 b.shop.de:7778"),
        ('{"hostname":"pri.shop.de","portNumber":9095}', "pri.shop.de:9095"),
        ('{"apiServer":"as.shop.de","apiServerPort":8081}', "as.shop.de:8081"),
        ('{"address":"shop.de"}', ""),
        ('{"address":"Main Street 5","port":7777}', ""),
        ('{"address":"info@shop.de","port":7777}', ""),
    ],
)  # fmt: skip
def test_ports_beside_hosts_of_objects(data: str, expected: str) -> None:
    assert values(in_file("assets/a.json", data.encode())) == expected.split()


def test_a_port_beside_a_host_of_the_manifest() -> None:
    """Other values of a manifest are no hosts."""
    manifest = "".join(
        f'<meta-data\n      android:name="{name}"\n      android:value="{value}"/>\n'
        for name, value in (("SERVER_HOST", "live.shop.de"), ("SERVER_PORT", "4040"), ("com.lib.DOMAIN", "lib.shop.de"))
    )
    data = f'<manifest xmlns:android="a"><application>{manifest}</application></manifest>'.encode()
    assert values(in_file("AndroidManifest.xml", data, BufferKind.MANIFEST)) == ["live.shop.de:4040"]
