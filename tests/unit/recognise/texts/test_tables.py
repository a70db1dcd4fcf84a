"""Tables and texts that are recognised by their shape; lists that an app contacts are not."""

from tests.each import each
from tieback.recognise.texts.places import TextPlaces
from tieback.recognise.texts.tables import (
    AGENTS,
    DOCUMENT,
    FILTERS,
    PICTURE,
    REFERENCE,
    SUFFIXES,
    TYPES,
    WORDS,
    has_suffixes,
    is_in_names,
    is_licence,
    is_manual,
    is_reference,
    is_shader,
    picture_reason,
    table_reason,
)  # fmt: skip

AGENT = "[Mozilla/5.0 (compatible; Bot{n}/*; +http://a{n}.test/bot.html)*]\nParent=Bots\nBrowser=Bot{n}\nMaker=x\nVersion=1\n"


def lines(form: str, count: int) -> bytes:
    return "".join(form.replace("{n}", str(n)) for n in range(count)).encode()


@each(
    ("text", "reason"),
    [
        (lines(AGENT, 30), AGENTS),
        (lines("#EXTINF:-1,Channel {n}\n#EXTVLCOPT:http-user-agent=Mozilla/5.0 (X11)\nhttp://a.test/{n}.ts", 40), ""),
        (lines('{"name": "{n}", "url": "http://a.test/{n}", "user_agent": "Mozilla/5.0 (X11)"},', 40), ""),
        (lines('{"pattern": "Bot{n}\\/", "agents": ["Mozilla/5.0 (Bot{n})"]},', 400), AGENTS),
        (b"// x\n// ===BEGIN ICANN DOMAINS===\ncom\nco.uk\ns3.amazonaws.com\n", SUFFIXES),
        (lines("*.a{n}.test\n", 600), SUFFIXES),
        (lines("||ads{n}.a.test^\n", 30), FILTERS),
        (lines("0.0.0.0 ads{n}.a.test\n", 30), FILTERS),
        (lines("application/x-{n} a{n}\n", 30), TYPES),
        ("".join(f"{'abcdefghij'[n % 10] * (1 + n // 10)}\n" for n in range(300)).encode(), WORDS),
        (lines("http://radio{n}.test/stream\n", 300), ""),
        (lines("mirror{n}.a.test\n", 100), ""),
        (lines("key{n}=http://a{n}.test\n", 300), ""),
        (lines("name{n},http://a{n}.test,443\n", 300), ""),
        (lines("- /api/v{n} http://a.test\n", 30), ""),
        (b"Mozilla/5.0\n" * 5, ""),
    ],
)
def test_shapes_of_tables(text: bytes, reason: str) -> None:
    assert table_reason(text) == reason


def test_most_of_a_large_table_must_have_the_shape() -> None:
    head = lines("||ads{n}.a.test^\n", 2000)
    assert table_reason(head) == FILTERS
    assert table_reason(head + lines("http://a{n}.test\n", 8000)) == ""


def test_a_list_of_suffixes_in_code() -> None:
    names = ",".join(f'"{name}"' for name in ("com.ac", "edu.ac", "gov.ac", *(f"co.a{'b' * n}" for n in range(20))))
    code = f'var list=[{names}],api="https://api.a.test/v1"'.encode()
    assert has_suffixes(code)
    assert is_in_names(code, code.index(b"gov.ac"))
    assert not is_in_names(code, code.index(b"api.a.test"))


@each(
    ("text", "binary", "reason"),
    [
        (b"%PDF-1.4 x", True, DOCUMENT),
        (b"%!PS-AdobeFont-1.0", False, PICTURE),
        (b"8BPS\0\1", True, PICTURE),
        (bytes(8) + b"\1\0\2\0" + bytes(22) + b"LP", True, PICTURE),
        (b"a" * 34 + b"LP", False, ""),
        (b"II*\0", False, ""),
        (b"plain", False, ""),
    ],
)
def test_pictures_and_fonts(text: bytes, binary: bool, reason: str) -> None:
    assert picture_reason(text, binary=binary) == reason


CARD = (
    "3B 02 {n}\n\tBank card of a large bank, see http://www.bank{n}.test/cards\n" + "3B 04\n\tPrepaid phone card\n" * 3
)


@each(
    ("text", "expected"),
    [
        (lines(CARD, 25), True),
        (lines(CARD, 15), False),
        (lines(CARD.replace("bank{n}", "a.bank"), 25), False),
        (lines(CARD.replace("\tBank card of a large bank, see ", "url = "), 25), False),
        (lines("Radio number {n} from town\nhttp://radio{n}.test/stream\n", 200), False),
        (b"#EXTM3U\n" + lines(CARD, 25), False),
    ],
    ids=["many owners", "few owners", "one owner", "settings", "stations", "playlist"],
)
def test_a_list_to_look_things_up_in(text: bytes, expected: bool) -> None:
    assert is_reference(text) is expected


@each(
    ("name", "form", "head", "count", "reason"),
    [
        ("banks.json", '{"name": "A{n}", "website": "http://a{n}.test/x"},', "[", 25, REFERENCE),
        ("banks.json", '{"name": "A{n}", "website": "http://a{n}.test/x"},', "[", 15, ""),
        ("banks.json", '{"name": "A{n}", "stream": "http://a{n}.test/x"},', "[", 25, ""),
        ("banks.csv", '"A{n}, b",http://a{n}.test/x,12\n', "name,home_page,size\n", 25, REFERENCE),
        ("banks.csv", "A{n};12;http://a{n}.test/x\n", "name;size;Website URL\n", 25, REFERENCE),
        ("banks.csv", "A{n};12;http://a{n}.test/x\n", "name;website;stream\n", 25, ""),
        ("banks.csv", "A{n};12;http://a{n}.test/x\n", "name;size;website\n", 15, ""),
    ],
)
def test_a_key_or_column_with_web_sites_of_many_owners(
    name: str, form: str, head: str, count: int, reason: str
) -> None:
    data = head.encode() + lines(form, count).rstrip(b",") + (b"]" if head == "[" else b"")
    places = TextPlaces(name, data)
    found = {places.reason(at) for at in range(len(data)) if data.startswith(b"http://", at)}
    assert found == {reason}


MANUAL = (
    "Acme Font\n=========\n\nThis download has two fonts.\n\nGet started\n-----------\n\n  https://fonts.test/{n}\n"
    "Install the files that you want to use.\nThen read the licence text.\n"
)
STATIONS = "Station {n}\n---------\n\nJazz from the harbour\nhttps://a{n}.test/stream\n\n"


@each(
    ("text", "expected"),
    [
        (lines(MANUAL, 1), True),
        (lines(MANUAL.replace("\n", "\r\n"), 1), True),
        (lines(MANUAL.replace("-----------", ""), 1), False),
        (lines(MANUAL.replace("-----------", "---"), 1), False),
        (lines(MANUAL.replace("Install the", "server = the"), 1), False),
        (lines(STATIONS, 3), False),
        (lines(MANUAL.replace("two fonts", "two fonts of\n  https://b{n}.test"), 1), True),
        (lines("Servers\n-------\nhttp://a{n}.test\nhttp://b{n}.test\nhttp://c{n}.test\n", 3), False),
    ],
    ids=[
        "manual",
        "line ends of Windows",
        "one heading",
        "a short line",
        "settings",
        "many addresses",
        "addresses only",
    ],
)
def test_a_document_with_underlined_headings(text: bytes, expected: bool) -> None:
    assert is_manual(text) is expected
    places = TextPlaces("rm_acme.txt", text)
    assert places.reason(text.index(b"http")) == (DOCUMENT if expected else "")


def test_licences_and_shaders() -> None:
    assert is_licence(b"                    GNU GENERAL PUBLIC LICENSE\n")
    assert not is_licence(b"license_server=http://a.test\n")
    assert is_shader(b"#version 300 es\nvoid main() {}")
    assert not is_shader(b"version = 3\n")
