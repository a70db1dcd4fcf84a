"""Running tools over cases: the adapter of tieback on a tiny set, other adapters, and what happens when one fails."""

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from bench.openback import report, run
from bench.openback.intervals import NOTHING
from bench.openback.make import cases_below, make_sets
from bench.openback.run import adapter, run_tool
from bench.openback.schema import Answer, Case, Claim, Result, Split, Topic, write_lines
from bench.openback.score import CASE, COSTS, RESULT, Row, read, score
from bench.openback.sets.stores import product_value
from tieback import __version__

README = (Path(run.__file__).parent / "README.md").read_text()
TOPICS = (Topic.APP, Topic.CAPTURE, Topic.FIELD_NAME, Topic.RULES, Topic.CREDENTIAL, Topic.HOST)
FEW = 4


def few_cases(place: Path, topics: Sequence[Topic]) -> Path:
    """The first cases with a label of each file of cases."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TIEBACK_SAMPLES", "/nonexistent")
        make_sets(5, place, topics, lambda _: None)
    for name, cases in cases_below(place / "cases").items():
        write_lines(place / "cases" / f"{name}.jsonl", [case for case in cases if case.expected][:FEW])
    return place / "cases"


def recalls(folder: Path, results: Sequence[Result], place: Path) -> dict[tuple[str, str], float | None]:
    write_lines(place / "x.jsonl", results)
    cases = {f"{path.parent.name}/{path.stem}": list(read(path, CASE)) for path in sorted(folder.glob("*/*.jsonl"))}
    rows = score(cases, read(place / "x.jsonl", RESULT)).rows
    found = [row for row in rows if "recall" in row.figures and row.part == "all"]
    return {(row.topic, row.claim): row.figures["recall"].value for row in found}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Few cases with providers and parties of hosts."""
    cases = few_cases(tmp_path_factory.mktemp("openback"), [Topic.HOST, Topic.APP])
    for path in cases.glob("app/*.jsonl"):
        if path.stem != "flow":
            path.unlink()
    return cases


def test_tieback_answers_a_tiny_set(folder: Path, tmp_path: Path) -> None:
    results = list(run_tool("tieback", folder))
    assert {(one.tool, one.version, one.answer) for one in results} == {("tieback", __version__, Answer.DECIDED)}
    assert all(one.cpu_seconds and one.peak_bytes and one.machine and one.bytes_sent is None for one in results)
    recall = recalls(folder, results, tmp_path)
    assert recall["app", "endpoint"] == recall["host", "provider"] == 1.0
    assert (recall["host", "party"] or 0) > 0.7


@pytest.mark.more
def test_tieback_answers_every_topic_without_servers(tmp_path: Path) -> None:
    cases = few_cases(tmp_path, TOPICS)
    results = list(run_tool("tieback", cases))
    assert {one.answer for one in results} <= {Answer.DECIDED, Answer.UNDECIDED}
    recall = recalls(cases, results, tmp_path)
    assert {topic for topic, _ in recall} == {str(topic) for topic in TOPICS}
    assert min(value for value in recall.values() if value is not None) >= 0.75


def test_only_the_chosen_topic_is_run(folder: Path) -> None:
    assert len(list(run_tool("tieback", folder, [Topic.APP]))) == FEW


@pytest.mark.parametrize(
    ("name", "problem"), [("../evil", "is no name of a tool"), ("Os", "is no name"), ("nosuchtool", "no adapter")]
)
def test_an_unknown_tool_is_named(name: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        adapter(name)


ADAPTER = """
from bench.openback.schema import Answer, Claim, Result, Topic

TOPICS = frozenset({Topic.APP})


def version():
    return VERSION


def answer(cases, folder):
    assert all(case.expected == () and case.note == "" for case in cases)
    yield Result(cases[0].id, "", "", Answer.DECIDED, (Claim("host", "a.test"),))
    yield Result(cases[1].id, "", "", Answer.UNSUPPORTED)
    raise SystemExit("the tool broke")
"""


@pytest.fixture
def other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package of adapters beside those of the repository, here and in child processes."""
    package = tmp_path / "otheradapters"
    package.mkdir()
    (package / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(run, "_PACKAGES", ("otheradapters",))
    for name in [name for name in sys.modules if name.startswith("otheradapters")]:
        monkeypatch.delitem(sys.modules, name)
    return package


def test_results_before_a_crash_count(folder: Path, other: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (other / "broken.py").write_text(ADAPTER.replace("VERSION", '"3"'))
    start = (
        f"import runpy, sys; sys.path[:0] = [{str(other.parent)!r}]; import bench.openback.run as run;"
        "run._PACKAGES = ('otheradapters',); sys.argv = ['child', *sys.argv[1:]];"
        "runpy.run_module('bench.openback.child', run_name='__main__')"
    )
    monkeypatch.setattr(run, "COMMAND", (sys.executable, "-c", start))
    results = list(run_tool("broken", folder))
    assert [one.answer for one in results] == [Answer.DECIDED, Answer.UNSUPPORTED, Answer.FAILED, Answer.FAILED]
    assert {one.error for one in results[2:]} == {"the tool broke"}
    assert {one.version for one in results} == {"3"}


def test_a_tool_that_is_not_installed_is_not_run(folder: Path, other: Path) -> None:
    (other / "absent.py").write_text(ADAPTER.replace("VERSION", "None"))
    with pytest.raises(ValueError, match="absent is not installed"):
        list(run_tool("absent", folder))


def test_the_adapter_of_the_readme_has_all_parts() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    space: dict[str, object] = {}
    exec(compile(code, "README.md", "exec"), space)  # our own text
    assert space["TOPICS"] == frozenset({Topic.RULES})
    assert callable(space["version"])
    assert callable(space["answer"])


def test_the_readme_names_every_topic_and_set(folder: Path) -> None:
    assert {f"`{topic}`" for topic in Topic if f"`{topic}`" not in README and f"`{topic}/" not in README} == set()
    assert {name for name in cases_below(folder) if f"`{name}`" not in README} == set()


def test_products_that_cannot_be_told_apart_are_both_right() -> None:
    assert product_value("mariadb") == ["mysql", "mariadb"]
    assert product_value("etcd") == "etcd"


def test_a_result_gets_the_version_of_the_adapter_and_its_share_of_the_cost() -> None:
    cost = run.Cost(8.0, 100, 4_001)
    found = run.completed(Result("c", "", "", Answer.DECIDED), "x", "2", "here", cost, 4)
    assert (found.tool, found.version, found.machine) == ("x", "2", "here")
    assert (found.cpu_seconds, found.peak_bytes, found.bytes_sent) == (2.0, 100, 1_000)
    skipped = run.completed(Result("c", "", "", Answer.UNSUPPORTED), "x", "2", "here", cost, 4)
    assert (skipped.cpu_seconds, skipped.bytes_sent) == (None, None)


def test_only_the_claims_that_an_app_is_labelled_for_count() -> None:
    claims = (Claim("host", "a.test"), Claim("endpoint", "https://a.test/x"))
    result = Result("c", "x", "1", Answer.DECIDED, claims)
    whole = Case("c", Topic.APP, Split.TUNE, "", "g", "a.apk", (), ("a",))
    assert run.asked(result, whole) is result
    assert run.asked(result, msgspec.structs.replace(whole, ask=("host",))).claims == claims[:1]


def test_bytes_that_were_not_measured_are_not_zero() -> None:
    found = run.completed(Result("c", "", "", Answer.DECIDED), "x", "2", "here", run.Cost(8.0, 100), 4)
    assert found.bytes_sent is None
    none = dict.fromkeys(COSTS.values(), NOTHING)
    name = COSTS["bytes_sent"]
    assert [report.cost(Row(topic, "all", "", "x", none), name) for topic in ("store", "app")] == ["not measured", "-"]


SENDER = """
import socket, sys
with socket.create_connection(("127.77.1.1", int(sys.argv[1])), timeout=10) as one:
    one.sendall(b"x" * int(sys.argv[2]))
    while one.recv(1 << 16):
        pass
"""
MEASURE = f"""
import socket, subprocess, sys
from bench.openback import namespace
if not namespace.enter():
    sys.exit("no namespace")
group = namespace.group()
if group is None:
    sys.exit("no counter")
with socket.create_server(("127.77.1.1", 0)) as server:
    for number, size in ((group, "1000"), (None, "20000")):
        words = [sys.executable, "-c", {SENDER!r}, str(server.getsockname()[1]), size]
        child = subprocess.Popen(words, group=number)
        peer, _ = server.accept()
        with peer:
            peer.sendall(b"y" * 50_000)
        child.wait(timeout=30)
print(namespace.sent(group))
"""


def test_only_the_bytes_of_the_tool_to_the_lab_are_counted() -> None:
    done = subprocess.run([sys.executable, "-c", MEASURE], capture_output=True, text=True, check=False, timeout=120)
    if done.returncode:
        pytest.skip("network namespaces or iptables cannot be used here")
    # 1,000 bytes and the headers of some packets; the other sender and the answers are not in it.
    assert 1_000 + 4 * 40 <= int(done.stdout) < 10_000
