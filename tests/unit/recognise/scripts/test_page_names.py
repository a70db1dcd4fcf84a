"""Scripts of one page in, endpoints out: a host that one script names, and another one requests."""

import pytest

from tests.each import each
from tests.linear import assert_linear
from tieback.intake.apps.interface import Artifact, ArtifactBatch, Buffer, BufferKind
from tieback.intake.apps.small_files import read_small_file
from tieback.model.sighting import Sighting
from tieback.recognise.rules import RuleFiles
from tieback.recognise.scripts import page_names
from tieback.recognise.scripts.page_names import PageNames
from tieback.recognise.search import AppSearch

SEARCH = AppSearch(RuleFiles(), dataflow=False)
CALL = "function f(){$.ajax({url:'http://'+SERVER+'/v'})}"


def found(files: dict[str, str]) -> set[tuple[str, str]]:
    batch = ArtifactBatch(tuple(files), tuple(text.encode() for text in files.values()), read_small_file)
    return {(one.endpoint.value, one.evidence.file) for one in SEARCH.finds([batch]) if isinstance(one, Sighting)}


def values(named: str, call: str, *, folder: str = "assets/www/") -> set[str]:
    files = {f"{folder}a.js": call, f"{folder}config.js": named}
    return {value for value, file in found(files) if file == f"{folder}a.js"}


@each(
    ("named", "call", "expected"),
    [
        ("var SERVER = 'a.x.test';", CALL, {"http://a.x.test/v"}),
        ("SERVER='a.x.test:81'", CALL, {"http://a.x.test:81/v"}),
        ('window.SERVER = "a.x.test"', CALL, {"http://a.x.test/v"}),
        ("var n = 1, SERVER = 'a.x.test';", CALL, {"http://a.x.test/v"}),
        ("const SERVER='a.x.test', PORT=8080;", "fetch(`http://${SERVER}:${PORT}/v`)", {"http://a.x.test:8080/v"}),
        ("var SERVER='a.x.test';\nSERVER='b.x.test';", CALL, {"http://a.x.test/v", "http://b.x.test/v"}),
        # Another name, a name of the script itself, of a function, or no host.
        ("var HOST='a.x.test';", CALL, set()),
        ("var SERVER='a.x.test';", f"function g(SERVER){{{CALL}}}", set()),
        ("function g(){var SERVER='a.x.test'}", CALL, set()),
        ("var SERVER='server';", CALL, set()),
        ("x.SERVER='a.x.test';", CALL, set()),
    ],
)
def test_a_host_that_another_script_of_the_page_names(named: str, call: str, expected: set[str]) -> None:
    assert values(named, call) == expected


def test_the_page_can_name_the_host_after_the_script_is_read() -> None:
    page = "<html><script>var SERVER='a.x.test';</script><script src=app.js></script></html>"
    files = {"assets/public/app.js": CALL, "assets/public/index.html": page}
    assert found(files) == {("http://a.x.test/v", "assets/public/app.js")}
    assert found(dict(reversed(files.items()))) == {("http://a.x.test/v", "assets/public/app.js")}


def test_only_scripts_of_pages_share_names_and_only_in_one_app() -> None:
    assert values("var SERVER='a.x.test'", CALL, folder="assets/templates/") == set()
    assert values("var SERVER='a.x.test'", CALL) == {"http://a.x.test/v"}
    assert values("var n=1", CALL) == set()


def test_names_are_bounded() -> None:
    names = PageNames()
    lines = "".join(f"var n{number}='a{number}.x.test';\n" for number in range(page_names.MAX_NAMES + 50))
    names.see(Artifact("assets/www/a.js", (Buffer("assets/www/a.js", BufferKind.TEXT, lines.encode()),)))
    assert len(names._hosts) == page_names.MAX_NAMES


def test_the_time_to_read_names_is_linear(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_names, "MAX_FILE", 1 << 30)

    def batch(size: int) -> ArtifactBatch:
        return ArtifactBatch(("assets/www/a.js",), (b"={'a.b'" * size,), read_small_file)

    assert_linear(batch, lambda given: PageNames().see(given), 20_000)
