"""Search of a checkout: what counts as the line of a finding, and what does not."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieback.intake.source.checkout import Checkout, SourceFile
from tieback.intake.source.r8_mapping import OriginalMethod
from tieback.pipeline.source import search
from tieback.pipeline.source.search import SourceSearch
from tieback.pipeline.source.traces import Declaration, Setting, Trace
from tieback.recognise.literals import LiteralScanner
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch

RECOGNISERS = AppSearch(RuleFiles(), dataflow=False)
HOST = Trace("classes.dex", 1, "https://api.shop.test/v1", "api.shop.test")
SECRET = Trace("classes.dex", 1, masked="wJ***EY (40)")
KEY = "wJalrXUtnFEMIK7MDENGbPxRfiCYzzzzTESTKEEY"
RESOURCE = Trace("resources.arsc", 1, "https://x.test", "x.test", resource="api_base")


def found(top: Path, trace: Trace, *methods: tuple[OriginalMethod, str]) -> tuple[str, list[str]]:
    searched = SourceSearch([trace], methods, RECOGNISERS)
    searched.run(Checkout(top))
    lines = list(searched.lines(trace, [method for method, _ in methods]))
    matches = dict.fromkeys(match.value for match, _ in lines) or {"none": None}
    return "+".join(matches), [f"{line.file}:{line.line}" for _, line in lines]


@pytest.mark.parametrize(
    ("trace", "name", "text", "match", "line"),
    [
        (HOST, "A.kt", '\nval url = "https://api.shop.test/v1"\n', "endpoint", 2),
        (HOST, "app/build.gradle", 'buildConfigField "String", "U", "\\"https://api.shop.test/v1\\""', "endpoint", 1),
        (HOST, "strings.xml", "<r>\n<string name='u'>https://api.shop.test/v1</string></r>", "endpoint", 2),
        (HOST, "A.kt", '\r\n\r\nval host = "API.shop.test"', "host", 3),
        (HOST, "A.kt", 'val host = "api.shop.test."', "host", 1),
        (HOST, "A.kt", 'val host = "old-api.shop.test"', "none", 0),
        (HOST, "A.kt", 'val host = "x.api.shop.test"', "none", 0),
        (HOST, "A.kt", 'val host = "api.shop.testing"', "none", 0),
        (HOST, "A.kt", 'val host = "api.shop.test.example"', "none", 0),
        (SECRET, "A.kt", f'\n\nval k = "{KEY}"', "credential", 3),
        (SECRET, ".env", f"A=1\nAWS_SECRET_ACCESS_KEY={KEY}\n", "credential", 2),
        (SECRET, "s.xml", f"<string name='k'>{KEY}</string>", "credential", 1),
        (SECRET, "A.kt", f'val k = "{KEY}1"', "none", 0),
        (RESOURCE, "A.xml", '\n<string name="api_base">@string/other</string>', "resource", 2),
        (RESOURCE, "build.gradle.kts", "resValue('string', 'api_base', base)", "resource", 1),
        (RESOURCE, "A.kt", "val api_base = 1", "none", 0),
    ],
)
def test_a_line_with_the_text(tmp_path: Path, trace: Trace, name: str, text: str, match: str, line: int) -> None:
    assert len(KEY) == 40
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_bytes(text.encode())
    assert found(tmp_path, trace) == (match, [f"{name}:{line}"] if line else [])


def declared(setting: Setting, kind: Declaration, domain: str = "") -> Trace:
    return Trace("x.xml", setting=setting, declared=kind, domain=domain)


@pytest.mark.parametrize(
    ("trace", "name", "text", "line"),
    [
        (
            declared(Setting.CLEARTEXT, Declaration.MANIFEST),
            "AndroidManifest.xml",
            '<manifest>\n<application\n android:usesCleartextTraffic="true">',
            3,
        ),
        (
            declared(Setting.CLEARTEXT, Declaration.NETWORK_CONFIG),
            "any.xml",
            '<network-security-config>\n<base-config cleartextTrafficPermitted="true"/>',
            2,
        ),
        (
            declared(Setting.CLEARTEXT, Declaration.NETWORK_CONFIG, "h.test"),
            "any.xml",
            '<network-security-config>\n<domain-config cleartextTrafficPermitted="true">\n<domain>h.test</domain>',
            3,
        ),
        (
            declared(Setting.USER_CAS, Declaration.NETWORK_CONFIG),
            "any.xml",
            '<network-security-config>\n\n<certificates src="user"/>',
            3,
        ),
        (
            declared(Setting.CLEARTEXT, Declaration.PLIST),
            "Info.plist",
            "<plist>\n<key>NSAllowsArbitraryLoads</key>",
            2,
        ),
        (declared(Setting.USER_CAS, Declaration.TARGET_SDK), "build.gradle.kts", "android {\n targetSdk = 23", 2),
        (declared(Setting.CLEARTEXT, Declaration.NETWORK_CONFIG), "other.xml", "<a/>", 0),
        (declared(Setting.CLEARTEXT, Declaration.MANIFEST), "manifest.txt", "usesCleartextTraffic", 0),
    ],
)
def test_a_line_with_the_setting(tmp_path: Path, trace: Trace, name: str, text: str, line: int) -> None:
    (tmp_path / name).write_text(text)
    assert found(tmp_path, trace) == (("setting", [f"{name}:{line}"]) if line else ("none", []))


@pytest.mark.parametrize(
    ("method", "file", "name", "text", "line"),
    [
        (OriginalMethod("org.x.Api", "load", 3), "Api.kt", "org/x/Api.kt", "\n\n\n\n", 3),
        (OriginalMethod("org.x.Api", "load"), "", "org/x/Api.java", "class Api {\n String load() {", 2),
        (OriginalMethod("org.x.ApiKt", "load"), "", "src/Api.kt", "package org.x\n\nfun load() = 1", 3),
        (OriginalMethod("org.x.Api$1", "lambda$load$0"), "", "org/x/Api.kt", "\nfun load() = 1", 2),
        (OriginalMethod("org.x.Api", "<init>"), "", "org/x/Api.kt", "\nclass Api", 2),
        (OriginalMethod("org.x.Api", "load"), "", "org/y/Api.kt", "package org.y\nfun load() = 1", 0),
        (OriginalMethod("org.x.Api", "load", 99), "Api.kt", "org/x/Api.kt", "fun gone() = 1", 1),
    ],
)
def test_a_line_of_the_method(
    tmp_path: Path, method: OriginalMethod, file: str, name: str, text: str, line: int
) -> None:
    (tmp_path / name).parent.mkdir(parents=True)
    (tmp_path / name).write_text(text)
    trace = Trace("classes.dex", 1, "https://a.test", "a.test", method="La/a;->a")
    assert found(tmp_path, trace, (method, file)) == (("method", [f"{name}:{line}"]) if line else ("none", []))


def test_the_most_exact_lines_of_the_app_are_chosen(tmp_path: Path) -> None:
    for name, text in {
        "src/Api.kt": 'val url = "https://api.shop.test/v1"',
        "src/Host.kt": 'val host = "api.shop.test"',
        "src/test/ApiTest.kt": 'val url = "https://api.shop.test/v1"',
        "README.md": "api.shop.test",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert found(tmp_path, HOST) == ("endpoint", ["src/Api.kt:1"])
    (tmp_path / "src/Api.kt").unlink()
    assert found(tmp_path, HOST) == ("host", ["src/Host.kt:1"])
    (tmp_path / "src/Host.kt").unlink()
    assert found(tmp_path, HOST) == ("endpoint", ["src/test/ApiTest.kt:1"])
    (tmp_path / "src/test/ApiTest.kt").unlink()
    assert found(tmp_path, HOST) == ("host", ["README.md:1"])


def test_the_method_is_beside_a_host_and_not_an_endpoint(tmp_path: Path) -> None:
    method = OriginalMethod("Api", "load"), "Api.kt"
    (tmp_path / "Api.kt").write_text("fun load() = 1")
    (tmp_path / "Host.kt").write_text('val host = "api.shop.test"')
    assert found(tmp_path, HOST, method) == ("method+host", ["Api.kt:1", "Host.kt:1"])
    (tmp_path / "Host.kt").write_text('val url = "https://api.shop.test/v1"')
    assert found(tmp_path, HOST, method) == ("endpoint", ["Host.kt:1"])


def test_the_file_with_the_name_of_the_entry_is_chosen(tmp_path: Path) -> None:
    for name in ("a.json", "config.json"):
        (tmp_path / name).write_text('{"u": "https://api.shop.test/v1"}')
    asset = Trace("assets/config.json", 3, HOST.endpoint, HOST.host)
    assert found(tmp_path, asset) == ("endpoint", ["config.json:1"])


def test_many_lines_and_texts_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "A.kt").write_text("api.shop.test\n" * 1000)
    assert len(found(tmp_path, HOST)[1]) == search.MAX_LINES
    monkeypatch.setattr(search, "MAX_LITERALS", 2)
    searched = SourceSearch([Trace("a", host=f"h{at}.test") for at in range(5)], ())
    assert searched.left_out == 3


def test_a_file_full_of_hits_is_bounded() -> None:
    scanner = LiteralScanner([b"ab"])
    assert scanner.scan(b"xABab") == [(0, 1), (0, 3)]
    assert len(scanner.scan(b"ab" * 50_000)) == 10_000
    assert LiteralScanner([]).scan(b"ab") == []


@given(st.binary(max_size=500), st.text(max_size=12).filter(lambda text: "\0" not in text))
def test_any_file_and_trace_never_raises(data: bytes, text: str) -> None:
    trace = Trace("e", 1, f"https://{text}", text, f"{text[:2]}***{text[:2]} (14)", text, Setting.CLEARTEXT)
    searched = SourceSearch([trace], [(OriginalMethod(f"a.{text}", text, 2), "")], RECOGNISERS)
    searched.read(SourceFile("AndroidManifest.xml", data + text.encode("utf-8", "replace") + data))
    assert all(1 <= line.line <= 1_100 for _, line in searched.lines(trace, ()))
