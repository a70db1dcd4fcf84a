"""Wrapped files: what is behind them is read, and everything else stays as it is."""

import base64
import gzip
import json
import random
import zipfile
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tieback.intake.apps.budget import PackageBudget, budget_for
from tieback.intake.apps.content import SNIFF, sniff
from tieback.intake.apps.hidden import unwrap
from tieback.intake.apps.open import open_app
from tieback.pipeline.analyse import Analyser

DEX = (Path(__file__).parents[2] / "recognise" / "dataflow" / "dex" / "concat.dex").read_bytes()
PLAIN = b'{"api": "https://hidden.shop.test/v1", "timeout": 30}'
PROPERTIES = b"server.url=https://hidden.shop.test/v1\nserver.retries=3\n"


def zipped(name: str, data: bytes) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(name), data)
    return out.getvalue()


def xor(data: bytes, key: int) -> bytes:
    return bytes(byte ^ key for byte in data)


JSON, CODE = "https://hidden.shop.test/v1", "https://api.shop.test/v1/me"
CASES: dict[str, tuple[bytes, str]] = {
    "json in base64": (base64.b64encode(PLAIN), JSON),
    "json in base64 of lines": (base64.encodebytes(PLAIN * 3), JSON),
    "json in base64 for URLs": (base64.urlsafe_b64encode(b"\n\n??>>" + PLAIN).rstrip(b"="), JSON),
    "json in base64 twice": (base64.b64encode(base64.b64encode(PLAIN)), JSON),
    "dex in base64": (base64.b64encode(DEX), CODE),
    "dex in gzip in base64": (base64.b64encode(gzip.compress(DEX, mtime=0)), CODE),
    "zip in base64": (base64.b64encode(zipped("config.json", PLAIN)), JSON),
    "base64 in zip": (zipped("config", base64.b64encode(PLAIN)), JSON),
    "base64 in gzip": (gzip.compress(base64.b64encode(PLAIN), mtime=0), JSON),
    "json in zlib": (zlib.compress(PLAIN), JSON),
    "json behind XOR": (xor(PLAIN, 0x5A), JSON),
    "properties behind XOR": (xor(PROPERTIES, 0xC3), JSON),
    "dex behind XOR": (xor(DEX, 0x77), CODE),
    "zip behind XOR": (xor(zipped("a.json", PLAIN), 0x21), JSON),
    "json behind XOR in base64": (base64.b64encode(xor(PLAIN, 0x9D)), JSON),
}


def package(path: Path, content: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("classes.dex"), b"dex\n035\0")
        archive.writestr(zipfile.ZipInfo("assets/data.bin"), content)
    return path


@pytest.fixture(scope="module")
def analyser() -> Analyser:
    return Analyser()


@pytest.mark.parametrize("name", CASES)
def test_an_endpoint_in_a_wrapped_asset_is_found(name: str, tmp_path: Path, analyser: Analyser) -> None:
    content, expected = CASES[name]
    document = analyser.document(package(tmp_path / "app.apk", content))
    found = {sighting.endpoint.value: sighting.evidence.file for sighting in document.sightings}
    assert expected in found
    assert found[expected].startswith("assets/data.bin")


@pytest.mark.parametrize(("size", "kept"), [(300, True), (300_000, False)])
def test_the_bytes_of_a_small_file_stay_beside_its_content(size: int, *, kept: bool, tmp_path: Path) -> None:
    content = base64.b64encode(b"url=https://a.shop.test/" + b"a" * size)
    with open_app(package(tmp_path / "app.apk", content)) as opened:
        packed = [one.packed for one in opened.artifacts() if one.file.startswith("assets/data.bin!")]
    assert packed == [content if kept else b""]


@each(
    "content",
    [
        b"x" * 23,
        b"The quick brown fox jumps over the lazy dog",
        base64.b64encode(random.Random(1).randbytes(300)),
        b"deadbeef" * 40,
        b"abcdefghijklmnopqrstuvwxyzabcdefgh",
        random.Random(2).randbytes(4000),
        bytes(4000),
        zlib.compress(bytes(100)),
        b"\x78\x9c" + bytes(40),
        PLAIN,
    ],
)
def test_other_files_stay_as_they_are(content: bytes) -> None:
    assert unwrap(content, sniff(content[:SNIFF]), budget_for(len(content))) is None


LABEL = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=2, max_size=12)
HOST = st.tuples(LABEL, LABEL, st.sampled_from(["com", "net", "io", "de"])).map(".".join)
VALUE = st.one_of(HOST.map(lambda host: f"https://{host}/v1"), HOST, LABEL, st.integers(0, 70_000), st.booleans())
SETTINGS = st.dictionaries(LABEL, VALUE, min_size=2, max_size=8)
ONE_LINE = {
    "json": SETTINGS.map(lambda pairs: json.dumps(pairs, separators=(",", ":"))),
    "array": st.lists(HOST, min_size=2, max_size=9).map(lambda hosts: json.dumps(hosts, separators=(",", ":"))),
    "names": st.lists(HOST, min_size=2, max_size=9).map(",".join),
    "xml": HOST.map(lambda host: f"<a><host>{host}</host><port>9200</port></a>"),
    "query": SETTINGS.map(lambda pairs: "&".join(f"{key}={value}" for key, value in pairs.items())),
    "address": st.ip_addresses(v=4).map(lambda one: f"redis;{one}:6379;password"),
}


@pytest.mark.parametrize("form", ONE_LINE)
@given(st.data())
def test_a_readable_text_of_one_line_without_spaces_is_not_decrypted(form: str, data: st.DataObject) -> None:
    content = data.draw(ONE_LINE[form]).encode()
    assert unwrap(content, sniff(content[:SNIFF]), budget_for(len(content))) is None


def test_the_back_end_in_a_file_of_one_line_is_found(tmp_path: Path, analyser: Analyser) -> None:
    for text in (
        '{"apiUrl":"https://api.acmeshopqx.net/v1","debug":false}',
        '{"a":"b","debug":false,"u":"https://api.acmeshopqx.net/v1"}',
    ):
        found = analyser.document(package(tmp_path / "app.apk", text.encode())).sightings
        assert [(one.endpoint.value, one.evidence.file) for one in found] == [
            ("https://api.acmeshopqx.net/v1", "assets/data.bin")
        ]


def test_what_is_unwrapped_is_charged_to_the_package() -> None:
    budget = PackageBudget(total=1000)
    content = base64.b64encode(PLAIN)
    assert unwrap(content, sniff(content), budget) == PLAIN
    assert budget.total == 1000 - len(PLAIN)
    assert unwrap(content, sniff(content), PackageBudget(total=10)) is None


def test_wrappings_are_undone_up_to_a_depth(tmp_path: Path) -> None:
    content = PLAIN
    for _ in range(6):
        content = base64.b64encode(content)
    with open_app(package(tmp_path / "app.apk", content)) as app:
        assert not any(b"hidden.shop.test" in buffer.data for one in app.artifacts() for buffer in one.buffers)


@given(st.binary(min_size=24, max_size=300), st.integers(1, 255))
def test_any_bytes_never_raises(data: bytes, key: int) -> None:
    for content in (data, base64.b64encode(data), xor(data, key), zlib.compress(data)):
        unwrap(content, sniff(content[:SNIFF]), budget_for(len(content)))
