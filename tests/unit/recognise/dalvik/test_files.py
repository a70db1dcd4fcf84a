"""Texts that code decrypts with files and resources of the app itself, and files that it cannot open."""

import struct
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tests.unit.recognise.dalvik.library.test_calls import machine
from tieback.intake.apps.interface import Artifact, ArtifactBatch, Buffer, BufferKind
from tieback.recognise.dalvik.decryptors import Decryption
from tieback.recognise.dalvik.library.files import CALLS, MAX_FILE
from tieback.recognise.dalvik.machine import RUN_MEMORY
from tieback.recognise.dalvik.objects import JavaObject, NotRunnableError
from tieback.recognise.dalvik.run import MIN_STEPS
from tieback.recognise.dataflow.code import package_files
from tieback.recognise.dataflow.code.package_files import PackageFiles
from tieback.recognise.dataflow.dex.dexfile import DexFile
from tieback.recognise.dataflow.walk.settings import AppSettings

DEX = Path(__file__).parents[1] / "dataflow" / "dex"
CODE = (DEX / "openedfiles.dex").read_bytes()
RAW, TEXT = 0x7F010002, 0x7F020001


def xored(text: bytes, mask: int) -> bytes:
    return bytes(octet ^ mask for octet in text)


def enciphered(text: bytes) -> bytes:
    padder = PKCS7(128).padder()
    encryptor = Cipher(algorithms.AES(b"0123456789abcdef"), modes.ECB()).encryptor()
    return encryptor.update(padder.update(text) + padder.finalize()) + encryptor.finalize()


def modified_utf8(text: bytes) -> bytes:
    return struct.pack(">H", len(text)) + text


FILES = {
    "assets/key.bin": bytes(range(1, 17)),
    "res/a1": xored(b"https://raw.key.test/v1", 0x5A),
    "test/key/table": struct.pack(">i", 3) + modified_utf8(xored(b"https://beside.key.test/v1", 3)),
    "assets/config.enc": enciphered(b"https://first.key.test/a\nhttps://second.key.test/b\n"),
    "assets/plain.txt": b"https://plain.key.test/v1",
}
TEXTS = {
    "https://asset.key.test/v1",
    "https://raw.key.test/v1",
    "https://beside.key.test/v1",
    "https://first.key.test/a https://second.key.test/b ",
    "https://text.key.test/v1",
}


class Table:
    """A resource table: the value of a raw resource is the path of its file."""

    def text(self, resource: int) -> str:
        return {RAW: "res/a1", TEXT: xored(b"https://text.key.test/v1", 3).decode()}.get(resource, "")

    def named(self, _name: str) -> str:
        return ""

    def items(self, _resource: int) -> tuple[str, ...]:
        return ()

    def integer(self, _resource: int) -> int | None:
        return None

    def ending(self, _end: str) -> dict[str, str]:
        return {}


def settings(files: dict[str, bytes]) -> AppSettings:
    known = AppSettings()
    known.see(ArtifactBatch(tuple(files), tuple(files.values()), lambda file, _: Artifact(file, ())))
    known.see(Artifact("resources.arsc", (Buffer("resources.arsc", BufferKind.RESOURCES, b"", resources=Table()),)))
    return known


def texts(code: bytes, files: dict[str, bytes]) -> set[str]:
    return {one.text for one in Decryption((DexFile(code),), app_files=settings(files)).texts}


def test_the_files_of_the_app_are_read() -> None:
    assert texts(CODE, FILES) == TEXTS


@each("missing", list(FILES))
def test_without_a_file_its_text_is_not_known(missing: str) -> None:
    found = texts(CODE, {file: content for file, content in FILES.items() if file != missing})
    assert len(TEXTS - found) == (missing != "assets/plain.txt")
    assert found <= TEXTS


def test_without_settings_nothing_is_opened() -> None:
    assert not Decryption((DexFile(CODE),)).texts


@each("path", [b"/etc/host", b"../../etc", b"KEY.bin", b"", b"res/a1"])
def test_only_names_below_the_assets_are_opened(path: bytes) -> None:
    found = texts(CODE.replace(b"\x07key.bin\0", bytes((7,)) + path.ljust(7, b"/")[:7] + b"\0"), FILES)
    assert "https://asset.key.test/v1" not in found


def test_a_table_that_is_short_ends_the_run() -> None:
    assert "https://beside.key.test/v1" not in texts(CODE, FILES | {"test/key/table": b"\0\0\0\3\0\x40ab"})


@each("content", [b"", b"\0" * MAX_FILE, b"\xff" * (MAX_FILE + 1)])
def test_a_large_or_empty_file_stays_within_the_limits(content: bytes) -> None:
    found = Decryption((DexFile(CODE),), app_files=settings(dict.fromkeys(FILES, content)))
    assert found.runner.used <= MIN_STEPS + len(CODE) + (RUN_MEMORY >> 6)
    assert {one.text for one in found.texts} <= {"https://text.key.test/v1"}


@given(st.dictionaries(st.sampled_from(list(FILES)), st.binary(max_size=400)))
def test_any_files_stay_within_the_limits(files: dict[str, bytes]) -> None:
    found = Decryption((DexFile(CODE),), app_files=settings(FILES | files))
    assert found.runner.used <= MIN_STEPS + len(CODE) + (RUN_MEMORY >> 6)


def test_the_files_that_are_kept_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package_files, "MAX_FILES", 2)
    files = PackageFiles()
    names = ("assets/a.html", "base/assets/b", "split.apk!assets/c", "assets/d")
    files.see(ArtifactBatch(names, (b"1", b"2", b"3", b"4"), lambda file, _: Artifact(file, ())))
    assert [files.file(f"assets/{name}") for name in ("a.html", "b", "c", "d")] == [None, b"2", b"3", None]


def test_code_opens_the_bytes_of_a_file_and_not_what_is_unpacked_of_it() -> None:
    files = PackageFiles()
    unpacked = Buffer("assets/config.dat!config.dat", BufferKind.TEXT, b"https://a.test")
    files.see(Artifact(unpacked.file, (unpacked,), packed=b"aHR0cHM6Ly9hLnRlc3Q="))
    assert files.file("assets/config.dat") == b"aHR0cHM6Ly9hLnRlc3Q="
    assert files.file("assets/config.dat!config.dat") is None


@each(
    ("file", "kept"),
    [
        ("config.properties", True),
        ("assets/config.properties", True),
        ("META-INF/config.properties", False),
        ("assets/page.html", False),
        ("assets/servers.xml", True),
        ("res/raw/servers.xml", True),
        ("res/xml/servers.xml", True),
        ("res/layout/main.xml", False),
        ("AndroidManifest.xml", False),
    ],
)
def test_files_of_settings_are_kept_for_the_code(file: str, *, kept: bool) -> None:
    assert (settings({file: b"host=a.test"}).java_file(file) is not None) is kept


@each(("index", "text"), [(0, "a.test"), (2, None), (-1, None)])
def test_an_array_of_resources_has_its_texts(index: int, text: str | None) -> None:
    array = JavaObject("Landroid/content/res/TypedArray;", ["a.test", "b.test"])
    read = CALLS["Landroid/content/res/TypedArray;->getString(I)"]
    if text is None:
        with pytest.raises(NotRunnableError):
            read(machine(), (array, index))
    else:
        assert read(machine(), (array, index)) == text
