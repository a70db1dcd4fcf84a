"""Addresses in .NET assemblies: what code loads is a back end; attributes and the class library have none."""

import struct

from tests.each import each
from tieback.intake.apps.budget import budget_for
from tieback.intake.apps.dotnet import read_assemblies
from tieback.intake.apps.problems import PackageProblems
from tieback.model.sighting import NotBackend, Sighting
from tieback.recognise.assemblies import ATTRIBUTE, LIBRARY
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch

SEARCH = AppSearch(RuleFiles())


def _item(raw: bytes) -> bytes:
    return (bytes([len(raw)]) if len(raw) < 0x80 else struct.pack(">H", 0x8000 | len(raw))) + raw


def _attribute(*texts: str) -> bytes:
    values = b"".join(_item(text.encode()) for text in texts)
    return _item(b"\x01\0" + values + b"\0\0")


def assembly(loaded: tuple[str, ...] = (), blobs: tuple[bytes, ...] = ()) -> bytes:
    """An image with three heaps, as ECMA-335 has it."""
    strings = b"\0" + b"".join(_item(text.encode("utf-16-le") + b"\0") for text in loaded)
    heaps = ((b"#Strings\0\0\0\0", b"\0Shop\0"), (b"#US\0", strings), (b"#Blob\0\0\0", b"\0" + b"".join(blobs)))
    first = 20 + 12 + sum(8 + len(name) for name, _ in heaps)
    heads, body = b"", b""
    for name, data in heaps:
        heads += struct.pack("<II", first + len(body), len(data)) + name
        body += data
    root = b"BSJB" + struct.pack("<HHII", 1, 1, 0, 12) + b"v4.0.30319\0\0" + struct.pack("<HH", 0, len(heaps)) + heads
    return b"MZ" + b"\0" * 126 + root.ljust(first, b"\0") + body + b"end"


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
