"""``tieback rules``, and ``--rules`` of the commands that use them."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.conftest import Run
from tests.unit.userrules.test_parse import ALL, RANSOM, SDK, WORDS

APP = Path(__file__).parents[3] / "labs" / "apps" / "fieldhand.apk"
BROKEN = SDK.replace("suffixes", "sufixes")
THIRD = """
[[sdk_host]]
id = "vendor-sdk"
name = "Vendor SDK"
source = "https://docs.vendor-sdk.test"
suffixes = ["vendor-sdk.test"]
accept = ["telemetry.vendor-sdk.test"]
reject = ["sdk.test"]
"""


def lines_of(text: str) -> list[Any]:
    return [json.loads(line) for line in text.splitlines()]


def rules(folder: Path, *texts: str) -> str:
    folder.mkdir()
    for number, text in enumerate(texts):
        (folder / f"{number}.toml").write_text(text)
    return str(folder)


def test_list_has_built_in_groups_and_own_rules(tmp_path: Path, run: Run) -> None:
    code, out, _ = run("rules", "list", "--rules", rules(tmp_path / "r", ALL), "--format", "json")
    lines = lines_of(out)
    assert code == 0
    groups = {line["kind"]: line["rules"] for line in lines if line["schema"] == "tieback/rule-group/1"}
    assert groups["credential"] > 100
    own = [line["rule"] for line in lines if line["schema"] == "tieback/rule/1"]
    assert own == ["acme-store", "acme_key", "acme-ads", "acme-words", "acme-notes"]


def test_list_shows_the_file_and_line(tmp_path: Path, run: Run) -> None:
    folder = rules(tmp_path / "r", RANSOM)
    code, out, _ = run("rules", "list", "--rules", folder)
    assert code == 0
    assert f"{folder}/0.toml, line 2" in " ".join(out.split())


@pytest.mark.parametrize(
    ("texts", "code", "what"),
    [
        ((ALL,), 0, "5 correct rules, 1 file, 0 mistakes, 0 failed examples"),
        ((WORDS, BROKEN), 3, "line 6: [[sdk_host]]: unknown key `sufixes` (did you mean `suffixes`?)"),
        ((BROKEN,), 4, "0 correct rules"),
        ((WORDS.replace('["nr"]', '["kdnr"]'),), 1, "reject 1 'kdnr': expected not recognised, found person_id"),
    ],
)
def test_check(tmp_path: Path, run: Run, texts: tuple[str, ...], code: int, what: str) -> None:
    found, _, err = run("rules", "check", "--rules", rules(tmp_path / "r", *texts))
    assert found == code
    assert what in err


@pytest.mark.parametrize("names", [(), ("mine.tml",)])
def test_a_named_folder_without_a_rule_file_is_a_mistake(tmp_path: Path, run: Run, names: tuple[str, ...]) -> None:
    folder = Path(rules(tmp_path / "r"))
    for name in names:
        (folder / name).write_text(ALL)
    why = f"{folder}: the folder has no rule file (a file that ends in .toml)"
    code, _, err = run("rules", "check", "--rules", str(folder))
    assert (code, why in err) == (4, True), err
    app = tmp_path / "app.js"
    app.write_text("x")
    for command in (("app", str(app)), ("rules", "test")):
        code, _, err = run(*command, "--rules", str(folder))
        assert (code, why in err) == (2, True), err


def test_files_that_are_no_rule_files_are_counted(tmp_path: Path, run: Run) -> None:
    folder = Path(rules(tmp_path / "r", ALL))
    (folder / "mine.tml").write_text(ALL)
    for command in ("check", "list", "test"):
        _, _, err = run("rules", command, "--rules", str(folder))
        assert "r: mine.tml was not read: not a rule file (.toml)" in " ".join(err.split())


def test_check_writes_json_lines(tmp_path: Path, run: Run) -> None:
    code, out, _ = run("rules", "check", "--rules", rules(tmp_path / "r", BROKEN), "--format", "json")
    lines = lines_of(out)
    assert code == 4
    assert [(line["schema"], line["line"], line["rule"]) for line in lines] == [
        ("tieback/rule-mistake/1", 6, "acme-ads")
    ]


def test_test_runs_every_example(tmp_path: Path, run: Run) -> None:
    wrong = ALL.replace('accept = ["zz_pay_us"]', 'accept = ["zz_pay_us", "payments"]')
    code, out, _ = run("rules", "test", "--rules", rules(tmp_path / "r", wrong), "--format", "json")
    lines = lines_of(out)
    assert code == 1
    assert [(line["rule"], line["example"]) for line in lines if not line["passed"]] == [("acme-notes", "accept 2")]
    assert sum(line["passed"] for line in lines) == 10


def test_test_refuses_a_mistake(tmp_path: Path, run: Run) -> None:
    code, _, err = run("rules", "test", "--rules", rules(tmp_path / "r", BROKEN))
    assert code == 2
    assert "tieback rules check" in err


def test_rules_of_the_configuration_folder_are_used(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config" / "tieback").mkdir(parents=True)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    rules(tmp_path / "config" / "tieback" / "rules", RANSOM)
    code, out, _ = run("rules", "list", "--format", "json")
    lines = lines_of(out)
    assert code == 0
    assert lines[-1]["rule"] == "acme-notes"


def test_app_uses_rules_in_its_workers(tmp_path: Path, run: Run) -> None:
    words = ("app", str(APP), "--workers", "1", "--format", "json", "--rules", rules(tmp_path / "r", THIRD))
    code, out, _ = run(*words)
    [document] = lines_of(out)
    assert code == 0
    owners = {one["endpoint"]["host"]: one["owner"] for one in document["sightings"]}
    assert owners["telemetry.vendor-sdk.test"] == "Vendor SDK"


@pytest.mark.parametrize("command", [("app", str(APP)), ("pii", "names"), ("traffic", "x.pcap")])
def test_a_mistake_stops_the_command(tmp_path: Path, run: Run, command: tuple[str, ...]) -> None:
    code, _, err = run(*command, "--rules", rules(tmp_path / "r", BROKEN))
    assert code == 2
    assert "0.toml, line 6" in err


def test_a_project_must_not_name_rules(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tieback.toml").write_text(f'[app]\nrules = ["{rules(tmp_path / "r", RANSOM)}"]\n')
    code, _, err = run("app", str(APP))
    assert code == 2
    assert "app.rules" in err


def test_the_owner_of_a_host_shows_the_rule(tmp_path: Path, run: Run) -> None:
    code, out, _ = run("backend", "why", "telemetry.vendor-sdk.test", "--rules", rules(tmp_path / "r", THIRD))
    assert code == 0
    assert "Vendor SDK" in out
    assert "your rule vendor-sdk" in " ".join(out.split())
