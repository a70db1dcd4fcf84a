"""Short literals of Swift: the text that two registers hold, from instructions of real compilers and of our own."""

import plistlib
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tests.unit.intake.apps.test_macho import macho
from tieback.intake.apps.budget import PackageBudget
from tieback.intake.apps.interface import BufferKind
from tieback.intake.apps.macho import TOO_MANY, read_macho
from tieback.intake.apps.open import open_app
from tieback.intake.apps.swift_texts import ARM, MAX_LITERALS, MAX_TEXTS, X86, inline_texts
from tieback.model.sighting import UnreadKind
from tieback.pipeline.analyse import Analyser

RETURN = struct.pack("<I", 0xD65F03C0)


def words(text: str) -> tuple[int, int]:
    """The two words that hold a text of at most 15 bytes."""
    first, second = struct.unpack("<QQ", text.encode().ljust(15, b"\0") + bytes([0xE0 + len(text)]))
    return first, second


def constant(value: int, register: int) -> list[int]:
    """The instructions that put a constant into a register, as LLVM selects them."""
    chunks = [(shift, value >> 16 * shift & 0xFFFF) for shift in range(4) if value >> 16 * shift & 0xFFFF]
    codes = [0xD2800000, *[0xF2800000] * 3]
    return [code | shift << 21 | chunk << 5 | register for code, (shift, chunk) in zip(codes, chunks, strict=False)]


def arm(text: str, registers: tuple[int, int] = (0, 1), between: int = 0, *, mixed: bool = False) -> bytes:
    """Code for 64-bit ARM that uses a text; ``between``: other instructions after the first word."""
    first, second = (constant(value, register) for value, register in zip(words(text), registers, strict=True))
    if mixed:
        longer = max(len(first), len(second))
        code = [one for pair in zip(first + [0] * longer, second + [0] * longer, strict=False) for one in pair if one]
    else:
        code = [*first, *[0xF9000FE0] * between, *second]  # str x0, [sp, #24]
    return struct.pack(f"<{len(code)}I", *code) + RETURN


def x86(text: str) -> bytes:
    first, second = words(text)
    return b"\x48\xbf" + struct.pack("<Q", first) + b"\x49\xb8" + struct.pack("<Q", second) + b"\xc3"


def texts(code: bytes, cpu: int = ARM) -> list[bytes]:
    return [text for _, text in inline_texts(code, 0, len(code), cpu).texts]


@pytest.mark.parametrize("text", ["es.rtl7.de:9200", "https://shop.de", "ws://rt.kk7.io", "1.2.3.4", "a.io:443"])
@pytest.mark.parametrize("around", [b"", RETURN * 40])
def test_a_short_literal_is_read(text: str, around: bytes) -> None:
    for code in (
        arm(text), arm(text, (8, 9), 3), arm(text, (21, 20)), arm(text, (9, 9), 1), arm(text, mixed=True),
    ):  # fmt: skip
        found = inline_texts(around + code + around, 0, len(around + code + around), ARM)
        assert found[:2] == ([(len(around), text.encode())], False)
    assert texts(x86(text), X86) == [text.encode()]


REAL = """
aa0003e9 f8020d28 f90007e9 d28d2e88 f2adcde8 f2c00e68 f2fda008
d28e4ce8 f2adcc28 f2ccae88 f2e00c88 d2fce009
d28dcd33 f2ac8cb3 f2fd8013 d28dcebc f2acac9c f2ccae9c f2edae5c
"""
"""Code of GoNativeCore: one register for both halves of a text whose first half is not here, then two whole texts."""


def test_a_half_without_its_other_half_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    import re

    monkeypatch.setattr("tieback.intake.apps.swift_texts._ADDRESS", re.compile(rb".*"))
    code = b"".join(bytes.fromhex(word)[::-1] for word in REAL.split())
    assert texts(code) == [b"granted", b"undetermined"]


@each(
    ("code", "cpu"),
    [
        (arm("title.label ?"), ARM),  # a space is in no address
        (arm("Reminders"), ARM),
        (arm("abc"), ARM),
        (arm("https://shop.de")[8:], ARM),  # the first half is not a constant
        (arm("es.rtl7.de:9200", between=20), ARM),
        (arm("es.rtl7.de:9200"), 12),  # 32-bit ARM
        (x86("es.rtl7.de:9200")[10:], X86),
        (b"", ARM),
        (b"\0\0", ARM),
    ],
)  # fmt: skip
def test_other_code_has_no_text(code: bytes, cpu: int) -> None:
    assert texts(code, cpu) == []


def test_the_number_of_texts_is_limited() -> None:
    code = b"".join(arm(f"h{number}.shop.de") for number in range(MAX_TEXTS + 5))
    found = inline_texts(code, 0, len(code), ARM)
    assert (len(found.texts), found.stopped) == (MAX_TEXTS, True)


@pytest.mark.parametrize(("one", "cpu"), [(arm("Reminders"), ARM), (x86("Reminders"), X86)])
def test_the_number_of_literals_is_limited(one: bytes, cpu: int) -> None:
    code = one * (MAX_LITERALS + 1)
    assert inline_texts(code, 0, len(code), cpu)[:2] == ([], True)
    whole = inline_texts(code[: -len(one)], 0, len(code) - len(one), cpu)
    assert whole[:2] == ([], False)
    assert inline_texts(code, 0, len(code), cpu, whole.steps // 2) == ([], True, whole.steps // 2)
    assert inline_texts(code, 0, len(code), cpu, 0) == ([], True, 0)


def test_the_programs_of_a_package_share_its_steps() -> None:
    budget = PackageBudget(0, steps=1_000)
    code = arm("es.rtl7.de:9200") * 20
    assert read_macho("a", program(code), budget)[0].left_out == ""
    assert budget.steps == 1_000 - 600
    assert read_macho("b", program(code), budget)[0].left_out == TOO_MANY
    assert 0 <= budget.steps < 60


@pytest.mark.parametrize("place", ["Payload/a.app/a", "Payload/a.app/Frameworks/b.framework/b"])
def test_what_the_limit_leaves_out_is_told(build: Callable[..., bytes], tmp_path: Path, place: str) -> None:
    code = b"".join(arm(f"h{number}.shop.de") for number in range(MAX_TEXTS + 1))
    info = plistlib.dumps({"CFBundleIdentifier": "test.a", "CFBundleExecutable": "a"})
    files = {"Payload/a.app/Info.plist": info, "Payload/a.app/a": macho()}
    files[place] = macho(extra=((b"__text", code),)).replace(b"__text\0\0", b"__texu\0\0", 1)
    at = files[place].index(b"__text\0\0")
    flagged = bytearray(files[place])
    flagged[at + 64 : at + 68] = struct.pack("<I", 0x80000400)
    path = tmp_path / "a.ipa"
    path.write_bytes(build("zipped", [*(files | {place: bytes(flagged)}).items()]))
    with open_app(path) as package:
        list(package.pieces())
        assert [(one.kind, one.what, one.where) for one in package.unread] == [(UnreadKind.LIMIT, TOO_MANY, place)]


def test_real_code_of_swift_is_read(apps: Path) -> None:
    artifact, _ = read_macho("iGoat", (apps / "iGoat-Swift.arm64.macho").read_bytes())
    short = {bytes(buffer.data) for buffer in artifact.buffers if len(buffer.data) <= 17}
    assert {b"\0articles.sqlite\0", b"\0Cydia.app\0", b"\0Sentinel.txt\0", b"\0john@test.com\0"} <= short


def program(code: bytes, **kwargs: object) -> bytes:
    """A program with this code, in a section of data with the constants of ``extra``."""
    data = macho(**kwargs)  # type: ignore[arg-type]
    return data.replace(b"\x90" * len(code), code, 1)


def test_an_address_in_code_is_an_endpoint(tmp_path: Path) -> None:
    full = b"\0" * 8 + b"es.data7.de:9200"[:15] + b"\xef"
    constants = b"\0" * 8 + b"db.cst7.de:5432\xef" + full
    code = arm("es.rtl7.de:9200") + arm("https://shop.de")
    (tmp_path / "App").write_bytes(data := program(code, extra=((b"__const", constants),)))
    found = {one.endpoint.value: one.evidence.offset for one in Analyser().document(tmp_path / "App").sightings}
    assert found.keys() >= {"es.rtl7.de:9200", "https://shop.de", "db.cst7.de:5432"}
    assert found["es.rtl7.de:9200"] == data.index(code)
    assert found["https://shop.de"] == data.index(arm("https://shop.de"))


def test_encrypted_code_is_not_read() -> None:
    code = arm("es.rtl7.de:9200")
    kinds = [len(one.data) for one in read_macho("App", program(code, encrypted=True))[0].buffers]
    assert len(kinds) + 1 == len(read_macho("App", program(code))[0].buffers)
    assert all(one.kind is BufferKind.NATIVE for one in read_macho("App", program(code))[0].buffers)


@given(st.binary(max_size=400), st.sampled_from([ARM, X86]))
def test_any_bytes_never_raises(data: bytes, cpu: int) -> None:
    for at, text in inline_texts(data, 0, len(data), cpu).texts:
        assert 0 <= at < len(data)
        assert 7 <= len(text) <= 15
