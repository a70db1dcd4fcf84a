"""Addresses in .NET assemblies: what code loads is a back end; attributes and the class library have none."""

import struct

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.intake.apps.budget import budget_for
from tieback.intake.apps.dotnet import read_assemblies
from tieback.intake.apps.problems import PackageProblems
from tieback.model.sighting import NotBackend, Sighting
from tieback.recognise.other_code.assemblies import ATTRIBUTE, LIBRARY
from tieback.recognise.reasons import LINK
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch

SEARCH = AppSearch(RuleFiles())


def _item(raw: bytes) -> bytes:
    return (bytes([len(raw)]) if len(raw) < 0x80 else struct.pack(">H", 0x8000 | len(raw))) + raw


def _attribute(*texts: str) -> bytes:
    values = b"".join(_item(text.encode()) for text in texts)
    return _item(b"\x01\0" + values + b"\0\0")


def _tables(members: tuple[tuple[str, str], ...]) -> tuple[bytes, bytes]:
    """The tables with references to types and members, and the names in them."""
    names, kinds, rows = b"\0", b"", b""
    for number, (kind, member) in enumerate(members, start=1):
        kinds += struct.pack("<HHH", 0, len(names), 0)
        names += kind.encode() + b"\0"
        rows += struct.pack("<HHH", number << 3 | 1, len(names), 0)
        names += member.encode() + b"\0"
    head = struct.pack("<IBBBBQQII", 0, 2, 0, 0, 1, 1 << 1 | 1 << 10, 0, len(members), len(members))
    return head + kinds + rows, names


def assembly(
    loaded: tuple[str, ...] = (),
    blobs: tuple[bytes, ...] = (),
    members: tuple[tuple[str, str], ...] = (),
    code: bytes = b"",
) -> bytes:
    """An image with four heaps, as ECMA-335 has it. In the code, ``LDSTR`` loads the first text."""
    strings = b"\0" + b"".join(_item(text.encode("utf-16-le") + b"\0") for text in loaded)
    tables, names = _tables(members)
    heaps = (
        (b"#~\0\0", tables),
        (b"#Strings\0\0\0\0", names),
        (b"#US\0", strings),
        (b"#Blob\0\0\0", b"\0" + b"".join(blobs)),
    )
    first = 20 + 12 + sum(8 + len(name) for name, _ in heaps)
    heads, body = b"", b""
    for name, data in heaps:
        heads += struct.pack("<II", first + len(body), len(data)) + name
        body += data
    root = b"BSJB" + struct.pack("<HHII", 1, 1, 0, 12) + b"v4.0.30319\0\0" + struct.pack("<HH", 0, len(heaps)) + heads
    return b"MZ" + b"\0" * 126 + code + root.ljust(first, b"\0") + body + b"end"


def found(file: str, image: bytes) -> tuple[set[str], dict[str, str]]:
    """The hosts that are shown, and the reasons of the others by value."""
    finds = list(SEARCH.finds(read_assemblies(file, image, PackageProblems(), budget_for(0))))
    shown = {one.endpoint.host for one in finds if isinstance(one, Sighting)}
    return shown, {one.value: one.reason for one in finds if isinstance(one, NotBackend)}


API = "https://api.shop.test/v1"
ADVICE = _attribute("This class is obsolete. See https://www.json.test/schema for details.")
NAMESPACE = _attribute("https://www.forms.test/2014/design", "Forms.Controls")
CONSTANT = _item("https://www.json.test/projects".encode("utf-16-le"))
BASE = _attribute("https://base.shop.test/api")


@each(
    ("blob", "shown", "out"),
    [
        (ADVICE, set(), {"https://www.json.test/schema"}),
        (NAMESPACE, set(), {"https://www.forms.test/2014/design"}),
        (CONSTANT, set(), {"https://www.json.test/projects"}),
        (BASE, {"base.shop.test"}, set()),
    ],
    ids=["advice", "namespace", "constant that no code loads", "base address of an interface"],
)
def test_a_text_in_the_blobs_is_no_back_end_unless_it_is_a_whole_attribute(
    blob: bytes, shown: set[str], out: set[str]
) -> None:
    hosts, reasons = found("assemblies/Shop.dll", assembly((API,), (blob,)))
    assert hosts == {"api.shop.test"} | shown
    assert reasons == dict.fromkeys(out, ATTRIBUTE)


@each(
    ("file", "product", "is_library"),
    [
        ("assemblies.blob!7.dll", "Mono Common Language Infrastructure", True),
        ("assemblies.blob!7.dll", "Microsoft® .NET", True),
        ("assemblies/System.Web.Services.dll", "", True),
        ("assemblies/Shop.dll", "Shop", False),
        ("assemblies/SystemShop.dll", "", False),
    ],
    ids=[
        "product of Mono",
        "product of .NET",
        "name of the class library",
        "product of an app",
        "name with the same beginning",
    ],
)
def test_the_class_library_contacts_only_what_an_app_passes_to_it(file: str, product: str, is_library: bool) -> None:
    hosts, reasons = found(file, assembly((API,), (_attribute(product),)))
    assert hosts == (set() if is_library else {"api.shop.test"})
    assert reasons == ({API: LIBRARY} if is_library else {})


LDSTR = b"\x72\x01\0\0\x70"
"""Loads the first text."""
PORT = b"\x20" + struct.pack("<i", 1883)


def call(number: int, opcode: bytes = b"\x28") -> bytes:
    """A call of a member, from 1."""
    return opcode + struct.pack("<I", 0x0A000000 | number)


PARSE, CLIENT, SOCKET = ("IPAddress", "Parse"), ("TcpClient", ".ctor"), ("Socket", "Connect")
OPEN, URI, GET = ("Browser", "OpenAsync"), ("Uri", ".ctor"), ("HttpClient", "GetStringAsync")


@each(
    ("text", "members", "code", "expected"),
    [
        ("192.0.3.7", (PARSE,), LDSTR + call(1), {"192.0.3.7"}),
        ("192.0.3.7", (PARSE,), LDSTR + call(1) + PORT, {"192.0.3.7:1883"}),
        ("mqtt.shop.test", (CLIENT,), LDSTR + PORT + call(1, b"\x73"), {"mqtt.shop.test:1883"}),
        ("mqtt.shop.test", (URI, SOCKET), LDSTR + b"\x1f\x50" + call(2, b"\x6f"), {"mqtt.shop.test:80"}),
        ("1.0.0.0", (URI,), LDSTR + call(1), set()),
        ("192.0.3.7", (PARSE,), LDSTR + b"\x2a" + call(1), set()),
        ("a text", (PARSE,), LDSTR + call(1), set()),
        ("192.0.3.7", (PARSE,), b"", set()),
    ],
)
def test_code_connects_to_a_host_without_a_scheme(
    text: str, members: tuple[tuple[str, str], ...], code: bytes, expected: set[str]
) -> None:
    image = assembly((text,), (), members, code)
    finds = SEARCH.finds(read_assemblies("assemblies/Shop.dll", image, PackageProblems(), budget_for(0)))
    assert {one.endpoint.value for one in finds if isinstance(one, Sighting)} == expected


@each(
    ("code", "is_link"),
    [
        (LDSTR + call(1), True),
        (LDSTR + b"\x17" + call(1), True),
        (LDSTR + call(2, b"\x73") + call(1), True),
        (LDSTR + call(1) + LDSTR + call(1), True),
        (LDSTR + call(1) + LDSTR + call(3, b"\x6f"), False),
        (LDSTR + call(3, b"\x6f"), False),
    ],
)
def test_an_address_that_code_only_opens_in_a_browser_is_a_link(code: bytes, is_link: bool) -> None:
    hosts, reasons = found("assemblies/Shop.dll", assembly((API,), (), (OPEN, URI, GET), code))
    assert (hosts, reasons) == ((set(), {API: LINK}) if is_link else ({"api.shop.test"}, {}))


@given(st.binary(max_size=200), st.integers(0, 400))
@settings(max_examples=examples(40))
def test_damage_never_raises(noise: bytes, at: int) -> None:
    image = bytearray(assembly((API, "192.0.3.7"), (ADVICE,), (PARSE, OPEN, URI), LDSTR + call(1)))
    image[at : at + len(noise)] = noise
    found("assemblies/Shop.dll", bytes(image))
