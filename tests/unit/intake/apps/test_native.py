import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tieback.intake.apps.interface import BufferKind
from tieback.intake.apps.native import read_elf, read_macho
from tieback.intake.apps.open import open_app

CODE, TEXT = b"\x90" * 8192, b"mqtt://broker.test:1883\0"


def elf(*, sections: int | None = None, table: int | None = None) -> bytes:
    """A 64-bit ELF file of one section of code and one of read-only data."""
    body = b"\0" * 64 + CODE + TEXT
    place = len(body) if table is None else table
    headers = struct.pack("<IIQQQQ24x", 0, 0, 0, 0, 0, 0)
    headers += struct.pack("<IIQQQQ24x", 0, 1, 6, 0, 64, len(CODE))
    headers += struct.pack("<IIQQQQ24x", 0, 1, 2, 0, 64 + len(CODE), len(TEXT))
    head = b"\x7fELF\2\1\1" + b"\0" * 33 + struct.pack("<Q", place) + b"\0" * 10
    head += struct.pack("<HHH", 64, 3 if sections is None else sections, 0)
    return head + body[64:] + headers


def macho(*, encrypted: bool = False) -> bytes:
    """A 64-bit Mach-O file with code, C strings and UTF-16 strings."""
    wide = "wss://live.test".encode("utf-16-le")
    start = 32 + 72 + 3 * 80 + 24
    sections, place = b"", start
    for name, content, flags in ((b"__text", CODE, 0x80000400), (b"__cstring", TEXT, 2), (b"__ustring", wide, 0)):
        sections += struct.pack("<16s16sQQIIIII12x", name, b"__TEXT", 0, len(content), place, 0, 0, 0, flags)
        place += len(content)
    segment = struct.pack("<II16sQQQQIIII", 0x19, 72 + len(sections), b"__TEXT", 0, 0, 0, 0, 5, 5, 3, 0) + sections
    crypt = struct.pack("<IIIIII", 0x2C, 24, 0, 0, int(encrypted), 0)
    head = struct.pack("<IIIIIIII", 0xFEEDFACF, 0x0100000C, 0, 2, 2, len(segment) + 24, 0, 0)
    return head + segment + crypt + CODE + TEXT + wide


def test_only_the_data_of_an_elf_file_is_searched() -> None:
    (buffer,) = read_elf("lib/arm64/liba.so", elf()).buffers
    assert (buffer.kind, buffer.data, buffer.base) == (BufferKind.NATIVE, TEXT, 64 + len(CODE))


@pytest.mark.parametrize(
    "data",
    [elf(sections=0), elf(table=0), elf(table=10**9), elf()[:200], b"\x7fELF"],
    ids=["no sections", "no table", "table outside", "cut", "only the magic"],
)
def test_without_a_section_table_everything_is_searched(data: bytes) -> None:
    (buffer,) = read_elf("liba.so", data).buffers
    assert buffer.data == data


def test_the_strings_of_a_macho_file_are_searched() -> None:
    artifact, complaint = read_macho("App", macho())
    narrow, wide = artifact.buffers
    assert narrow.data == TEXT
    assert wide.utf16
    assert wide.data.decode("utf-16-le") == "wss://live.test"
    assert complaint == ""


def test_store_encryption_is_said() -> None:
    assert "FairPlay" in read_macho("App", macho(encrypted=True))[1]


def test_the_64_bit_arm_slice_of_a_fat_file_is_taken() -> None:
    slices = [(7, b"\xce\xfa\xed\xfe" + b"x86 part" * 10), (0x0100000C, macho())]
    head, body = struct.pack(">II", 0xCAFEBABE, len(slices)), b""
    for cpu, content in slices:
        head += struct.pack(">IIIII", cpu, 0, 8 + 20 * len(slices) + len(body), len(content), 0)
        body += content
    artifact, _ = read_macho("App", head + body)
    assert artifact.buffers[0].data == TEXT
    assert (head + body)[artifact.buffers[0].base :].startswith(TEXT)


def test_real_libraries_give_their_strings(apps: Path) -> None:
    with open_app(apps / "dvba.apk") as package:
        natives = [b for a in package.artifacts() for b in a.buffers if b.kind is BufferKind.NATIVE]
    assert not any(b"clang version" in buffer.data for buffer in natives)
    assert any(b"LOOKING FOR BINARY" in buffer.data for buffer in natives)


@settings(max_examples=80, deadline=None)
@given(noise=st.lists(st.tuples(st.integers(0, 500), st.integers(0, 255)), max_size=10), mach=st.booleans())
def test_damage_never_raises(noise: list[tuple[int, int]], mach: bool) -> None:
    data = bytearray(macho() if mach else elf())
    for place, value in noise:
        data[place if mach or place < 300 else -place] = value
    buffers = read_macho("a", data)[0].buffers if mach else read_elf("a", data).buffers
    assert sum(len(buffer.data) for buffer in buffers) <= 2 * len(data)


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=300))
def test_noise_never_raises(data: bytes) -> None:
    read_elf("a", b"\x7fELF\2\1" + data)
    read_macho("a", b"\xcf\xfa\xed\xfe" + data)
    read_macho("a", b"\xca\xfe\xba\xbe\0\0\0\2" + data)
