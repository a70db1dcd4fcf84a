"""``tieback backend``: what is known of a host, and what leads there."""

import json
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Run
from tests.unit.pipeline.graph_workspace import shared
from tieback.backends.confidence import SAME_HOST


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIEBACK_DATA", str(tmp_path / "data"))


def test_why_on_a_bare_name(run: Run) -> None:
    ended = run("backend", "why", "mydb.c9akciq32.eu-west-1.rds.amazonaws.com", "--format", "json")
    found = json.loads(ended.out)
    assert (ended.code, found["schema"]) == (0, "tieback/backend-why/1")
    assert (found["provider"], found["product"], found["region"]) == ("Amazon Web Services", "Amazon RDS", "eu-west-1")
    assert found["account_boundary"] == "aws-rds:mydb.c9akciq32.eu-west-1"
    assert all(one["reason"] and 0 < one["confidence"] <= 1 for one in found["statements"])


def test_why_as_a_table(run: Run) -> None:
    ended = run("backend", "why", "shop-1.firebaseio.com", "198.51.100.9")
    assert ended.code == 0
    assert "Firebase Realtime Database" in ended.out
    assert "RFC 5737" in ended.out
    assert "account boundary" in ended.out
    assert "no network access" in ended.out


@pytest.mark.parametrize(("hosts", "code"), [(("a b",), 2), (("a b", "example.org"), 3), (("a b", "0x7f.1"), 4)])
def test_invalid_host_is_a_usage_error(run: Run, hosts: tuple[str, ...], code: int) -> None:
    ended = run("backend", "why", *hosts)
    assert ended.code == code
    assert ended.err.startswith("tieback: a b")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shared(tmp_path_factory)


def test_list(run: Run, workspace: Path) -> None:
    ended = run("backend", "list", "-w", workspace)
    assert ended.code == 0
    assert ended.out.splitlines()[1].split()[:2] == ["api.workhub.test", "1"]
    lines = [json.loads(line) for line in run("backend", "list", "-w", workspace, "--format", "json").out.splitlines()]
    assert [line["host"] for line in lines][:2] == ["api.workhub.test", "es.fieldhand.test"]
    assert lines[0]["schema"] == "tieback/backend-line/1"


def test_show(run: Run, workspace: Path) -> None:
    ended = run("backend", "show", "api.workhub.test", "-w", workspace)
    assert ended.code == 0
    said = " ".join(ended.out.replace("│", " ").split())
    assert "store: mongodb 7 is open, 9 records, behind an API" in said
    assert "seen by shodan on 2026-11-01: elasticsearch open, ≈1,200 records; not probed by us" in said
    assert "superseded: our own probe reports open" in said
    assert "com.workhub.mobile 2.10.4 names https://api.workhub.test" in said
    view = json.loads(run("backend", "show", "api.workhub.test", "-w", workspace, "--format", "json").out)
    assert view["stores"][0]["parts"] == [["on the host of the API", SAME_HOST]]
    assert run("backend", "show", "nowhere.test", "-w", workspace).code == 2
    assert run("backend", "show", "nowhere.test", "api.workhub.test", "-w", workspace).code == 3


@pytest.mark.parametrize(
    ("words", "warning"),
    [(("app", "show"), "`tieback app show` is deprecated; use `tieback backend app`\n"), (("backend", "app"), "")],
)
def test_an_app(run: Run, workspace: Path, words: tuple[str, str], warning: str) -> None:
    ended = run(*words, "com.workhub.mobile", "-w", workspace)
    assert (ended.code, ended.err) == (0, warning)
    assert "1 endpoint that only other tools reported" in ended.out
    view = json.loads(run(*words, "com.workhub.mobile", "-w", workspace, "--format", "json").out)
    assert view["schema"] == "tieback/app-view/1"
    assert {one["value"] for one in view["endpoints"]} >= {"https://api.workhub.test"}
    assert run(*words, "org.nothing", "-w", workspace).code == 2


def test_a_file_that_is_called_show_is_a_file(run: Run, tmp_path: Path, apps: Path) -> None:
    (tmp_path / "show").write_bytes((apps / "workhub.apk").read_bytes())
    for file in ("./show", "show"):
        ended = run("app", file, "--format", "json")
        assert json.loads(ended.out)["app"]["bundle_id"] == "com.workhub.mobile"
        assert "deprecated" not in ended.err


@pytest.mark.parametrize(
    ("kind", "says"), [("csv", "source,"), ("graphml", "<?xml"), ("dot", "digraph"), ("svg", "<svg")]
)
@pytest.mark.parametrize(
    "words", [("backend", "list"), ("backend", "show", "api.workhub.test"), ("backend", "app", "com.workhub.mobile")]
)
def test_graphs(run: Run, workspace: Path, words: tuple[str, ...], kind: str, says: str) -> None:
    ended = run(*words, "-w", workspace, "--format", kind)
    assert ended.code == 0
    assert ended.out.startswith(says)
    assert "store-m" in ended.out or "mongodb" in ended.out


def test_targets(run: Run, workspace: Path) -> None:
    ended = run("backend", "targets", "-w", workspace, "--for", "nuclei")
    assert ended.out.splitlines() == ["es.fieldhand.test:9200", "api.workhub.test:27017", "[2001:db8::1]:9200"]


def test_no_workspace(run: Run) -> None:
    for words in (
        ("backend", "list"),
        ("backend", "show", "a.test"),
        ("backend", "app", "a.b"),
        ("backend", "targets"),
    ):
        ended = run(*words, "-w", "none")
        assert (ended.code, len(ended.err.splitlines())) == (4, 1)


def test_contacts_take_a_grant(run: Run, tmp_path: Path) -> None:
    ended = run("backend", "contacts", "www.shop.test")
    assert (ended.code, len(ended.err.splitlines())) == (2, 1)
    (tmp_path / "grant.toml").write_text(
        'authorised_by = "Lab"\ncontact = "lab@example.org"\nnot_after = 2099-01-01\n'
        '[[target]]\nmatch = "127.0.0.1"\nports = [9]\ndepth = "identify"\n'
    )
    ended = run("backend", "contacts", "www.shop.test", "127.0.0.1:9", "--grant", "grant.toml", "--format", "json")
    found = [json.loads(line) for line in ended.out.splitlines()]
    assert ended.code == 4
    assert [(one["schema"], one["target"]) for one in found] == [
        ("tieback/backend-contacts/1", "www.shop.test:443"),
        ("tieback/backend-contacts/1", "127.0.0.1:9"),
    ]
    assert "not in [hosts]" in found[0]["problem"]
    assert "refused" in found[1]["problem"]
    assert "www.shop.test:443" in run("backend", "contacts", "www.shop.test", "--grant", "grant.toml").out


def test_a_run_that_probed_nothing_has_no_target_list(scanned: Run) -> None:
    ended = scanned("backend", "targets", "--format", "nmap")
    assert (ended.code, ended.out, "no target was probed" in ended.err) == (0, "", True)


@pytest.mark.parametrize("width", ["40", "60", "80"])
def test_no_word_of_a_reason_is_cut(run: Run, monkeypatch: pytest.MonkeyPatch, width: str) -> None:
    monkeypatch.setenv("COLUMNS", width)
    out = run("backend", "why", "mydb.c9akciq32.eu-west-1.rds.amazonaws.com").out
    assert "…" not in out
    for words in ("account", "boundary", "Amazon RDS", "0.98"):
        assert words in out
