"""Files in gzip: their content is read under its own name, and bombs are cut off."""

import gzip
import io
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.intake.apps import gzipped
from tieback.intake.apps.budget import budget_for
from tieback.intake.apps.gzipped import MAX_SIZE, decompress
from tieback.intake.apps.open import open_app
from tieback.intake.apps.problems import PackageProblems
from tieback.pipeline.analyse import Analyser

TEXT = b"var api = 'https://api.shop.test/v1'\n" * 9


def opened(data: bytes, file: str = "assets/app.js.gz") -> tuple[str, bytes, list[str]]:
    problems = PackageProblems()
    name, content = decompress(file, data, problems, budget_for(0))
    return name, bytes(content), [problem.what for problem in problems]


def named() -> bytes:
    out = io.BytesIO()
    with gzip.GzipFile("app.js", "wb", fileobj=out) as file:
        file.write(TEXT)
    return out.getvalue()


def extra() -> bytes:
    plain = gzip.compress(TEXT, mtime=0)
    fields = b"\x04\0abcd" + b"name\0" + b"comment\0" + b"\0\0"
    return plain[:3] + bytes([4 | 8 | 16 | 2]) + plain[4:10] + fields + plain[10:]


@pytest.mark.parametrize(
    "data", [gzip.compress(TEXT, mtime=0), named(), extra()], ids=["plain", "named", "every field"]
)
@pytest.mark.parametrize(
    ("file", "name"), [("assets/app.js.gz", "assets/app.js.gz!app.js"), ("res/raw/app", "res/raw/app!app")]
)
def test_the_content_is_read_under_its_own_name(data: bytes, file: str, name: str) -> None:
    assert opened(data, file) == (name, TEXT, [])


@pytest.mark.parametrize(
    ("data", "kept", "problem"),
    [
        (gzip.compress(TEXT, mtime=0)[:17], b"", "the gzip header is damaged"),
        (b"\x1f\x8b\x08\x08" + b"\0" * 6 + b"x" * 40, b"", "the gzip header is damaged"),
        (gzip.compress(TEXT, mtime=0)[:-20], TEXT[:20], "ends too early"),
        (gzip.compress(TEXT, mtime=0)[:10] + b"\xff" * 40, b"", "damaged"),
    ],
)
def test_damaged_stream_is_a_problem(data: bytes, kept: bytes, problem: str) -> None:
    _, content, problems = opened(data)
    assert content.startswith(kept)
    assert problem in problems[0]


@pytest.mark.parametrize("second", [TEXT, TEXT[:-9], b"x" * 300_000], ids=["of one size", "shorter", "long"])
def test_members_behind_the_first_continue_it(second: bytes) -> None:
    data = gzip.compress(TEXT, mtime=0) + gzip.compress(second, mtime=0)
    assert opened(data)[1:] == (TEXT + second, [])


def test_what_is_no_member_behind_the_first_is_left_out() -> None:
    assert opened(gzip.compress(TEXT, mtime=0) + bytes(300))[1] == TEXT


def test_more_members_than_the_limit_are_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gzipped, "MAX_MEMBERS", 3)
    data = gzip.compress(TEXT, mtime=0)
    assert opened(data * 3)[1:] == (TEXT * 3, [])
    assert opened(data * 4)[1:] == (TEXT * 3, ["only the first 3 gzip members were read"])


def test_members_together_are_cut_off_like_a_bomb() -> None:
    part = gzip.compress(bytes(1 << 20), mtime=0)
    _, content, problems = opened(part * 200)
    assert len(content) == MAX_SIZE
    assert "expands like a bomb" in problems[0]


def test_a_bomb_is_cut_off() -> None:
    engine = zlib.compressobj(9, wbits=31)
    bomb = b"".join(engine.compress(bytes(1 << 20)) for _ in range(200)) + engine.flush()
    problems, budget = PackageProblems(), budget_for(0)
    _, content = decompress("a.gz", bomb, problems, budget)
    assert len(content) <= MAX_SIZE
    assert "expands like a bomb" in problems[0].what
    _, content = decompress("b.gz", bomb, problems, budget)
    assert len(content) <= 20 * len(bomb)


def test_an_app_with_a_compressed_script_names_its_host(tmp_path: Path, build: Callable[..., bytes]) -> None:
    app = tmp_path / "a.apk"
    script = gzip.compress(b"fetch('https://api.workhub.dev/v1')")
    config = gzip.compress(b'{"api_host": "db.workhub.dev"}')
    app.write_bytes(
        build(
            "zipped",
            [
                ("AndroidManifest.xml", build("manifest", "test.x")),
                ("assets/app.js.gz", script, {"compressed": len(script), "raw": script, "method": 0}),
                ("assets/conf.json.gz", config),
                ("assets/twice.gz", gzip.compress(gzip.compress(gzip.compress(b"https://deep.workhub.dev")))),
            ],
        )
    )
    document = Analyser().document(app)
    assert {one.endpoint.value: one.evidence.file for one in document.sightings} == {
        "https://api.workhub.dev/v1": "assets/app.js.gz!app.js",
        "db.workhub.dev": "assets/conf.json.gz!conf.json",
    }
    with open_app(app) as package:
        assert list(package.artifacts())
        assert any("nested too deep" in problem.what for problem in package.problems)


@settings(max_examples=examples(100), deadline=None)
@given(st.binary(max_size=200))
def test_hostile_bytes_never_raise(noise: bytes) -> None:
    problems = PackageProblems()
    _, content = decompress("a.gz", b"\x1f\x8b\x08" + noise, problems, budget_for(0))
    assert len(content) <= MAX_SIZE
