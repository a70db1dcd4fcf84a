"""Buffers in, finds out: shapes, offsets, clipping, wide text, and nothing of a credential."""

import struct
from collections.abc import Iterator

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tests.linear import assert_linear
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.model.sighting import Credential, NotBackend, Problem, Sighting
from tieback.recognise import RECOGNISE_VERSION, extractors
from tieback.recognise.extract import MAX_HITS, MAX_IN_ARRAYS, EndpointExtractor
from tieback.recognise.interface import Find

EXTRACTOR = EndpointExtractor()


def finds(data: bytes, kind: BufferKind = BufferKind.TEXT, **more: object) -> list[Find]:
    buffer = msgspec_free_buffer(data, kind, more)
    return list(EXTRACTOR.extract(Artifact("f", (buffer,))))


def msgspec_free_buffer(data: bytes, kind: BufferKind, more: dict[str, object]) -> Buffer:
    return Buffer("f", kind, data, **more)  # type: ignore[arg-type]


def values(found: list[Find]) -> list[str]:
    return [find.endpoint.value for find in found if isinstance(find, Sighting)]


def places(found: list[Find]) -> list[tuple[str, int | None]]:
    return [(find.endpoint.value, find.evidence.offset) for find in found if isinstance(find, Sighting)]


TEXTS: list[tuple[str, list[str]]] = [
    ("see https://api.shop.de/v1/ now", ["https://api.shop.de/v1"]),
    ('{"u":"https:\\/\\/api.shop.de\\/v1\\/x"}', ["https://api.shop.de/v1/x"]),
    ("<a href='https://api.shop.de/x'>https://b.shop.de</a>", ["https://api.shop.de/x", "https://b.shop.de"]),
    ("host=db.shop.de:27017,es.shop.de:9200", ["db.shop.de:27017", "es.shop.de:9200"]),
    ("10.1.2.3:6379", ["10.1.2.3:6379"]),
    ("url=[2a00::1]:8080", ["[2a00::1]:8080"]),
    ("http://api.shop.de:8080/x", ["http://api.shop.de:8080/x"]),
    ("https://a.shop.de/?next=https://b.shop.de/y", ["https://a.shop.de", "https://b.shop.de/y"]),
    ("mongodb://db.x.test:27017/shop", ["mongodb://db.x.test:27017/shop"]),
    ("jdbc:mysql://db.x.test/shop", ["mysql://db.x.test:3306/shop"]),
    ("mongodb:\\/\\/db.x.test\\/shop", ["mongodb://db.x.test:27017/shop"]),
    ("proj.firebaseio.com", ["firebase-rtdb:proj"]),
    ("https://proj.firebaseio.com", ["firebase-rtdb:proj"]),
    ("couchdb://u@db.x.test/shop", ["couchdb://db.x.test:5984/shop"]),
    ("cassandra://c1.x.test,c2.x.test/ks", ["cassandra://c1.x.test:9042/ks", "cassandra://c2.x.test:9042/ks"]),
    ("neo4j+s://g.x.test", ["neo4j://g.x.test:7687"]),
    ("bootstrap.servers=k1.x.test:9092,k2.x.test:9092", ["k1.x.test:9092", "k2.x.test:9092"]),
    ("SASL_SSL://k1.x.test:9093", ["sasl_ssl://k1.x.test:9093"]),
    ("ldaps://dir.x.test/dc=x", ["ldaps://dir.x.test:636/dc"]),
    ("postgresql+asyncpg://db.x.test/shop", ["postgresql://db.x.test:5432/shop"]),
    ("mqtts://mq.x.test", ["mqtts://mq.x.test:8883"]),
    ("https://a.shop.de,https://b.shop.de/x", ["https://a.shop.de", "https://b.shop.de/x"]),
    ("https://a.shop.de/v1;https://b.shop.de/x", ["https://a.shop.de/v1", "https://b.shop.de/x"]),
    ("wss://rt.shop.de/socket", ["wss://rt.shop.de/socket"]),
    ("grpc://api.shop.de:50051", ["grpc://api.shop.de:50051"]),
    ("dns:///api.shop.de:50051", ["api.shop.de:50051"]),
    ("rtsp://cam.shop.de/live", ["rtsp://cam.shop.de/live"]),
    ("sftp://files.shop.de", []),
    ("aws://files.shop.de", []),
    ("proj.firebaseio.com.evil", []),
    ("myproj_x.firebaseio.com", []),
    ("Foo.kt:45 at 12:30, file.java:123, v1.2.3.4", []),
    ("com.google.code.gson:gson:2.8.5", []),
    ("var x=a?b.top:1500;", []),
]


@each(("text", "expected"), TEXTS)
def test_endpoints_are_extracted_from_text(text: str, expected: list[str]) -> None:
    assert values(finds(text.encode())) == expected


@each(("text", "expected"), TEXTS)
def test_the_same_in_utf_16(text: str, expected: list[str]) -> None:
    assert values(finds(text.encode("utf-16-le"), BufferKind.RESOURCES, utf16=True)) == expected
    assert values(finds(b"\x01\0\0" + text.encode("utf-16-le") + b"\0\0", BufferKind.NATIVE)) == expected


@each(
    ("first", "found"),
    [
        ("https://täg.shop.de/a", ["https://xn--tg-via.shop.de/a"]),
        ("https://a.shop.de/täglich", ["https://a.shop.de/t"]),
        ("https://例え.jp", ["https://xn--r8jz45g.jp"]),
        ("https://a.shop.de/😀😀😀", ["https://a.shop.de"]),
    ],
)
def test_a_letter_beyond_ascii_hides_no_text_behind_it(first: str, found: list[str]) -> None:
    text = f"{first}\0wss://b.shop.de\0"
    for data, utf16 in ((text.encode("utf-16-le"), True), (text.encode(), False)):
        assert values(finds(data, BufferKind.NATIVE, utf16=utf16)) == [*found, "wss://b.shop.de"]


@each(
    ("data", "base", "expected"),
    [
        (b"\0\0https://a.shop.de\0", 100, [("https://a.shop.de", 102)]),
        (b"x es.shop.de:9200", 0, [("es.shop.de:9200", 2)]),
        (b"\0proj.firebaseio.com\0", 7, [("firebase-rtdb:proj", 8)]),
        (b"\0" + "x http://a.shop.de".encode("utf-16-le"), 0, [("http://a.shop.de", 5)]),
        (b"\0" + "x a.shop.de:8080".encode("utf-16-le"), 0, [("a.shop.de:8080", 5)]),
        ("é http://a.shop.de".encode(), 0, [("http://a.shop.de", 3)]),
    ],
)
def test_offsets_are_bytes_of_the_entry(data: bytes, base: int, expected: list[tuple[str, int]]) -> None:
    assert places(finds(data, BufferKind.NATIVE, base=base)) == expected


def dex_strings(*texts: bytes) -> tuple[bytes, "np.ndarray[tuple[int], np.dtype[np.int64]]"]:
    """String data items one behind the other, and where their characters begin."""
    data, starts = b"dex\n035\0", []
    for text in texts:
        data += bytes([len(text)])
        starts.append(len(data))
        data += text + b"\0"
    return data, np.array(starts, dtype=np.int64)


def test_length_byte_before_a_dex_string_is_not_part_of_a_host() -> None:
    host = b"es." + b"a" * 30 + b".fieldhand.test:9200"
    data, starts = dex_strings(b"abc", host.ljust(0x61, b" "), b"z")
    assert data[int(starts[1]) - 1 :][:3] == b"aes"
    assert places(finds(data, BufferKind.DEX, starts=starts)) == [(host.decode(), int(starts[1]))]
    assert values(finds(data, BufferKind.BINARY)) == ["a" + host.decode()]


def test_a_match_never_crosses_the_beginning_of_a_string() -> None:
    data = b"https://a.shop.de/pathhttps://b.shop.de"
    starts = np.array([0, 22], dtype=np.int64)
    assert values(finds(data, BufferKind.BINARY, starts=starts)) == ["https://a.shop.de/path", "https://b.shop.de"]
    starts = np.array([0, 4], dtype=np.int64)
    assert values(finds(b"http://a.shop.de", BufferKind.BINARY, starts=starts)) == []


def test_nul_in_mutf_8_ends_a_match() -> None:
    data, starts = dex_strings(b"https://a.shop.de/x\xc0\x80y")
    assert values(finds(data, BufferKind.DEX, starts=starts)) == ["https://a.shop.de/x"]


@pytest.mark.parametrize("before", [True, False])
def test_an_address_in_an_array_of_bytes_of_a_dex_file(before: bool) -> None:
    array, strings = b"\x03\x8dxhttps://a.shop.de/x\0\0tcp://10.1.2.3:4444\0http://\0", b"\x05hello\0"
    data = array + strings if before else strings + array
    starts = np.array([len(array) + 1 if before else 1])
    assert values(finds(data, BufferKind.DEX, starts=starts)) == ["https://a.shop.de/x", "tcp://10.1.2.3:4444"]


def test_most_addresses_in_arrays_of_bytes_of_a_dex_file() -> None:
    array = b"".join(b"https://a%d.shop.de/\0" % number for number in range(MAX_IN_ARRAYS + 9))
    found = values(finds(array + b"\x05hello\0", BufferKind.DEX, starts=np.array([len(array) + 1])))
    assert len(found) == MAX_IN_ARRAYS


def test_evidence_contains_the_resource_name() -> None:
    data = b"\x05\x05hello\0\x10\x10https://a.shop.de\0"
    starts = np.array([2, 10], dtype=np.int64)
    (find,) = finds(data, BufferKind.RESOURCES, starts=starts, names={10: "string/backend_url"})
    assert isinstance(find, Sighting)
    assert find.evidence.how == "resource:string/backend_url/url"


@pytest.mark.parametrize(
    ("kind", "how"),
    [
        (BufferKind.TEXT, "text/host-port"),
        (BufferKind.MANIFEST, "manifest/host-port"),
        (BufferKind.NATIVE, "native-string/host-port"),
        (BufferKind.BINARY, "binary/host-port"),
    ],
)
def test_how_names_the_kind_of_buffer_and_the_rule(kind: BufferKind, how: str) -> None:
    (find,) = finds(b"es.shop.de:9200", kind)
    assert isinstance(find, Sighting)
    assert find.evidence.how == how


def test_each_location_is_a_find_and_non_back_ends_are_reported_once() -> None:
    found = finds(b"http://a.shop.de\0http://a.shop.de\0http://www.w3.org/x\0http://www.w3.org/x\0")
    assert values(found) == ["http://a.shop.de"] * 2
    assert [find.value for find in found if isinstance(find, NotBackend)] == ["http://www.w3.org/x"]


def script(text: str, file: str = "assets/app.js") -> list[Find]:
    return list(EXTRACTOR.extract(Artifact(file, (Buffer(file, BufferKind.TEXT, text.encode()),))))


LINK = "https://github.com/o/r/blob/main/prices.json"


@each(
    "text",
    [
        f'fetch("{LINK}")', f"axios.get('{LINK}', x)", f"fetch( `{LINK}` )", f'$.getJSON("{LINK}")',
        f'x.open("GET", "{LINK}", true)', f'downloadFile("{LINK}")', f'new Request("{LINK}")',
    ],
)  # fmt: skip
def test_a_script_that_requests_a_code_host_has_a_back_end_there(text: str) -> None:
    assert values(script(text)) == [LINK]


@each(
    "text",
    [
        f"// see {LINK}", f'throw new Error("see {LINK}")', f'warn("{LINK}")', f'<a href="{LINK}">', f'open("{LINK}")',
        f'var url = "{LINK}"', 'fetch("https://schemas.android.com/apk/res")', 'fetch("https://example.com/x")',
    ],
)  # fmt: skip
def test_a_link_to_a_code_host_is_not_a_back_end(text: str) -> None:
    assert values(script(text)) == []


@pytest.mark.parametrize("file", ["assets/page.txt", "res/values.xml"])
def test_only_scripts_request(file: str) -> None:
    assert values(script(f'fetch("{LINK}")', file)) == []


PICTURE = b"http://www.ibm.com/images/portal/front.jpg"


@each(
    ("data", "kind", "expected"),
    [
        (b"\0" + PICTURE + b"\0", BufferKind.NATIVE, ["http://www.ibm.com/images/portal/front.jpg"]),
        (b"\0" + PICTURE + b"?w=9\0", BufferKind.NATIVE, ["http://www.ibm.com/images/portal/front.jpg"]),
        # A page, a part of a message, a picture of a name, and files whose code is read.
        (b"\0http://www.ibm.com/us-en\0", BufferKind.NATIVE, []),
        (b"\0http://www.ibm.com/front.jpg.html\0", BufferKind.NATIVE, []),
        (b"\0see " + PICTURE + b"\0", BufferKind.NATIVE, []),
        (b"\0" + PICTURE + b" for more\0", BufferKind.NATIVE, []),
        (b"\0http://schemas.android.com/front.jpg\0", BufferKind.NATIVE, []),
        (b"\0http://example.com/front.jpg\0", BufferKind.NATIVE, []),
        (b"\0" + PICTURE + b"\0", BufferKind.DEX, []),
        (b"\0" + PICTURE + b"\0", BufferKind.TEXT, []),
    ],
)
def test_a_program_shows_a_picture_of_a_documentation_host(data: bytes, kind: BufferKind, expected: list[str]) -> None:
    assert values(finds(data, kind)) == expected


def test_a_picture_that_another_file_names_before_the_program_counts() -> None:
    extractor = EndpointExtractor()
    for kind, expected in ((BufferKind.TEXT, []), (BufferKind.NATIVE, ["http://www.ibm.com/images/portal/front.jpg"])):
        artifact = Artifact("a", (Buffer("a", kind, b"\0" + PICTURE + b"\0"),))
        assert values(list(extractor.extract(artifact))) == expected


def test_overlapping_buffers_count_once() -> None:
    data = b"\0\0" + "http://a.shop.de".encode("utf-16-le")
    buffers = (Buffer("f", BufferKind.NATIVE, data), Buffer("f", BufferKind.NATIVE, data[2:], base=2, utf16=True))
    assert places(list(EXTRACTOR.extract(Artifact("f", buffers)))) == [("http://a.shop.de", 2)]


def test_a_credential_is_masked_everywhere() -> None:
    found = finds(b'db = "mongodb://admin:Hunter22secret@db.x.test/shop"; other = "https://a.shop.de"')
    assert "Hunter22secret" not in str(found)
    assert [find.masked for find in found if isinstance(find, Credential)] == ["Hu***et (14)"]


def test_a_bare_host_behind_a_credential_shows_nothing_before_it() -> None:
    (find,) = finds(b"login bob:Hunter22@db.shop.de:5432 now")
    assert isinstance(find, Sighting)
    assert find.evidence.context == "db.shop.de:5432 now"


@pytest.mark.parametrize(
    ("text", "values"),
    [
        (b'<script src="//cdn.shop.de/a.js">', ["https://cdn.shop.de/a.js"]),
        (b"url(//img.shop.de/x.png)", ["https://img.shop.de/x.png"]),
        (b"\0\x12//cdn.shop.de/a.js\0", ["https://cdn.shop.de/a.js"]),
        (b"// cdn.shop.de/a.js is loaded", []),
        (b"https://a.shop.de//b.shop.de/c", ["https://a.shop.de//b.shop.de/c"]),
    ],
)
def test_urls_without_their_scheme(text: bytes, values: list[str]) -> None:
    assert [find.endpoint.value for find in finds(text) if isinstance(find, Sighting)] == values


@each(
    ("text", "service"),
    [
        ('{"mcpServers":{"crm":{"url":"https://crm.shop.de/sse"}}}', "mcp"),
        ('{"mcpServers":{"crm":{"command":"npx","args":["mcp-remote", "https://crm.shop.de/sse"]}}}', "mcp"),
        ("npx mcp-remote https://crm.shop.de/agent", "mcp"),
        ("https://crm.shop.de/api/mcp", "mcp"),
        # The URL itself says more than what is before it.
        ('{"mcpServers":{"crm":{"url":"https://crm.shop.de:9200/sse"}}}', "elasticsearch"),
        ('{"servers":{"crm":{"url":"https://crm.shop.de/sse"}}}', None),
        ('{"mcpServers":{},"docs":"https://crm.shop.de/sse"}', None),
    ],
)
def test_the_text_before_a_url_names_its_service(text: str, service: str | None) -> None:
    (found,) = [find for find in finds(text.encode()) if isinstance(find, Sighting)]
    assert found.endpoint.service == service
    # The verdict on the same URL elsewhere is another one.
    (plain,) = [find for find in finds(f"see {found.endpoint.value} now".encode()) if isinstance(find, Sighting)]
    assert plain.endpoint.value == found.endpoint.value
    assert plain.endpoint.service in (None, "elasticsearch", "mcp" if found.endpoint.path.endswith("/mcp") else None)


def test_too_many_hits_are_a_problem_line() -> None:
    found = finds(b"ftp://" * (MAX_HITS + 5))
    assert [find.what for find in found if isinstance(find, Problem)] == [
        "too many texts that look like endpoints; the rest was not read"
    ]


PIECES_OF_HOSTILE_TEXT = (
    b"a.com:80", b"http://a.com:80,", b"mongodb://u:p@", b"mongodb://a,", b"jdbc:", b".firebaseio.com",
)  # fmt: skip


@pytest.mark.parametrize("piece", PIECES_OF_HOSTILE_TEXT)
@pytest.mark.parametrize("kind", [BufferKind.TEXT, BufferKind.NATIVE])
def test_the_cost_of_hostile_text_is_linear(piece: bytes, kind: BufferKind) -> None:
    whole = piece.decode().encode("utf-16-le") if kind is BufferKind.NATIVE else piece
    assert_linear(lambda size: whole * (size // len(whole)), lambda data: finds(data, kind), 16_000)


def test_every_extractor_declares_what_it_finds() -> None:
    extractor, *others = extractors()
    assert all(one.meta.version for one in (extractor, *others))
    assert RECOGNISE_VERSION
    assert "connection-string" in extractor.meta.finds


PIECES = [b"http://", b"mongodb://", b"jdbc:mysql://", b"@", b":", b"/", b"a.de", b":80", b"\0", b"\xc0\x80", b"[::1]"]


@st.composite
def hostile(draw: st.DrawFn) -> bytes:
    return b"".join(draw(st.lists(st.sampled_from(PIECES) | st.binary(max_size=6), max_size=40)))


@given(hostile(), st.lists(st.integers(0, 200), max_size=8), st.sampled_from(BufferKind), st.booleans())
@settings(max_examples=examples(150), deadline=None)
def test_any_bytes_can_be_read_and_matches_lie_inside(
    data: bytes, starts: list[int], kind: BufferKind, utf16: bool
) -> None:
    inside = np.array(sorted({start for start in starts if start < len(data)}), dtype=np.int64)
    for find in finds(data, kind, starts=inside, utf16=utf16):
        if isinstance(find, Sighting):
            assert find.evidence.offset is not None
            assert 0 <= find.evidence.offset < len(data)
            assert find.endpoint.port is None or 1 <= find.endpoint.port <= 65535
            assert len(find.evidence.context) <= 160


def strings(found: list[Find]) -> Iterator[str]:
    for find in found:
        yield str(msgspec.to_builtins(find))


@given(
    scheme=st.sampled_from(
        ["mongodb", "postgresql", "redis", "mysql", "amqp", "https", "jdbc:mysql", "jdbc:postgresql"]
    ),
    secret=st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=4, max_size=24),
    user=st.from_regex(r"[a-z]{1,8}", fullmatch=True),
    around=st.sampled_from(
        ["{}", 'x = "{}"', "url={} http://b.shop.de/", '["{}","es.shop.de:9200"]', "https://c.de {}"]
    ),
    wide=st.booleans(),
)
@settings(max_examples=examples(300), deadline=None)
def test_no_password_of_a_connection_string_is_in_any_find(
    scheme: str, secret: str, user: str, around: str, wide: bool
) -> None:
    password = "Zq" + secret + "7J"
    text = around.format(f"{scheme}://{user}:{password}@db.x.test:5432/shop")
    found = finds(text.encode("utf-16-le" if wide else "utf-8"), BufferKind.TEXT, utf16=wide)
    for shown in strings(found):
        assert password not in shown


def test_integer_tables_are_not_text() -> None:
    assert finds(struct.pack("<200I", *range(200)), BufferKind.BINARY) == []


@each(
    ("data", "values"),
    [
        (b'android:text="10.0.2.2"', ["10.0.2.2"]),
        (b"10.0.3.2", ["10.0.3.2"]),
        ("10.0.2.2".encode("utf-16-le"), ["10.0.2.2"]),
        (b"server 10.0.2.2.", ["10.0.2.2"]),
        (b"http://10.0.2.2:8080/x", ["http://10.0.2.2:8080/x"]),
        (b"10.0.2.2:8080", ["10.0.2.2:8080"]),
        (b"v10.0.2.2", []),
        (b"10.0.2.20", []),
        (b"10.0.2.2.1", []),
        (b"version 110.0.2.2", []),
    ],
)
def test_address_of_the_emulators_host_is_reported(data: bytes, values: list[str]) -> None:
    found = [one for one in finds(data) if isinstance(one, NotBackend)]
    assert [one.value for one in found] == values
    assert all("emulator" in one.reason for one in found)


@each("kind", [BufferKind.DEX, BufferKind.RESOURCES, BufferKind.BINARY, BufferKind.NATIVE])
def test_the_second_reading_of_a_text_gives_what_the_first_one_gave(kind: BufferKind) -> None:
    """Verdicts are kept, also those on a text in which other anchors are."""
    texts = [
        b"http://s3.amazonaws.com/doc/2006-03-01/",
        b"http://acs.amazonaws.com/groups/s3/LogDelivery",
        b"http://schemas.android.com/apk/res/android",
        b"http://www.w3.org/2001/XMLSchema?host=db.shop.test:27017",
        b"http://purl.org/dc/elements/1.1/proj.firebaseio.com",
        b"http://s3.amazonaws.com/uploads/a.png",
    ]
    data, starts = dex_strings(*texts)
    if kind is BufferKind.NATIVE:
        data, starts = data.replace(b"\xff", b" "), None  # type: ignore[assignment]
    extractor = EndpointExtractor()
    first, second, third = (
        list(extractor.extract(Artifact("f", (Buffer("f", kind, data, starts=starts),)))) for _ in range(3)
    )
    assert sorted(map(repr, first)) == sorted(map(repr, second)) == sorted(map(repr, third))
    assert values(first) == values(second)
    assert "s3:uploads" in values(first)
    assert "s3:doc" not in values(first)


WORDS = (
    "http://", "https://", "s3.amazonaws.com", "/doc/2006-03-01/", "schemas.android.com/apk/res/", "www.w3.org/ns/",
    "db.shop.test", ":27017", "proj.firebaseio.com", "mongodb://", "host=", ";", "\0", " ", "?u=",
    "AKIAIOSFODNN7EXAMPLQ",
)  # fmt: skip


@settings(max_examples=examples(200), deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=24))
def test_any_text_gives_the_same_when_it_is_read_again(words: list[str]) -> None:
    extractor, data = EndpointExtractor(), "".join(words).encode() + b"\0"
    artifact = Artifact("f", (Buffer("f", BufferKind.BINARY, data),))
    first, second = list(extractor.extract(artifact)), list(extractor.extract(artifact))
    assert sorted(map(repr, first)) == sorted(map(repr, second))
