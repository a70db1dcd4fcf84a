"""Packages whose members are hostile in every format that is read: one analysis each, in one child process.

The child resets its high-water mark (proc(5), clear_refs) before each package, so each one's peak memory is its own.
Bombs of whole archives are in ``test_archives.py``.
"""

import json
import plistlib
import sqlite3
import struct
import subprocess
import sys
import warnings
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest

from tests.hostile.test_archives import million, nested, pool
from tests.unit.intake.apps.test_dotnet import assembly, store
from tests.unit.intake.apps.test_hermes import bytecode
from tests.unit.intake.apps.test_macho import macho
from tests.unit.intake.apps.test_unity_bundle import bundle

MIB = 1024 * 1024
EXTRA = 64 * MIB
"""Bytes that a package may cost beyond a harmless one; those here have members of up to 8 MiB."""
MOST = 5000
_CHILD = """
import json, sys
from pathlib import Path
from tieback.model.errors import TiebackError
from tieback.pipeline.analyse import Analyser
from tieback.recognise import failures

failures.RAISED = True
analyser = Analyser()
for word in sys.argv[1:]:
    Path("/proc/self/clear_refs").write_text("5")
    try:
        document = analyser.document(Path(word))
        found = {"found": len(document.sightings), "problems": [problem.what for problem in document.problems]}
        found["text"] = repr(document)
    except TiebackError as error:
        found = {"found": 0, "problems": [error.what], "text": ""}
    line = next(l for l in Path("/proc/self/status").read_text().splitlines() if l.startswith("VmHWM"))
    print(json.dumps({**found, "path": Path(word).name, "peak": int(line.split()[1]) * 1024}), flush=True)
"""
STORM = (Path(__file__).parents[1] / "unit" / "recognise" / "dataflow" / "dex" / "storm.dex").read_bytes()
"""Decryption methods and static initialisers that never end."""
CANARY = "http://canary-of-the-host.test/"


def xml_document(body: bytes) -> bytes:
    """A binary XML file without strings."""
    return struct.pack("<HHI", 3, 8, 8 + len(body)) + body


def table(body: bytes, packages: int = 1) -> bytes:
    return struct.pack("<HHII", 2, 12, 12 + len(body), packages) + body


def elements(count: int) -> bytes:
    begin = struct.pack("<HHIIIIIHHHHHH", 0x102, 16, 36, 1, 0xFFFFFFFF, 0xFFFFFFFF, 0, 20, 20, 0, 0, 0, 0)
    return xml_document(pool(1, 4) + begin * count)


def dex(strings: int, offset: int, size: int = 1024) -> bytes:
    head = b"dex\n035\0" + b"\0" * 24 + struct.pack("<III", size, 112, 0x12345678) + b"\0" * 12
    head += struct.pack("<II", strings, offset)
    return head + b"\0" * (max(size, 112) - len(head))


def binary_plist(objects: list[bytes], top: int = 0, count: int | None = None, width: int = 1, refs: int = 1) -> bytes:
    """A binary property list of raw objects (CFBinaryPList.c)."""
    body, offsets = b"bplist00", []
    for one in objects:
        offsets.append(len(body))
        body += one
    start = len(body)
    body += b"".join(offset.to_bytes(width, "big") for offset in offsets)
    return body + struct.pack(">6xBBQQQ", width, refs, len(objects) if count is None else count, top, start)


def shared(levels: int) -> bytes:
    """Arrays that each hold the next one ten times: a billion values of one text."""
    objects = [b"\xaa" + bytes([level + 1]) * 10 for level in range(levels)]
    return binary_plist([*objects, b"\x53abc"])


def laughs() -> bytes:
    levels = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(9))
    kind = f'<!DOCTYPE plist [<!ENTITY a0 "ha">{levels}]>'
    return f'<?xml version="1.0"?>{kind}<plist><string>&a9;</string></plist>'.encode()


def external(canary: Path, *, parameter: bool) -> bytes:
    if parameter:
        entity = f'<!ENTITY % x SYSTEM "file://{canary}"> %x;'
        body = "<dict><key>CFBundleIdentifier</key><string>a</string></dict>"
        return f"<!DOCTYPE plist [{entity}]><plist>{body}</plist>".encode()
    entity = f'<!ENTITY x SYSTEM "file://{canary}">'
    body = "<dict><key>CFBundleIdentifier</key><string>&x;</string></dict>"
    return f'<?xml version="1.0"?><!DOCTYPE plist [{entity}]><plist>{body}</plist>'.encode()


def fat(slices: int, offset: int, size: int) -> bytes:
    row = struct.pack(">IIIII", 0x0100000C, 0, offset, size, 14)
    return struct.pack(">II", 0xCAFEBABE, slices) + row * min(slices, 1000) + macho()


def commands(count: int, size: int) -> bytes:
    head = struct.pack("<IIIIIIII", 0xFEEDFACF, 0x0100000C, 0, 2, count, size, 0, 0)
    return head + struct.pack("<II", 0x19, 8) * 10_000


def sections(count: int) -> bytes:
    """A segment that says it has this many sections, all of them the whole file."""
    rows = struct.pack("<16s16sQQIIIII12x", b"__cstring", b"__TEXT", 0, MIB, 0, 0, 0, 0, 2) * min(count, 5000)
    segment = struct.pack("<II16sQQQQIIII", 0x19, 72 + len(rows), b"__TEXT", 0, 0, 0, MIB, 5, 5, count, 0) + rows
    return struct.pack("<IIIIIIII", 0xFEEDFACF, 0x0100000C, 0, 2, 1, len(segment), 0, 0) + segment + b"x" * MIB


def database(change: Callable[[bytearray], None]) -> bytes:
    connection = sqlite3.connect(":memory:")
    connection.execute("create table t (a text)")
    connection.executemany("insert into t values (?)", [(f"http://h{n}.test/",) for n in range(500)])
    connection.commit()
    data = bytearray(connection.serialize())
    connection.close()
    change(data)
    return bytes(data)


def page_size(value: int) -> Callable[[bytearray], None]:
    return lambda data: struct.pack_into(">H", data, 16, value)


def endless_cells(data: bytearray) -> None:
    for page in range(0, len(data), 4096):
        at = page + (100 if not page else 0)
        data[at] = 13
        struct.pack_into(">H", data, at + 3, 0xFFFF)


def hermes_lies(**fields: int) -> bytes:
    places = {"strings": 52, "overflow": 56, "storage": 60}
    data = bytearray(bytecode(96))
    for name, value in fields.items():
        struct.pack_into("<I", data, places[name], value)
    return bytes(data)


def unity(rows: int, size: int, packed: int = 16) -> bytes:
    body = bytes(16) + struct.pack(">I", rows) + struct.pack(">IIH", size, packed, 2) * min(rows, 1000)
    head = b"UnityFS\0" + struct.pack(">I", 6) + b"5.x.x\0" + b"2021.3.1f1\0"
    return head + struct.pack(">qIII", 0, len(body), len(body), 0) + body + b"\xff" * 4096


def proto(levels: int, tag: bytes = b"\x0a") -> bytes:
    """Elements in elements of a compiled resource (Resources.proto)."""
    data = b""
    for _ in range(levels):
        data = tag + varint(len(data)) + data
    return data


def varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])


def elf(count: int, size: int) -> bytes:
    head = (
        b"\x7fELF\2\1\1" + b"\0" * 9 + struct.pack("<HHIQQQIHHHHHH", 3, 183, 1, 0, 64, 64, 0, 64, 56, 0, 64, count, 0)
    )
    row = struct.pack("<IIQQQQIIQQ", 1, 1, 2, 0, 0, size, 0, 0, 1, 0)
    return head + row * min(count, 5000)


def snapshot() -> bytes:
    """Compiled Dart of nothing but lengths."""
    return elf(0, 0) + b"\x80" * (4 * MIB)


def android(name: str, content: bytes, *more: tuple[str, bytes]) -> list[tuple[str, bytes]]:
    return [("classes.dex", b"dex\n035\0"), (name, content), *more]


def ios(name: str, content: bytes) -> list[tuple[str, bytes]]:
    info = plistlib.dumps({"CFBundleIdentifier": "a.test", "CFBundleExecutable": "a"})
    parts = {"Payload/a.app/Info.plist": info, "Payload/a.app/a": macho(), f"Payload/a.app/{name}": content}
    return list(parts.items())


def aab(name: str, content: bytes) -> list[tuple[str, bytes]]:
    return [("BundleConfig.pb", b"\x0a\2\x12\0"), ("base/dex/classes.dex", b"dex\n035\0"), (name, content)]


def zipped(name: str, content: bytes) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return out.getvalue()


def packages(canary: Path) -> dict[str, list[tuple[str, bytes]]]:
    """By suffix and what is hostile in them."""
    link = f"<config><include href='file://{canary}'/></config>".encode()
    return {
        "apk AXML without an end of its strings": android("AndroidManifest.xml", xml_document(pool(8, 4)[:40])),
        "apk AXML of 4 GiB": android("AndroidManifest.xml", struct.pack("<HHI", 3, 8, 0xFFFFFFFF)),
        "apk AXML chunk of no length": android("AndroidManifest.xml", xml_document(struct.pack("<HHI", 1, 28, 0) * 9)),
        "apk AXML of 50,000 open elements": android("AndroidManifest.xml", elements(50_000)),
        "apk AXML in every folder": android(
            "AndroidManifest.xml", elements(3), *((f"res/xml/{n}.xml", elements(900)) for n in range(60))
        ),
        "apk ARSC that names one string 100,000 times": android("resources.arsc", table(pool(100_000, 30_000))),
        "apk ARSC of 65,535 packages": android("resources.arsc", table(pool(1, 4), 0xFFFF)),
        "apk ARSC chunk of no length": android("resources.arsc", table(struct.pack("<HHI", 0x200, 288, 0) * 200)),
        "apk ARSC strings outside": android(
            "resources.arsc", table(struct.pack("<HHIIIIII", 1, 28, 28, 2**30, 0, 0, 28, 0))
        ),
        "apk DEX with 2^32 strings": android("classes2.dex", dex(0xFFFFFFFF, 112)),
        "apk DEX whose strings are its header": android("classes2.dex", dex(200, 0)),
        "apk DEX of no size": android("classes2.dex", dex(10, 112, 0)),
        "apk DEX in a hundred files": android(
            "classes2.dex", dex(4, 112), *((f"classes{n}.dex", dex(999, 112, 8192)) for n in range(3, 103))
        ),
        "apk DEX whose methods never end": android(
            "classes2.dex", STORM, *((f"classes{n}.dex", STORM) for n in range(3, 40))
        ),
        "apk Hermes with 2^32 strings": android("assets/index.android.bundle", hermes_lies(strings=0xFFFFFFFF)),
        "apk Hermes with 2^32 long strings": android("assets/index.android.bundle", hermes_lies(overflow=0xFFFFFFFF)),
        "apk Hermes with texts of 4 GiB": android("assets/index.android.bundle", hermes_lies(storage=0xFFFFFFFF)),
        "apk SQLite pages of one byte": android("assets/a.db", database(page_size(1))),
        "apk SQLite pages of no size": android("assets/a.db", database(page_size(0))),
        "apk SQLite pages of three bytes": android("assets/a.db", database(page_size(3))),
        "apk SQLite cells without an end": android("assets/a.db", database(endless_cells)),
        "apk UnityFS blocks of 4 GiB": android("assets/bin/Data/data.unity3d", unity(1, 0xFFFFFFFF)),
        "apk UnityFS with 2^32 blocks": android("assets/bin/Data/data.unity3d", unity(0xFFFFFFFF, 64)),
        "apk UnityFS bombs": android("assets/bin/Data/data.unity3d", bundle(2, blocks=(bytes(8 * MIB),) * 30)),
        "apk assemblies of 4 GiB": android(
            "assemblies/assemblies.blob", b"XABA" + struct.pack("<4I", 1, 0xFFFFFFFF, 0, 0) + b"\xff" * 999
        ),
        "apk assembly that claims 2 GiB": android(
            "assemblies/a.dll", b"XALZ" + struct.pack("<II", 0, 2**31) + b"\xff" * 9999
        ),
        "apk one assembly ten thousand times": android("assemblies/assemblies.blob", store(1, [assembly()] * 5000)),
        "apk ELF with 65,535 sections": android("lib/arm64-v8a/libx.so", elf(0xFFFF, 2**62)),
        "apk ELF of overlapping sections": android("lib/arm64-v8a/libx.so", elf(5000, 300_000)),
        "apk Dart of nothing but lengths": android("lib/arm64-v8a/libapp.so", snapshot()),
        "apk network configuration that includes a file": android("res/xml/network_security_config.xml", link),
        "apk archives in archives": android("assets/a.zip", nested(7, 3, b"http://a.test/", stored=False)),
        "apk archive of the same name": android("classes.dex", b"dex\n036\0", ("classes.dex", b"dex\n037\0")),
        "apk names that climb": android(
            "../../../../tmp/x.txt", b"http://a.test/", ("/etc/cron.d/x", b"a"), ("C:\\x", b"b")
        ),
        "apk JSON of a million brackets": android("assets/a.json", b"[" * 1_000_000),
        "apk text of a million schemes": android("assets/a.txt", million("ws://h{0}.test/ ", 4 * MIB)),
        "apk a text of 8 MiB": android("assets/a.txt", b"http://" + b"a" * (8 * MIB)),
        "apk gzip of gzip": android("assets/a.gz", _gzipped(4)),
        "aab manifest of 10,000 levels": aab("base/manifest/AndroidManifest.xml", proto(10_000)),
        "aab resources of 10,000 levels": aab("base/resources.pb", proto(10_000, b"\x12")),
        "aab a field of 2^63 bytes": aab("base/manifest/AndroidManifest.xml", b"\x0a" + varint(2**63) + b"x"),
        "aab varints without an end": aab("base/resources.pb", b"\xff" * MIB),
        "ipa plist with a billion laughs": ios("Info.plist", laughs()),
        "ipa plist with an external entity": ios("Info.plist", external(canary, parameter=False)),
        "ipa plist with a parameter entity": ios("Info.plist", external(canary, parameter=True)),
        "ipa plist of 250,000 levels": ios("Info.plist", b"<plist>" + b"<array>" * 250_000),
        "ipa plist of 100,000 keys": ios(
            "Info.plist", b"<plist><dict>" + b"<key>a</key><true/>" * 100_000 + b"</dict></plist>"
        ),
        "ipa binary plist that holds itself": ios("Info.plist", binary_plist([b"\xa1\0"])),
        "ipa binary plist of a billion values": ios("Info.plist", shared(9)),
        "ipa binary plist with 2^62 objects": ios("Info.plist", binary_plist([b"\x53abc"], count=2**62)),
        "ipa binary plist of 2^60 bytes": ios("Info.plist", binary_plist([b"\x5f\x13" + struct.pack(">Q", 2**60)])),
        "ipa binary plist whose top is nowhere": ios("Info.plist", binary_plist([b"\x53abc"], top=2**61)),
        "ipa binary plist of no width": ios("Info.plist", binary_plist([b"\x53abc"], refs=0)),
        "ipa Mach-O with 2^32 slices": ios("a", fat(0xFFFFFFFF, 28, 4096)),
        "ipa Mach-O slices outside": ios("a", fat(3, 0xFFFFFFF0, 0xFFFFFFFF)),
        "ipa Mach-O with 2^32 commands": ios("a", commands(0xFFFFFFFF, 0xFFFFFFFF)),
        "ipa Mach-O with 2^32 sections": ios("a", sections(0xFFFFFFFF)),
        "ipa Mach-O of overlapping sections": ios("a", sections(5000)),
        "ipa signature of 4 GiB": ios(
            "a", macho(sign=struct.pack(">III", 0xFADE0CC0, 0xFFFFFFFF, 0xFFFFFFFF) + b"\xff" * 99)
        ),
        "ipa strings of a hundred languages": ios("a.lproj/Localizable.strings", laughs()),
    }


def _gzipped(times: int) -> bytes:
    data = b"\0" * (8 * MIB)
    for _ in range(times):
        engine = zlib.compressobj(9, wbits=31)
        data = engine.compress(data) + engine.flush()
    return data


@pytest.fixture(scope="module")
def analysed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, object]]:
    folder = tmp_path_factory.mktemp("packages")
    canary = folder / "canary"
    canary.write_text(CANARY)
    words = []
    cases = packages(canary)
    harmless = android("assets/a.txt", b"http://a.test/" + b" " * (8 * MIB))
    for number, (name, members) in enumerate([("apk harmless", harmless), *sorted(cases.items())]):
        path = folder / f"{number}.{name.split(' ')[0]}"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # two members of one name
            for title, content in members:
                archive.writestr(zipfile.ZipInfo(title), content, zipfile.ZIP_DEFLATED)
        words.append(path)
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, *words], capture_output=True, text=True, timeout=150, check=False
    )
    assert done.stderr == ""
    assert done.returncode == 0
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return dict(zip(["apk harmless", *sorted(cases)], rows, strict=True))


def test_the_rows_are_many_enough(analysed: dict[str, dict[str, object]]) -> None:
    assert len(analysed) > 37


def test_a_harmless_package_is_read(analysed: dict[str, dict[str, object]]) -> None:
    assert analysed["apk harmless"]["found"] == 1


def test_a_hostile_member_costs_little_and_reads_no_file(analysed: dict[str, dict[str, object]]) -> None:
    base = analysed["apk harmless"]["peak"]
    assert isinstance(base, int)
    for name, row in analysed.items():
        if name == "apk harmless":
            continue
        found, peak, problems = row["found"], row["peak"], row["problems"]
        assert isinstance(found, int), name
        assert isinstance(peak, int), name
        assert isinstance(problems, list), name
        assert peak - base < EXTRA, name
        assert found <= MOST, name
        assert len(problems) <= 200, name
        assert "canary-of-the-host" not in str(row), name


def test_strings_that_were_not_decrypted_are_a_problem(analysed: dict[str, dict[str, object]]) -> None:
    problems = analysed["apk DEX whose methods never end"]["problems"]
    assert isinstance(problems, list)
    assert "some strings of the code were not decrypted (limit on the work per app)" in problems
