"""Programs of Adobe AIR: expanded, and the texts of their code are separate."""

import lzma
import struct
import zipfile
import zlib
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.intake.apps.budget import budget_for
from tieback.intake.apps.content import Content, sniff
from tieback.intake.apps.interface import Artifact
from tieback.intake.apps.swf import read_swf
from tieback.pipeline.analyse import Analyser

TEXTS = (b"https://api.shop.test/v1", b"shop:Cart/add", b"http://adobe.com/AS3/2006/builtin", b"flash.net")
ABOUT = b"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><dc:description>http://about.test</dc:description></rdf:RDF>"


def number(value: int) -> bytes:
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def tag(kind: int, content: bytes) -> bytes:
    return struct.pack("<HI", kind << 6 | 0x3F, len(content)) + content


def code(texts: tuple[bytes, ...] = TEXTS, count: int | None = None) -> bytes:
    """Constants of ActionScript: one signed and one unsigned number, one of two words, then the texts."""
    pool = number(2) + number(300) + number(2) + number(1) + number(2) + struct.pack("<d", 0.5)
    pool += number(len(texts) + 1 if count is None else count)
    return struct.pack("<HH", 16, 46) + pool + b"".join(number(len(text)) + text for text in texts) + b"\0" * 8


def film(form: bytes = b"FWS", tags: bytes | None = None) -> bytes:
    """A film without pictures, plain, in zlib or in LZMA."""
    if tags is None:
        tags = (
            tag(77, ABOUT + b"\0")
            + tag(82, struct.pack("<I", 1) + b"frame1\0" + code())
            + tag(72, code())
            + tag(0, b"")
        )
    rest = b"\x08\0" + struct.pack("<HH", 24 << 8, 1) + tags
    head = form + bytes([32]) + struct.pack("<I", len(rest) + 8)
    if form == b"CWS":
        return head + zlib.compress(rest)
    if form == b"ZWS":
        filters = [{"id": lzma.FILTER_LZMA1, "dict_size": 1 << 16, "lc": 3, "lp": 0, "pb": 2}]
        packed = lzma.compress(rest, lzma.FORMAT_RAW, filters=filters)
        return head + struct.pack("<I", len(packed)) + b"\x5d" + struct.pack("<I", 1 << 16) + packed
    return head + rest


def strings(artifact: Artifact) -> list[bytes]:
    buffer = artifact.buffers[0]
    assert buffer.starts is not None
    edges = [*buffer.starts.tolist(), len(buffer.data)]
    return [bytes(buffer.data[first:last]) for first, last in pairwise(edges)]


@pytest.mark.parametrize("form", [b"FWS", b"CWS", b"ZWS"])
def test_the_texts_of_the_code_are_separate(form: bytes) -> None:
    data = film(form)
    assert sniff(data[:64]) is Content.SWF
    artifact, complaint = read_swf("assets/Main.swf", data, budget_for(0))
    assert not complaint
    assert bytes(artifact.buffers[0].data[:3]) in {b"FWS", b"F" + form[1:]}
    found = strings(artifact)
    assert all(found.count(text) == 2 for text in TEXTS)


def test_the_description_is_a_text_of_its_own() -> None:
    artifact, _ = read_swf("assets/Main.swf", film(), budget_for(0))
    main, about = artifact.buffers
    assert b"about.test" in about.data
    assert b"about.test" not in main.data
    assert main.data[about.base : about.base + len(about.data)] == bytes(len(about.data))


def test_a_film_without_constants_is_searched_whole() -> None:
    artifact, complaint = read_swf("a.swf", film(tags=tag(12, b"\x96https://old.test\0") + tag(0, b"")), budget_for(0))
    assert (artifact.buffers[0].starts, complaint) == (None, "")
    assert b"https://old.test\0" in artifact.buffers[0].data


@pytest.mark.parametrize(
    ("tags", "kept"),
    [
        (tag(72, code(count=9)), 4),
        (tag(72, code()[:60]), 2),
        (tag(72, b"\0" * 4 + b"\xff" * 5 + b"\x01"), 0),
        (tag(82, b"\0" * 4 + b"no end"), 0),
        (b"\x00", 0),
    ],
    ids=["too many texts", "cut off", "impossible number", "name without end", "half a tag"],
)
def test_damage_ends_the_reading(tags: bytes, kept: int) -> None:
    artifact, _ = read_swf("a.swf", film(tags=tags), budget_for(0))
    starts = artifact.buffers[0].starts
    count = 0 if starts is None else sum(text in TEXTS for text in strings(artifact))
    assert count == kept


@pytest.mark.parametrize("form", [b"CWS", b"ZWS"])
def test_a_damaged_stream_is_a_problem(form: bytes) -> None:
    artifact, complaint = read_swf("a.swf", film(form)[:30] + b"\xff" * 40, budget_for(0))
    assert complaint
    assert len(artifact.buffers) == 2


def test_a_bomb_is_cut_off() -> None:
    budget = budget_for(0)
    budget.total = budget.suspect = 100_000
    _, complaint = read_swf("a.swf", film(b"CWS", tag(0, bytes(10_000_000))), budget)
    assert "bomb" in complaint
    assert budget.total >= 0


@settings(max_examples=examples(80), deadline=None)
@given(
    form=st.sampled_from([b"FWS", b"CWS", b"ZWS"]), noise=st.lists(st.tuples(st.integers(4, 300), st.integers(0, 255)))
)
def test_damage_never_raises(form: bytes, noise: list[tuple[int, int]]) -> None:
    data = bytearray(film(form))
    for place, value in noise:
        if place < len(data):
            data[place] = value
    read_swf("a", data, budget_for(0))
    read_swf("a", data[: len(data) // 2], budget_for(0))
    read_swf("a", data[:9], budget_for(0))


def shown(tmp_path: Path, *names: str) -> tuple[set[str], dict[str, str]]:
    """The addresses of an app with these files, and the reasons for other texts."""
    path = tmp_path / "app.ipa"
    info = "<plist><dict><key>CFBundleIdentifier</key><string>test.shop</string></dict></plist>"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("Payload/Shop.app/Info.plist", info)
        for name in names:
            package.writestr(f"Payload/Shop.app/{name}", film(b"CWS") if name.endswith(".swf") else "<application/>")
    document = Analyser().document(path)
    reasons = {text.value: text.reason for text in document.not_backends}
    return {sighting.endpoint.value for sighting in document.sightings}, reasons


@pytest.mark.parametrize("file", ["Main.swf", "assets/more/Shop.swf"])
def test_an_app_of_air_shows_the_address_and_no_namespace(tmp_path: Path, file: str) -> None:
    addresses, reasons = shown(tmp_path, file, "META-INF/AIR/application.xml")
    assert addresses == {"https://api.shop.test/v1"}
    assert "namespace" in reasons["http://adobe.com/AS3/2006/builtin"]


@pytest.mark.parametrize("names", [("www/player.swf",), ("www/player.swf", "lib/META-INF/AIR/application.xml")])
def test_no_other_app_runs_a_program_of_flash(tmp_path: Path, names: tuple[str, ...]) -> None:
    assert shown(tmp_path, *names) == (set(), {})
