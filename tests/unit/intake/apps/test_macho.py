import plistlib
import struct
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.intake.apps.interface import BufferKind
from tieback.intake.apps.macho import code_signature, read_macho
from tieback.intake.apps.open import open_app

CODE, TEXT = b"\x90" * 8192, b"mqtt://broker.test:1883\0"
ENTITLEMENTS = plistlib.dumps({"com.apple.developer.associated-domains": ["applinks:app.workhub.test"]})


def signed(team: bytes = b"A1B2C3D4E5") -> bytes:
    """A code signature with a code directory that names a team, and entitlements."""
    directory = struct.pack(">IIIIIIIII", 0xFADE0C02, 52 + 11, 0x20400, 0, 0, 0, 0, 0, 0) + b"\0" * 8
    directory += struct.pack(">II", 0, 52) + team + b"\0"
    rights = struct.pack(">II", 0xFADE7171, 8 + len(ENTITLEMENTS)) + ENTITLEMENTS
    first = 12 + 16
    index = struct.pack(">IIII", 0, first, 5, first + len(directory))
    return struct.pack(">III", 0xFADE0CC0, first + len(directory) + len(rights), 2) + index + directory + rights


def macho(*, encrypted: bool = False, extra: tuple[tuple[bytes, bytes], ...] = (), sign: bytes = b"") -> bytes:
    """A 64-bit Mach-O file with code, C strings and UTF-16 strings."""
    wide = "wss://live.test".encode("utf-16-le")
    held = [(b"__text", CODE, 0x80000400), (b"__cstring", TEXT, 2), *((n, c, 0) for n, c in extra)]
    held.append((b"__ustring", wide, 0))
    start = 32 + 72 + len(held) * 80 + 24 + 16
    sections, place = b"", start
    for name, content, flags in held:
        sections += struct.pack("<16s16sQQIIIII12x", name, b"__TEXT", 0, len(content), place, 0, 0, 0, flags)
        place += len(content)
    segment = (
        struct.pack("<II16sQQQQIIII", 0x19, 72 + len(sections), b"__TEXT", 0, 0, 0, 0, 5, 5, len(held), 0) + sections
    )
    crypt = struct.pack("<IIIIII", 0x2C, 24, 0, 0, int(encrypted), 0)
    head = struct.pack("<IIIIIIII", 0xFEEDFACF, 0x0100000C, 0, 2, 3, len(segment) + 40, 0, 0)
    where = struct.pack("<IIII", 0x1D, 16, place, len(sign))
    return head + segment + crypt + where + b"".join(content for _, content, _ in held) + sign


def test_the_strings_of_a_macho_file_are_searched() -> None:
    artifact, complaint = read_macho("App", macho())
    narrow, wide = artifact.buffers
    assert narrow.data == TEXT
    assert wide.utf16
    assert wide.data.decode("utf-16-le") == "wss://live.test"
    assert complaint == ""


def test_app_store_encryption_is_a_problem() -> None:
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


def test_names_of_methods_are_left_out() -> None:
    extra = ((b"__objc_methname", b"openURL:http://no.test\0"), (b"__const", b"amqp://queue.test\0"))
    artifact, _ = read_macho("App", macho(extra=extra))
    found = b"".join(buffer.data for buffer in artifact.buffers if not buffer.utf16)
    assert found == TEXT + b"amqp://queue.test\0"


def test_signature_gives_team_and_entitlements() -> None:
    data = macho(sign=signed())
    found = code_signature(data)
    assert found.team == "A1B2C3D4E5"
    rights = read_macho("App", data)[0].buffers[-1]
    assert rights.kind is BufferKind.MANIFEST
    assert rights.data == ENTITLEMENTS
    assert data[rights.base :].startswith(ENTITLEMENTS)


def test_real_binaries_are_read(apps: Path) -> None:
    data = (apps / "iGoat-Swift.arm64.macho").read_bytes()
    artifact, complaint = read_macho("iGoat-Swift", data)
    assert complaint == ""
    text = b"".join(buffer.data for buffer in artifact.buffers)
    assert b"viewClassVersion\0" in text
    assert b"initWithViewConnection:databaseTransaction:" not in text
    assert len(text) < len(data) // 4
    with open_app(apps / "UnCrackable-Level1.ipa") as package:
        kinds = [b.kind for a in package.artifacts() if a.file.endswith("Level 1") for b in a.buffers]
    assert BufferKind.MANIFEST in kinds


@settings(max_examples=examples(80), deadline=None)
@given(noise=st.lists(st.tuples(st.integers(0, 500), st.integers(0, 255)), max_size=10), raw=st.binary(max_size=300))
def test_damage_never_raises(noise: list[tuple[int, int]], raw: bytes) -> None:
    data = bytearray(macho(sign=signed()))
    for place, value in noise:
        data[place if place < 450 else -place % len(data)] = value
    fat = b"\xca\xfe\xba\xbe\0\0\0\2"
    for content in (bytes(data), b"\xcf\xfa\xed\xfe" + raw, fat + raw):
        buffers = read_macho("a", content)[0].buffers
        assert sum(len(buffer.data) for buffer in buffers) <= 3 * len(content)
