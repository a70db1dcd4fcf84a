import base64
import lzma
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.flow import FOLDER
from tieback.intake.apps.content import Content, sniff
from tieback.intake.apps.interface import BufferKind
from tieback.intake.apps.ram_bundle import MAGIC, MAX_BYTECODE, MAX_MODULES, read_ram_bundle
from tieback.model.sighting import Sighting
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch

WRITTEN = base64.b64decode(
    "5dEL+wYAAAAkAAAAAAAAAAAAAAAkAAAAWwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAH8AAABxAAAAdmFyIF9fQlVORExFX1NU"
    "QVJUX1RJTUVfXz0xO19fcig1KTsAX19kKGZ1bmN0aW9uKGcscixpLGEsbSxlLGQpe20uZXhwb3J0cz17SE9TVDoiaHR0cHM6Ly9h"
    "cGkucmFtLWJ1bmRsZS50ZXN0IixWOiIvdjEifX0sMSxbXSk7AF9fZChmdW5jdGlvbihnLHIsaSxhLG0sZSxkKXt2YXIgYz1yKGRb"
    "MF0pO20uZXhwb3J0cy5sb2FkPWZ1bmN0aW9uKCl7cmV0dXJuIGZldGNoKGMuSE9TVCtjLlYrIi9vcmRlcnMiKX19LDUsWzFdKTsA"
)
"""Two modules, as ``buildTableAndContents`` of Metro 0.81 writes them."""
BYTECODE = lzma.decompress((FOLDER / "hermes" / "v96-O.hbc.xz").read_bytes())


def bundle(*modules: bytes, startup: bytes = b"__r(0);\0") -> bytes:
    table, at = b"", len(startup)
    for one in modules:
        table += struct.pack("<II", at, len(one))
        at += len(one)
    return MAGIC + struct.pack("<II", len(modules), len(startup)) + table + startup + b"".join(modules)


def endpoints(data: bytes) -> set[str]:
    artifacts, _ = read_ram_bundle("assets/index.android.bundle", data)
    return {one.endpoint.value for one in AppSearch(RuleFiles()).finds(artifacts) if isinstance(one, Sighting)}


def test_a_bundle_of_metro_is_one_script_whose_constants_are_followed_across_modules() -> None:
    assert sniff(WRITTEN) is Content.RAM_BUNDLE
    artifacts, complaint = read_ram_bundle("index.android.bundle", WRITTEN)
    assert complaint == ""
    [buffer] = [buffer for one in artifacts for buffer in one.buffers]
    assert (buffer.kind, buffer.base) == (BufferKind.TEXT, 60)
    assert b"\0" not in buffer.data
    assert endpoints(WRITTEN) == {"https://api.ram-bundle.test", "https://api.ram-bundle.test/v1/orders"}


def test_offsets_are_those_of_the_file() -> None:
    artifacts, _ = read_ram_bundle("index.android.bundle", WRITTEN)
    found = [one for one in AppSearch(RuleFiles()).finds(artifacts) if isinstance(one, Sighting)]
    assert any(WRITTEN[one.evidence.offset :].startswith(b"https://api.ram") for one in found if one.evidence.offset)


def test_modules_with_bytecode_are_read_as_bytecode() -> None:
    assert "https://sum.hermes.test/v1/users" in endpoints(bundle(b"var a;\0", BYTECODE))


def test_the_file_that_only_marks_a_folder_of_modules_is_nothing() -> None:
    assert read_ram_bundle("assets/js-modules/UNBUNDLE", MAGIC) == ((), "")


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (MAGIC + b"\0", "the RAM bundle ends within its header"),
        (MAGIC + struct.pack("<II", MAX_MODULES + 1, 1) + bytes(64), "the table of the RAM bundle exceeds the file"),
        (MAGIC + b"\xff" * 8 + bytes(64), "the table of the RAM bundle exceeds the file"),
        (MAGIC + struct.pack("<II", 1, 1 << 30) + bytes(64), "the table of the RAM bundle exceeds the file"),
        (bundle(b"x\0")[:-1], "modules of the RAM bundle are outside of the file"),
    ],
)
def test_damage_is_one_line_and_the_bytes_are_kept(data: bytes, complaint: str) -> None:
    artifacts, found = read_ram_bundle("index.android.bundle", data)
    assert found == complaint
    assert artifacts


def test_only_some_modules_with_bytecode_are_read() -> None:
    artifacts, complaint = read_ram_bundle("a.bundle", bundle(*[b"\xc6\x1f\xbc\x03" + bytes(8)] * (MAX_BYTECODE + 9)))
    assert complaint
    assert len(artifacts) == MAX_BYTECODE + 1


@given(st.binary(max_size=200), st.integers(0, 20), st.integers(0, 200))
def test_no_bytes_raise(content: bytes, count: int, startup: int) -> None:
    for data in (MAGIC + content, MAGIC + struct.pack("<II", count, startup) + content):
        artifacts, _ = read_ram_bundle("a.bundle", data)
        assert sum(len(buffer.data) for one in artifacts for buffer in one.buffers) <= 2 * len(data)
