"""Finds in comments, messages and metadata become texts that are not back ends, whatever extractor has found them."""

import base64
import sqlite3
import textwrap
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.each import each
from tests.linear import assert_linear
from tests.unit.recognise.bundle_files import bundle_node
from tests.unit.recognise.compiled import compile_xml
from tieback.intake.apps.binary_xml import read_binary_xml
from tieback.intake.apps.interface import Artifact, ArtifactBatch, Buffer, BufferKind
from tieback.intake.apps.proto_xml import search_proto_xml
from tieback.intake.apps.small_files import read_small_file
from tieback.intake.apps.sqlite import read_sqlite
from tieback.model.sighting import Credential, NotBackend, Sighting
from tieback.recognise import placement
from tieback.recognise.interface import Find
from tieback.recognise.placement import BEGINNING, CERTIFICATE, PROVIDER, PlaceBudget, Placement
from tieback.recognise.reasons import LINK
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch
from tieback.recognise.texts.elements import PERMITTED
from tieback.recognise.texts.languages import METADATA
from tieback.recognise.texts.prose import COMMENT, EXAMPLE, MESSAGE, NAMESPACE, USER_AGENT
from tieback.recognise.texts.tables import DICTIONARY, NETWORKS
from tieback.recognise.whole_app.collect import merge_finds

RULES = RuleFiles()
SEARCH = AppSearch(RULES)


def finds(*files: tuple[str, bytes]) -> list[Find]:
    batch = ArtifactBatch(tuple(name for name, _ in files), tuple(data for _, data in files), read_small_file)
    return list(SEARCH.finds([batch]))


def values(found: list[Find]) -> list[str]:
    return [one.endpoint.value for one in found if isinstance(one, Sighting)]


def reasons(found: list[Find]) -> dict[str, str]:
    return {one.value: one.reason for one in found if isinstance(one, NotBackend)}


PORTAL = (
    "Server=tcp:db.shop.com,1433;Initial Catalog=shop;Persist Security Info=False;User ID=app;Password=S3cr3tW0rd;"
    "MultipleActiveResultSets=False;Encrypt=True;TrustServerCertificate=False;Connection Timeout=30;"
)
"""What the portal of Azure shows for ADO.NET."""
ODBC = "Driver={ODBC Driver 18 for SQL Server};Server=tcp:db.shop.com,1433;Database=shop;Uid=app;Pwd=S3cr3tW0rd;"
LIBPQ = "host=db.shop.com port=5432 dbname=shop user=app password=S3cr3tW0rd sslmode=require target_session_attrs=any"


@each(
    ("file", "form"),
    [
        ("assets/appsettings.json", '{{"ConnectionStrings": {{"Default": "{}"}}}}'),
        ("assets/a.js", 'f("{}")'),
        ("assets/a.js", "f('{}')"),
        ("assets/a.js", "f(`{}`)"),
        ("assets/a.html", "<html><script>f('{}')</script></html>"),
        ("assets/a.properties", "db.connection={}\n"),
        ("assets/a.yaml", "db: '{}'\n"),
        ("assets/a.txt", "{}\n"),
        ("assets/Web.config", '<configuration><add name="Default" connectionString="{}"/></configuration>'),
        ("assets/a.xml", "<configuration><db>{}</db></configuration>"),
    ],
)
@each(("text", "product"), [(PORTAL, "sqlserver"), (ODBC, "sqlserver"), (LIBPQ, "postgresql")])
def test_the_words_of_a_connection_string_are_no_message(file: str, form: str, text: str, product: str) -> None:
    found = finds((file, form.format(text).encode()))
    assert [value for value in values(found) if "://" in value] == [
        f"{product}://db.shop.com:{5432 if product == 'postgresql' else 1433}/shop"
    ]
    assert reasons(found) == {}
    assert next(one.endpoint for one in found if isinstance(one, Credential)) == values(found)[0]


@each("text", [PORTAL, ODBC, LIBPQ])
def test_a_connection_string_in_a_message_is_an_example(text: str) -> None:
    found = finds(("assets/a.js", f'f("Please enter the address of the server, such as {text}")'.encode()))
    assert values(found) == []
    assert list(reasons(found).values()) == [EXAMPLE]


@each(
    ("text", "value"),
    [
        ("// http://docs.shop.com/a", "http://docs.shop.com/a"),
        ("/* https://menu.s3.amazonaws.com/a.png */", "s3:menu"),
        ("// https://openradar.appspot.com/7", "app-engine:openradar"),
        ("// https://shop-1.firebaseio.com", "firebase-rtdb:shop-1"),
        ("// db.shop.com:5432", "db.shop.com:5432"),
        ("// supabase.from('orders')", "supabase:orders"),
    ],
)
def test_nothing_in_a_comment_is_a_sighting(text: str, value: str) -> None:
    found = finds(("assets/a.js", f"{text}\nf()".encode()))
    assert values(found) == []
    assert reasons(found)[value] == COMMENT


def test_the_same_address_in_code_is_a_sighting_and_no_longer_left_out() -> None:
    found = finds(("assets/a.js", b"// http://api.shop.com/v1\nfetch('http://api.shop.com/v1')"))
    assert values(found) == ["http://api.shop.com/v1"]
    merged = merge_finds(None, found, RULES)
    assert [one.endpoint.value for one in merged.sightings] == ["http://api.shop.com/v1"]
    assert merged.not_backends == ()


def test_a_credential_in_a_comment_is_still_reported() -> None:
    found = finds(("assets/a.js", b"// postgres://app:Tq9zLw3mX7@db.shop.com:5432/main\n"))
    assert values(found) == []
    assert [one.kind for one in found if isinstance(one, Credential)] == ["password_in_connection_string"]


def test_utf_16_texts_are_read_too() -> None:
    text = "// http://docs.shop.com/a\nf('http://api.shop.com/v1')".encode("utf-16-le")
    artifact = Artifact("a.js", (Buffer("a.js", BufferKind.TEXT, text, base=2, utf16=True),))
    found = list(SEARCH.finds([artifact]))
    assert values(found) == ["http://api.shop.com/v1"]
    assert reasons(found)["http://docs.shop.com/a"] == COMMENT


@pytest.mark.parametrize("is_large", [False, True])
@pytest.mark.parametrize("utf16", [False, True])
def test_the_author_of_a_cordova_app_is_metadata(utf16: bool, is_large: bool) -> None:
    text = "<widget id='a'><author href='http://maker.com'>M</author><content src='http://app.maker.net/'/></widget>"
    name, data = "res/xml/config.xml", compile_xml(text, utf16=utf16)
    found = list(SEARCH.finds([read_binary_xml(name, data)])) if is_large else finds((name, data))
    assert values(found) == ["http://app.maker.net"]
    assert reasons(found) == {"http://maker.com": METADATA}


@each("form", ["compiled", "bundle"])
def test_the_identifier_of_a_cordova_app_can_contain_the_host_of_its_author(form: str) -> None:
    author, rest = {"href": "http://maker.com"}, {"src": "http://app.maker.com/"}
    if form == "bundle":
        nodes = [bundle_node("author", author), bundle_node("content", rest)]
        one = search_proto_xml("base/res/xml/config.xml", bundle_node("widget", {"id": "shop.maker.com"}, nodes))
    else:
        text = "<author href='http://maker.com'/><content src='http://app.maker.com/'/>"
        one = read_binary_xml("res/xml/config.xml", compile_xml(f"<widget id='shop.maker.com'>{text}</widget>"))
    found = list(SEARCH.finds([one]))
    assert set(values(found)) == {"http://app.maker.com"}
    assert reasons(found) == {"http://maker.com": METADATA}


def networks(count: int) -> str:
    rows = (f"<apn carrier='C{n}' mcc='262' mnc='{n}' mmsc='http://mms{n}.net.com/s'/>" for n in range(count))
    return f"<apns version='8'>{''.join(rows)}</apns>"


def servers(count: int) -> str:
    return f"<all>{''.join(f"<one name='C{n}' url='http://mms{n}.net.com/s'/>" for n in range(count))}</all>"


@each(("text", "shown"), [(networks(30), 0), (networks(3), 3), (servers(30), 30)])
@each("form", ["text", "narrow", "wide", "large"])
def test_a_table_of_mobile_networks_names_no_servers_of_the_app(text: str, shown: int, form: str) -> None:
    name = "res/xml/apns.xml"
    data = text.encode() if form == "text" else compile_xml(text, utf16=form == "wide")
    found = list(SEARCH.finds([read_binary_xml(name, data)])) if form == "large" else finds((name, data))
    assert len(values(found)) == shown
    if not shown:
        assert set(reasons(found).values()) == {NETWORKS}


@each(
    ("element", "reason"),
    [
        ("<a name='x'/>", NAMESPACE),
        # The file has the same text as a value, too.
        ("<a url='http://maker.com/names'/>", ""),
        ("<a>http://maker.com/names</a>", ""),
    ],
)
def test_a_namespace_of_a_compiled_file(element: str, reason: str) -> None:
    found = finds(("res/xml/config.xml", compile_xml(element, namespaces=["http://maker.com/names"])))
    assert values(found) == ([] if reason else ["http://maker.com/names"])
    assert reasons(found) == ({"http://maker.com/names": reason} if reason else {})


AUTHOR = "<author href='http://maker.com'>M</author>"
PERMISSIONS = ("<access origin='http://maker.com'/>", "<allow-intent href='http://maker.com/*'/>")


@each(
    ("elements", "reason"),
    [
        (AUTHOR + "<content src='http://maker.com'/>", ""),
        (PERMISSIONS[0], PERMITTED),
        (PERMISSIONS[1], PERMITTED),
        ("<allow-navigation href='http://maker.com'/>", PERMITTED),
        (f"<platform name='android'>{PERMISSIONS[0]}</platform>", PERMITTED),
        (AUTHOR + PERMISSIONS[0], METADATA),
        ("<plugin name='a' spec='http://maker.com'/>", METADATA),
        ("<plugin name='a'><variable name='b' value='http://maker.com'/></plugin>", ""),
        # The app has the host somewhere else, too.
        (PERMISSIONS[0] + "<content src='http://maker.com/start'/>", ""),
        ("<allow-navigation href='http://maker.com'/><content src='http://maker.com/start'/>", ""),
        (PERMISSIONS[0] + "<preference name='Server' value='maker.com'/>", ""),
        ("<preference name='Server' value='http://maker.com'/>", ""),
    ],
)
def test_addresses_that_a_cordova_app_only_permits(elements: str, reason: str) -> None:
    found = finds(("res/xml/config.xml", compile_xml(f"<widget id='a'>{elements}</widget>")))
    assert set(values(found)) == (set() if reason else {"http://maker.com"}) | (
        {"http://maker.com/start"} if "start" in elements else set()
    )
    assert set(reasons(found).values()) == ({reason} if reason else set())


@each("address", ["http://192.168.1.4:8100", "http://10.1.2.3/*", "http://10.1.2.3.maker.com", "ws://maker.com/*"])
def test_an_address_to_which_the_web_view_may_go_is_only_permitted(address: str) -> None:
    element = f"<allow-navigation href='{address}'/>"
    found = finds(("res/xml/config.xml", compile_xml(f"<widget id='a'>{element}</widget>")))
    assert set(reasons(found).values()) == {PERMITTED}
    assert values(found) == []


def test_a_permission_of_another_file_is_no_reason() -> None:
    files = ("res/xml/other.xml", compile_xml(f"<rules>{PERMISSIONS[0]}</rules>"))
    assert values(finds(files)) == ["http://maker.com"]


def test_an_address_that_another_file_has_stays() -> None:
    config = ("res/xml/config.xml", compile_xml(f"<widget id='a'>{PERMISSIONS[0]}</widget>"))
    merged = merge_finds(None, finds(config, ("assets/a.js", b"fetch('http://maker.com')")), RULES)
    assert [one.endpoint.value for one in merged.sightings] == ["http://maker.com"]
    assert merged.not_backends == ()


def dex(*texts: str) -> Artifact:
    data, starts = bytearray(), []
    for text in texts:
        starts.append(len(data) + 1)
        data += bytes([len(text) & 0x7F]) + text.encode() + b"\0"
    import numpy as np

    return Artifact("classes.dex", (Buffer("classes.dex", BufferKind.DEX, bytes(data), 0, np.array(starts)),))


PROVIDERS = (
    "https://accounts.google.com", "https://login.live.com", "https://login.yahoo.com", "https://twitter.com",
    "https://www.facebook.com", "https://www.paypal.com",
)  # fmt: skip


@each(
    ("texts", "shown", "reason"),
    [
        (("Register at http://shop.com to get a PIN",), ["http://shop.com"], ""),
        (("No key was set. See http://shop.com/keys for help",), [], MESSAGE),
        (("Read more (http://shop.com/keys)",), ["http://shop.com/keys"], ""),
        (("ShopBot/1.0 (+http://shop.com/bot)",), [], USER_AGENT),
        (("The port of the local server, e.g. 10.0.1.1:8081",), [], EXAMPLE),
        (("Cannot find it at FAQ: \n   https://shop.com/docs/faq.html#find",), [], MESSAGE),
        (("\n\thttp://shop.com/search?q=",), [], MESSAGE),
        ((" or\n\thttp://shop.com/search?q=",), [], MESSAGE),
        (("http://shop.com/a\nhttp://shop.com/b",), ["http://shop.com/a", "http://shop.com/b"], ""),
        (("\thttp://shop.com/search?q=",), ["http://shop.com/search"], ""),
        (("acmepay://start/app?a=1&url=https%3A%2F%2Fqr.shop.com%2Fx",), [], LINK),
        (
            ("https://pay.shop.com/go?url=https%3A%2F%2Fqr.shop.com%2Fx",),
            ["https://pay.shop.com/go", "https://qr.shop.com/x"],
            "",
        ),
        (('<a xmlns="http://www.shop.com/x/properties">',), [], NAMESPACE),
        (("http://www.shop.com/ns/1.0",), [], NAMESPACE),
        (("http://www.shop.com/orders/schema.xsd",), [], NAMESPACE),
        (("http://www.shop.com/ns/1.0/orders",), ["http://www.shop.com/ns/1.0/orders"], ""),
        (("<p><a class='tag' href='http://shop.com/tag/%s'>",), [], LINK),
        (('<a target="_blank" href="http://shop.com/">',), [], LINK),
        (('<link href="http://shop.com/a.css">',), ["http://shop.com/a.css"], ""),
        (("<a href='/x'><img src='http://shop.com/a.png'>",), ["http://shop.com/a.png"], ""),
        # Markdown: a link for people, a picture that is loaded in a text, and code that is none of both.
        (("新しい[お知らせ](http://shop.com/news)",), [], LINK),
        (("[a](<http://shop.com/a b>)",), [], LINK),
        (("Please see our new shop. ![shop](http://shop.com/a.png) It is open.",), ["http://shop.com/a.png"], ""),
        (("![](http://shop.com/a.png)",), ["http://shop.com/a.png"], ""),
        (("[](http://shop.com/a)",), ["http://shop.com/a"], ""),
        (("[a]\n(http://shop.com/a",), ["http://shop.com/a"], ""),
        (("http://maps.google.",), [], BEGINNING),
        (("http://maps.google.com/x",), ["http://maps.google.com/x"], ""),
        (PROVIDERS, [], PROVIDER),
        (PROVIDERS[:3], list(PROVIDERS[:3]), ""),
    ],
)
def test_strings_of_compiled_code(texts: tuple[str, ...], shown: list[str], reason: str) -> None:
    found = list(SEARCH.finds([dex(*texts)]))
    assert values(found) == shown
    assert set(reasons(found).values()) == ({reason} if reason else set())


def test_sentences_of_native_libraries_are_messages() -> None:
    data = b"\0Unknown cipher, see http://docs.crypto.com/c\0http://api.shop.com/v1\0"
    import numpy as np

    buffer = Buffer("lib/a.so", BufferKind.NATIVE, data, 0, np.array([1, 46]))
    found = list(SEARCH.finds([Artifact("lib/a.so", (buffer,))]))
    assert values(found) == ["http://api.shop.com/v1"]
    assert reasons(found) == {"http://docs.crypto.com/c": MESSAGE}


def test_a_text_is_judged_in_the_layer_that_has_it() -> None:
    """Strings of Hermes bytecode can overlap, so buffers with the same range have different ones of them."""
    import numpy as np

    sentence = b"You will have to grant the permission for it in the browser: "
    text = sentence + b"http://docs.crypto.com/c"
    layers = [
        Buffer("a.bundle", BufferKind.BINARY, b"other" + bytes(len(text)), 64, np.array([0, 5])),
        Buffer("a.bundle", BufferKind.BINARY, bytes(5) + text, 64, np.array([5, 5 + len(text)])),
    ]
    found = list(SEARCH.finds([Artifact("a.bundle", tuple(layers))]))
    assert values(found) == []
    assert reasons(found) == {"http://docs.crypto.com/c": MESSAGE}


def native(*texts: bytes, base: int = 0) -> Artifact:
    """A native library with two sections, as linkers write them; the texts are in the second."""
    sections = (b"\0" * 64, b"\0" + b"".join(texts))
    buffers = (Buffer("lib/a.so", BufferKind.NATIVE, data, 64 * at) for at, data in enumerate(sections))
    return Artifact("lib/a.so", tuple(buffers))


@each(
    ("texts", "shown"),
    [
        ((b"Usage is not kept. See http://docs.crypto.com/c for more details.\0",), []),
        ((b'<!DOCTYPE node PUBLIC "-//x//DTD 1.0//EN"\n "http://www.crypto.com/introspect-1.0.dtd">\0',), []),
        ((b"Usage is not kept.\0", b"http://api.shop.com/v1\0", b"is not known here\0"), ["http://api.shop.com/v1"]),
        # Strings of Go and Rust have no end.
        ((b"no entry was found for this key", b"http://api.shop.com/v1", b"\0"), ["http://api.shop.com/v1"]),
        ((b"See the page for this at ", b"http://api.shop.com/v1", b" or not" * 500), ["http://api.shop.com/v1"]),
    ],
)
def test_strings_of_native_code_end_with_nul(texts: tuple[bytes, ...], shown: list[str]) -> None:
    assert values(list(SEARCH.finds([native(*texts)]))) == shown


PARAGRAPH = (
    b"Returns a matrix that is scaled for the texture.\n\n    All values in the table are kept, so that a small\n"
    b"    surface is not too sharp.\n    %s\n    To use it, set the property of the texture to a filter.\n\n"
)


@each(
    ("line", "is_shown"),
    [
        (b"as they are. Check http://www.crypto.com/wiki/Texture for more", False),
        (b"Similar to\n    `lookAt <http://www.crypto.com/lookat>`_.", False),
        (b"which is publicly available from ftp://files.crypto.com/.", False),
        (b"server: http://api.crypto.com/v1", True),
        (b"curl -X POST http://api.crypto.com/v1 and more", True),
        (b"connect('http://api.crypto.com/v1')", True),
    ],
)
@each("size", [1, 4])
def test_the_documentation_of_a_compiled_module_is_for_people(line: bytes, is_shown: bool, size: int) -> None:
    """Also if it is long, and in a program without the ending of a library."""
    text = b"\0" + PARAGRAPH * size % (*(b"",) * (size - 1), line) + b"\0"
    for name in ("assets/bin/python", "lib/a.so"):
        found = list(SEARCH.finds([Artifact(name, (Buffer(name, BufferKind.NATIVE, text),))]))
        assert bool(values(found)) is is_shown


def test_a_long_text_without_an_end_is_no_documentation() -> None:
    text = PARAGRAPH * 100 % (b"as they are. Check http://api.crypto.com/v1 for more", *(b"",) * 99)
    assert values(list(SEARCH.finds([native(text)]))) == ["http://api.crypto.com/v1"]


def test_sentences_of_an_app_on_ios_can_name_its_servers() -> None:
    said = b"\0Register at http://shop.com to get a PIN\0Usage is not kept. See http://docs.crypto.com/c for more\0"
    for name, shown in (("Payload/A.app/A", ["http://shop.com"]), ("lib/a.so", [])):
        assert values(list(SEARCH.finds([Artifact(name, (Buffer(name, BufferKind.NATIVE, said),))]))) == shown


@each(
    ("notice", "shown"),
    [
        (b" zip 1.01 Copyright 1998-2004 A. Maker - http://shop.com/zLib", []),
        (b"(c) 2004 Anna Maker, http://shop.com/zLib", []),
        (b"zip 1.01 of the server http://shop.com/zLib", ["http://shop.com/zlib"]),
        (b"Copyright 2004 A. Maker\nhttp://shop.com/zLib", ["http://shop.com/zlib"]),
    ],
)
def test_a_notice_of_a_library_names_the_site_of_its_author(notice: bytes, shown: list[str]) -> None:
    name = "Payload/A.app/A"
    found = values(list(SEARCH.finds([Artifact(name, (Buffer(name, BufferKind.NATIVE, b"\0" + notice + b"\0"),))])))
    assert [one.lower() for one in found] == shown


def test_a_sentence_in_a_record_of_a_database_is_a_message(tmp_path: Path) -> None:
    file = tmp_path / "shop.db"
    with sqlite3.connect(file) as database:
        database.execute("CREATE TABLE kept (sender TEXT, body TEXT, server TEXT)")
        body = "Your friend Bhabani sent you a gift, click http://gift.offers.test/earn"
        database.execute("INSERT INTO kept VALUES (?, ?, ?)", ("BH-GIFT", body, "http://api.shop.test/v1"))
    database.close()
    found = list(SEARCH.finds([read_sqlite("assets/shop.db", file.read_bytes())]))
    assert values(found) == ["http://api.shop.test/v1"]
    assert reasons(found) == {"http://gift.offers.test/earn": MESSAGE}


def test_strings_of_native_code_in_utf16() -> None:
    texts = ("Usage is not kept. See http://docs.crypto.com/c for more", "Not known", "http://api.shop.com/v1")
    data = b"\0\0" + b"".join(text.encode("utf-16-le") + b"\0\0" for text in texts)
    artifact = Artifact("a", (Buffer("a", BufferKind.NATIVE, data, utf16=True),))
    assert values(list(SEARCH.finds([artifact]))) == ["http://api.shop.com/v1"]


@each(
    ("before", "shown"),
    [
        # Words of another alphabet, with and without a space before the address.
        ("\u7f51\u7edc\u9519\u8bef, \u8bf7\u68c0\u67e5\u60a8\u7684\u7f51\u7edc", False),
        ("\u041f\u0440\u043e\u0432\u0435\u0440\u044c\u0442\u0435 \u0441\u0435\u0442\u044c ", False),
        ("\u7f51\u7edc\u9519\u8bef", True),
        ("\u7f51, \u7edc", True),
        # A Latin letter before it can be the end of another string.
        ("\u7f51\u7edc\u9519\u8bef, \u8bf7\u68c0\u67e5\u60a8x", True),
        ("\u7f51\u7edc\u9519\u8bef, \u8bf7\u68c0\u67e5\u60a8\xe9", True),
    ],
)
def test_messages_of_native_code_in_other_alphabets(before: str, shown: bool) -> None:
    data = b"\0\0" + f"{before}http://api.shop.com/v1".encode("utf-16-le") + b"\0\0"
    artifact = Artifact("lib/a.so", (Buffer("lib/a.so", BufferKind.NATIVE, data, utf16=True),))
    found = list(SEARCH.finds([artifact]))
    assert values(found) == (["http://api.shop.com/v1"] if shown else [])
    assert set(reasons(found).values()) == (set() if shown else {MESSAGE})


def test_a_font_of_macos_has_no_back_ends() -> None:
    font = b"\0\0\1\0" + b"\xff" * 60 + b"\0http://www.linotype.com/fontdesigners\0"
    for name, shown in (("a.dfont", []), ("a.dat", ["http://www.linotype.com/fontdesigners"])):
        found = list(SEARCH.finds([Artifact(name, (Buffer(name, BufferKind.BINARY, font),))]))
        assert values(found) == shown


def field(kind: int, text: bytes, before: bytes = b"") -> bytes:
    """A text of ASN.1 in DER, at most 255 bytes long."""
    size = len(before + text)
    return bytes((kind, *((0x81, size) if size > 127 else (size,)))) + before + text


URI = field(0x86, b"http://crl.maker.com/a.crl")
POLICY = b"\x06\x03\x55\x1d\x20" + field(0x1A, b"http://maker.com/policy", b"Terms of use of this certificate: ")

PAGE = b"\x06\x0a\x2b\x06\x01\x04\x01\x82\x37\x02\x01\x0c1\x3a08\xa0\x02\x80\0\xa1\x22" + field(
    0x80, b"https://www.maker.com/json"
)
"""The page of a program that is signed with Authenticode."""


@pytest.mark.parametrize(
    ("data", "value", "reason"),
    [
        (b"\x06\x03\x55\x1d\x1f\x04\x20" + URI + b"\x30\x82", "http://crl.maker.com/a.crl0", CERTIFICATE),
        (POLICY + b"\x30\x82", "http://maker.com/policy0", CERTIFICATE),
        (
            b"\x06\x03\x55\x04\x03" + field(0x13, b"http://www.maker.com/") + b"1\x1e",
            "http://www.maker.com/1",
            CERTIFICATE,
        ),
        (PAGE + b"0\r", "https://www.maker.com/json0", CERTIFICATE),
        (URI + b"\x30\x82", "http://crl.maker.com/a.crl0", ""),
        (b"\x06\x03\x55\x1d\x1f" + b"\x86\x7fhttp://api.maker.com/v1\0", "http://api.maker.com/v1", ""),
        (b"\x06\x03\x55\x1d\x1f" + b"x" * 400 + field(0x1A, b"http://api.maker.com/v1"), "http://api.maker.com/v1", ""),
    ],
)
def test_an_address_in_a_certificate_is_not_a_back_end(data: bytes, value: str, reason: str) -> None:
    found = finds(("assets/keys.jks", b"\xfe\xed\xfe\xed\0\0\0\2" + data + b"\0\1\2\3" * 20))
    assert reasons(found).get(value, "") == reason
    assert (value in values(found)) is not bool(reason)


def certificate(holder: str, extension: x509.ExtensionType) -> bytes:
    """A certificate in DER."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, holder)])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 7)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2027, 1, 1, tzinfo=UTC))
        .add_extension(extension, critical=False)
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.DER)


def test_an_address_anywhere_in_a_whole_certificate_is_not_a_back_end() -> None:
    terms = "Terms of use: see http://acme.test/terms or ask us. " + "The law of the country applies. " * 12
    notice = x509.UserNotice(None, terms + "The contract is at http://acme.test/contract and can change")
    policies = x509.CertificatePolicies([x509.PolicyInformation(x509.ObjectIdentifier("1.2.3"), [notice])])
    der = certificate("Acme Root", policies)
    assert b"http://acme.test/contract and" in der
    behind = b"\0\0\0\5X.509" + b"http://api.acme.test/v1\0"
    found = finds(("res/raw/store", b"\0\0\0\1\0\0\0\x14" + der + behind))
    assert reasons(found)["http://acme.test/contract"] == reasons(found)["http://acme.test/terms"] == CERTIFICATE
    assert "http://api.acme.test/v1" in values(found)


def encoded(url: str, holder: str) -> str:
    """A certificate with this address as its list of revoked certificates, in base64."""
    point = x509.DistributionPoint([x509.UniformResourceIdentifier(url)], None, None, None)
    return base64.b64encode(certificate(holder, x509.CRLDistributionPoints([point]))).decode()


@each("form", ["plist", "pem", "script", "one line"])
def test_an_address_in_a_certificate_in_base64_is_not_a_back_end(form: str) -> None:
    seen: set[str] = set()
    for length in range(1, 49):  # each position in a line
        text = encoded("http://crl.maker.com/a.crl", "a" * length)
        lines = textwrap.wrap(text, 64)
        name, content = {
            "plist": ("a.plist", "<plist><data>\n" + "".join(f"\t\t{line}\n" for line in lines) + "</data></plist>"),
            "pem": ("a.txt", "-----BEGIN CERTIFICATE-----\n" + "\n".join(lines) + "\n-----END CERTIFICATE-----\n"),
            "script": ("a.js", 'var pin = "' + "\\n".join(lines) + '";'),
            "one line": ("a.json", f'{{"pin": "{text}"}}'),
        }[form]
        kind = BufferKind.MANIFEST if form == "plist" else BufferKind.TEXT
        found = list(SEARCH.finds([Artifact(name, (Buffer(name, kind, content.encode()),))]))
        assert values(found) == []
        seen |= set(reasons(found).values())
    assert CERTIFICATE in seen


def test_a_comment_in_a_certificate_is_not_a_back_end() -> None:
    comment = b"A long comment, for which the length has more than one byte. " * 4 + b"See http://proxy.maker.com/ssl"
    text = base64.b64encode(b"\x30\x82\x05\x5c\x30\x82\x04\x44" + comment).decode()
    block = "-----BEGIN {0}-----\n" + "\n".join(textwrap.wrap(text, 64)) + "\n-----END {0}-----\n"
    assert values(finds(("a.txt", block.format("CERTIFICATE").encode()))) == []
    assert values(finds(("a.txt", block.format("SETTINGS").encode()))) != []


def test_an_address_in_base64_beside_a_certificate_stays() -> None:
    text = base64.b64encode(b'{"MII": "http://api.maker.com/v1"}').decode()
    assert values(finds(("a.json", f'{{"a": "MIIx", "b": "{text}"}}'.encode()))) == ["http://api.maker.com/v1"]


@each("unit", ["A", "A" * 200 + "!", "MIIa ", "\\n", "M" * 60 + "\n"])
def test_the_block_around_an_address_costs_no_more_than_its_length(unit: str) -> None:
    def make(size: int) -> Buffer:
        return Buffer("a.txt", BufferKind.TEXT, (unit * (size // len(unit)) + "!MIIA").encode())

    assert_linear(make, lambda buffer: placement._is_in_encoded(buffer, len(buffer.data) - 1), 24_000)


def test_without_budget_everything_is_kept() -> None:
    artifact = read_small_file("a.js", b"// http://docs.shop.com/a")
    found = list(Placement(artifact, PlaceBudget(10)).finds([SEARCH._endpoints]))
    assert values(found) == ["http://docs.shop.com/a"]


ENTRIES = (
    b'>thedisplay:nonereplaced the<img src="/ihttps://www.World War IItestimonialsfound in therequired to and that'
    b' ed with the=http%3A%2F%2Fwww.in popular culturetype="text/css" />it i'
    b' height="1""><a href="http://www.style="display:none;">alternate" type="appli-//W3C//DTD'
)
"""Parts of the dictionary of Brotli (RFC 7932, appendix A)."""


@each(
    ("file", "data"),
    [
        ("assets/a.js", b"var d = '" + ENTRIES + b"';"),
        ("assets/a.json", b'{"d": "' + ENTRIES.replace(b'"', b'\\"') + b'"}'),
        ("assets/b.js", b'exports.d = "' + base64.b64encode(b"\0" + ENTRIES) + b'";'),
        ("assets/c.js", b'exports.d = "' + base64.b64encode(b"\0\0" + ENTRIES) + b'";'),
        ("assets/d.js", b'exports.d = "' + base64.b64encode(ENTRIES) + b'";'),
    ],
)
def test_the_dictionary_of_brotli_has_no_address(file: str, data: bytes) -> None:
    found = finds((file, data))
    assert values(found) == []
    assert DICTIONARY in reasons(found).values()


def test_an_address_that_begins_alike_is_kept() -> None:
    found = finds(("assets/a.js", b"fetch('https://www.world.shop.test/a'); fetch('https://www.in.shop.test')"))
    assert values(found) == ["https://www.world.shop.test/a", "https://www.in.shop.test"]
