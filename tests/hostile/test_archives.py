"""Packages made to exhaust whoever opens them. Each is opened in a process of its own, whose peak memory counts."""

import json
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from tests.examples import few

MIB = 1024 * 1024
MORE = pytest.mark.more
EXTRA = 16 * MIB
"""Bytes that a hostile package may cost beyond what a harmless one costs."""

_CHILD = """
import json, sys
from pathlib import Path
from tieback.intake.apps.open import open_app
from tieback.model.errors import TiebackError

def peak():
    # The high-water mark of this program alone: getrusage would count the parent's pages from before exec.
    line = next(l for l in Path("/proc/self/status").read_text().splitlines() if l.startswith("VmHWM"))
    return int(line.split()[1]) * 1024

found = 0
try:
    with open_app(Path(sys.argv[1])) as package:
        app = package.app
        for artifact in package.artifacts():
            found += sum(len(buffer.data) for buffer in artifact.buffers)
        problems = [problem.what for problem in package.problems]
        result = {"app": app and app.bundle_id, "problems": problems, "bytes": found}
except TiebackError as error:
    result = {"app": None, "problems": [error.what], "bytes": 0}
print(json.dumps({**result, "peak": peak()}))
"""


def bomb(size: int) -> bytes:
    """A deflate stream of ``size`` zero bytes."""
    engine = zlib.compressobj(9, zlib.DEFLATED, -15)
    parts = [engine.compress(b"\0" * MIB) for _ in range(size // MIB)]
    return b"".join([*parts, engine.flush()])


def package(entries: list[tuple[str, bytes, int, int]], headers: list[int] | None = None) -> bytes:
    """An archive of (name, raw bytes, method, stated size); ``headers`` overrides where the directory points."""
    body, directory = bytearray(), bytearray()
    for index, (name, raw, method, size) in enumerate(entries):
        title = name.encode()
        header = len(body) if headers is None else headers[index]
        fields = (0, method, 0, 0, 0, len(raw), size, len(title), 0)
        directory += struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\1\2", 20, 20, *fields, 0, 0, 0, 0, header) + title
        if headers is None or index == 0:
            body += struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 20, *fields) + title + raw
    count = min(len(entries), 0xFFFE)
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, count, count, len(directory), len(body), 0)
    return bytes(body + directory + end)


def opened(path: Path) -> dict[str, object]:
    """What a fresh process makes of the package, and its peak memory in bytes."""
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, str(path)], capture_output=True, text=True, timeout=60, check=True
    )
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


def cost(answer: dict[str, object]) -> int:
    peak = answer["peak"]
    assert isinstance(peak, int)
    return peak


@pytest.fixture(scope="module")
def harmless(tmp_path_factory: pytest.TempPathFactory) -> int:
    """Peak memory of opening a small package."""
    path = tmp_path_factory.mktemp("apk") / "harmless.apk"
    path.write_bytes(package([("classes.dex", b"dex\n035\0" + b"\0" * 200, 0, 208), ("a.txt", b"hello", 0, 5)]))
    return cost(opened(path))


@pytest.fixture(scope="module")
def gibibyte() -> bytes:
    return bomb(1024 * MIB)


@pytest.mark.parametrize(
    "stated", [1024 * MIB, *(pytest.param(size, marks=MORE) for size in (1000, 0, 60 * MIB, 0xFFFFFFFE))]
)
@pytest.mark.parametrize(
    "name", few(["AndroidManifest.xml", "resources.arsc", "META-INF/A.RSA", "classes.dex", "b.bin"], 3)
)
def test_a_gibibyte_bomb_costs_next_to_nothing(
    tmp_path: Path, harmless: int, gibibyte: bytes, name: str, stated: int
) -> None:
    entries = [(name, gibibyte, 8, stated), ("a.txt", b"http://db.test:9200", 0, 19)]
    if name not in {"AndroidManifest.xml", "classes.dex"}:
        entries.append(("classes.dex", b"dex\n", 0, 4))
    path = tmp_path / "bomb.apk"
    path.write_bytes(package(entries))
    answer = opened(path)
    assert cost(answer) - harmless < EXTRA
    assert answer["problems"]


def test_ten_thousand_bombs_share_one_budget(tmp_path: Path, harmless: int) -> None:
    small = bomb(32 * MIB)
    path = tmp_path / "bombs.apk"
    path.write_bytes(package([("classes.dex", b"dex\n", 0, 4), *((f"{n}", small, 8, 32 * MIB) for n in range(300))]))
    answer = opened(path)
    assert cost(answer) - harmless < EXTRA + 16 * MIB
    found = answer["bytes"]
    assert isinstance(found, int)
    assert found <= 65 * MIB
    assert "left out: the archive expands like a bomb" in str(answer["problems"])


def test_entries_over_one_kernel_are_read_once(tmp_path: Path, harmless: int) -> None:
    kernel = bomb(8 * MIB)
    entries = [(f"classes{n}.dex", kernel, 8, 8 * MIB) for n in range(60_000)]
    entries[0] = ("classes.dex", kernel, 8, 8 * MIB)
    path = tmp_path / "overlap.apk"
    path.write_bytes(package(entries, headers=[0] * len(entries)))
    answer = opened(path)
    assert cost(answer) - harmless < EXTRA + 64 * MIB
    found = answer["bytes"]
    assert isinstance(found, int)
    assert found <= 8 * MIB
    assert "point at the content of others" in str(answer["problems"])


def test_seventy_thousand_entries_are_read(tmp_path: Path, harmless: int) -> None:
    entries = [(f"assets/{n}.txt", b"x", 0, 1) for n in range(70_000)]
    path = tmp_path / "many.apk"
    path.write_bytes(package([("classes.dex", b"dex\n", 0, 4), *entries]))
    answer = opened(path)
    assert answer["bytes"] == 70_004
    assert cost(answer) - harmless < 80 * MIB


def pool(count: int, length: int) -> bytes:
    """A string pool that names one string of ``length`` characters ``count`` times."""
    text = struct.pack(">HH", 0x8000 | length, 0x8000 | length) + b"a" * length + b"\0"
    text += b"\0" * (-len(text) % 4)
    start = 28 + 4 * count
    return struct.pack("<HHIIIIII", 1, 28, start + len(text), count, 0, 0x100, start, 0) + b"\0" * 4 * count + text


@pytest.mark.parametrize("name", ["resources.arsc", "AndroidManifest.xml", "res/xml/a.xml"])
def test_a_table_that_names_one_string_a_hundred_thousand_times(tmp_path: Path, harmless: int, name: str) -> None:
    strings = pool(100_000, 30_000)
    if name == "resources.arsc":
        content = struct.pack("<HHII", 2, 12, 12 + len(strings), 0) + strings
    else:
        content = struct.pack("<HHI", 3, 8, 8 + len(strings)) + strings
    path = tmp_path / "table.apk"
    path.write_bytes(package([("classes.dex", b"dex\n", 0, 4), (name, content, 0, len(content))]))
    assert cost(opened(path)) - harmless < EXTRA


def test_a_file_of_signatures_ends(tmp_path: Path, harmless: int) -> None:
    path = tmp_path / "signatures.apk"
    path.write_bytes(b"PK\5\6PK\1\2PK\3\4" * 200_000)
    answer = opened(path)
    assert cost(answer) - harmless < EXTRA + 64 * MIB


def nested(levels: int, width: int, core: bytes, *, stored: bool) -> bytes:
    """Archives in archives: ``width`` of them on each level, ``core`` as the content of the innermost entries."""
    data = core
    for level in range(levels):
        engine = zlib.compressobj(9, zlib.DEFLATED, -15)
        raw = data if stored else engine.compress(data) + engine.flush()
        method, size = (0, len(data)) if stored else (8, len(data))
        data = package([(f"{level}.{n}.zip", raw, method, size) for n in range(width)])
    return data


@pytest.mark.parametrize("stored", [True, False])
@pytest.mark.parametrize("name", ["base.apk", "assets/www.zip"])
def test_bombs_in_archives_in_archives_share_one_budget(tmp_path: Path, harmless: int, name: str, stored: bool) -> None:
    content = bomb(4 * MIB)
    innermost = package([(f"{n}", content, 8, 4 * MIB) for n in range(20)])
    inner = nested(1, 6, innermost, stored=stored)
    path = tmp_path / "nested.apk"
    mark = ("classes.dex", b"dex\n", 0, 4) if name != "base.apk" else ("toc.pb", b"", 0, 0)
    path.write_bytes(package([mark, *((f"{n}{name}", inner, 0, len(inner)) for n in range(3))]))
    answer = opened(path)
    assert cost(answer) - harmless < 2 * EXTRA
    found = answer["bytes"]
    assert isinstance(found, int)
    assert found <= 530 * MIB
    assert answer["problems"]


def test_a_gibibyte_in_an_archive_inside_costs_next_to_nothing(tmp_path: Path, harmless: int, gibibyte: bytes) -> None:
    inner = package([("a.js", gibibyte, 8, 1024 * MIB)])
    path = tmp_path / "bomb.apk"
    path.write_bytes(package([("classes.dex", b"dex\n", 0, 4), ("www.zip", inner, 0, len(inner))]))
    answer = opened(path)
    assert cost(answer) - harmless < EXTRA
    assert answer["problems"]


def test_an_archive_that_is_a_bomb_itself(tmp_path: Path, harmless: int) -> None:
    engine = zlib.compressobj(9, zlib.DEFLATED, -15)
    raw = engine.compress(b"PK\3\4" + b"\0" * 60) + engine.compress(b"\0" * (64 * MIB)) + engine.flush()
    path = tmp_path / "bomb.apk"
    path.write_bytes(package([("classes.dex", b"dex\n", 0, 4), ("www.zip", raw, 8, 64 * MIB + 64)]))
    answer = opened(path)
    assert cost(answer) - harmless < EXTRA
    assert answer["problems"]


def test_an_archive_that_contains_itself_ends(tmp_path: Path, harmless: int) -> None:
    title = b"self.zip"
    size = 46 + len(title) + 22
    fields = (0, 0, 0, 0, 0, size, size, len(title), 0)
    head = struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 20, *fields) + title
    directory = struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\1\2", 20, 20, *fields, 0, 0, 0, 0, len(head)) + title
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 1, 1, len(directory), 2 * len(head), 0)
    content = head + head + directory + end
    path = tmp_path / "quine.apk"
    path.write_bytes(package([("classes.dex", b"dex\n", 0, 4), ("a.zip", content, 0, len(content))]))
    answer = opened(path)
    assert cost(answer) - harmless < EXTRA


def test_a_million_entries_over_many_archives_are_too_many(tmp_path: Path, harmless: int) -> None:
    inner = package([(f"{n}", b"", 0, 0) for n in range(60_000)])
    path = tmp_path / "many.apk"
    engine = zlib.compressobj(9, zlib.DEFLATED, -15)
    raw = engine.compress(inner) + engine.flush()
    entries = [(f"{n}.zip", raw, 8, len(inner)) for n in range(17)]
    path.write_bytes(package([("classes.dex", b"dex\n", 0, 4), *entries]))
    answer = opened(path)
    assert cost(answer) - harmless < 80 * MIB
    assert "the rest is left out" in str(answer["problems"])


_ANALYSIS = """
import json, sys
from pathlib import Path
from tieback.pipeline.analyse import Analyser
from tieback.recognise import failures
failures.RAISED = True
document = Analyser().document(Path(sys.argv[1]))
line = next(l for l in Path("/proc/self/status").read_text().splitlines() if l.startswith("VmHWM"))
problems = [problem.what for problem in document.problems]
print(json.dumps({"found": len(document.sightings), "problems": problems, "peak": int(line.split()[1]) * 1024}))
"""


def million(line: str, size: int = 24 * MIB) -> bytes:
    """Many different texts of one form."""
    return "".join(line.format(number) for number in range(size // len(line))).encode()


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        pytest.param("http://" + "a" * (24 * MIB - 7), "", id="a text without an end", marks=MORE),
        pytest.param("http://", "too many texts", id="nothing but schemes", marks=MORE),
        pytest.param("http://h{0}.com/a ", "too many texts", id="a million URLs", marks=MORE),
        pytest.param("mongodb://u:" + "@" * 99 + "h{0}.com ", "too many texts", id="million ats", marks=MORE),
        pytest.param("host=h{0} user=u ", "too many texts", id="a million keywords", marks=MORE),
        pytest.param("sv=1&sp=r&se=2&sig=aB3dE5gH7jK9{0}&", "too many texts", id="a million signatures"),
    ],
)
def test_what_looks_like_endpoints_without_end_is_read_so_far(tmp_path: Path, line: str, problem: str) -> None:
    content = million(line)
    path = tmp_path / "flood.apk"
    entries = [("classes.dex", b"dex\n", 0, 4), *((f"{n}.txt", content, 0, len(content)) for n in range(4))]
    path.write_bytes(package(entries))
    done = subprocess.run(
        [sys.executable, "-c", _ANALYSIS, str(path)], capture_output=True, text=True, timeout=120, check=True
    )
    answer = json.loads(done.stdout)
    assert answer["found"] <= 5000
    assert problem in str(answer["problems"])
    assert answer["peak"] < 200 * MIB
