"""``tieback posture``: import, list, numbers, join and run, as a user types them."""

import json
import stat
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Run
from tests.unit.posture.exports import ACCOUNT, EXPORTS, INSTANCE, OPEN_GROUP, RDS_ARN, ROUTES, prowler
from tests.unit.posture.outside import exposure
from tieback.storage.workspace import Workspace

HOST = "orders.c1.eu-west-1.rds.amazonaws.com"


@pytest.fixture
def account(tmp_path: Path) -> Path:
    (tmp_path / "instances.json").write_text(json.dumps({"DBInstances": [INSTANCE]}))
    (tmp_path / "network.json").write_text(
        json.dumps({"SecurityGroups": [OPEN_GROUP]}) + json.dumps({"RouteTables": [ROUTES]})
    )
    return tmp_path


@pytest.fixture
def outside(tmp_path: Path) -> None:
    with Workspace.open(tmp_path / ".tieback") as workspace:
        run = workspace.ledger.start_run([])
        stores = (
            exposure("exp-own", targets=(f"{HOST}:5432",), pii=("email",)),
            exposure("exp-stray", targets=("198.51.100.4:9200",)),
        )
        workspace.ledger.conclusions.save(run, stores, ())
        workspace.ledger.end_run(run)


def flat(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.usefixtures("account")
def test_import_list_and_numbers(run: Run) -> None:
    ended = run("posture", "import", "instances.json", "network.json")
    assert (ended.code, ended.err) == (0, "")
    assert "aws, az or gcloud" in flat(ended.out)
    ended = run("posture", "import", "instances.json")
    assert "already imported on" in flat(ended.out)
    ended = run("posture", "list", "--public", "--unencrypted")
    assert "orders" in ended.out
    assert "postgres 15.4" in ended.out
    (line,) = run("posture", "list", "--format", "json").out.splitlines()
    told = json.loads(line)
    assert (told["schema"], told["key"], told["public"], told["at_rest"]) == (
        "tieback/resource/1",
        RDS_ARN,
        "yes",
        "none",
    )
    ended = run("posture", "numbers")
    assert "Hosted databases" in ended.out
    assert "1/1 100 %" in ended.out
    assert "2017: 82 % unencrypted" in flat(ended.out)
    first = json.loads(run("posture", "numbers", "--format", "json").out.splitlines()[0])
    assert (first["schema"], first["at_rest"]["none"], first["public"]["yes"]) == ("tieback/posture-numbers/1", 1, 1)


@pytest.mark.usefixtures("account", "outside")
def test_join(run: Run) -> None:
    run("posture", "import", "instances.json", "network.json")
    ended = run("posture", "join")
    assert ended.code == 0
    out = flat(ended.out)
    assert f"reachable from outside: your RDS postgresql database orders in account {ACCOUNT}" in out
    assert "198.51.100.4:9200 is open and not in the one imported account" in out
    assert "Matched: resource of an account, and what the scan found there" in out  # a match may be closed
    assert "medium: Open data store is in none of your exported accounts" in out
    assert "1 resource of 1 account: 1 matched to stores of the scan, 1 of them exposed" in out
    kinds = [
        json.loads(line)["schema"].split("/")[1] for line in run("posture", "join", "--format", "json").out.splitlines()
    ]
    assert kinds == ["posture-owned", "posture-foreign", "finding", "finding", "posture-summary"]


@pytest.mark.usefixtures("account", "outside")
@pytest.mark.parametrize(("level", "code"), [("never", 0), ("critical", 1), ("high", 1)])
def test_fail_on(level: str, code: int, run: Run) -> None:
    run("posture", "import", "instances.json", "network.json")
    assert run("posture", "join", "--fail-on", level).code == code


@pytest.mark.usefixtures("account", "outside")
def test_join_lists_findings_by_reference(run: Run) -> None:
    run("posture", "import", "instances.json", "network.json")
    ended = run("posture", "join", "--reference", "owasp-mobile:M9", "--format", "json", "--fail-on", "high")
    findings = [one for one in map(json.loads, ended.out.splitlines()) if one["schema"] == "tieback/finding/1"]
    assert ended.code == 1
    assert [one["rule"] for one in findings] == ["posture-open-own-store"]
    assert "owasp-mobile:M9" in findings[0]["references"]
    ended = run("posture", "join", "--reference", "owasp-mobile:M5", "--format", "json", "--fail-on", "low")
    assert ended.code == 0
    assert '"finding"' not in ended.out
    ended = run("posture", "join", "--reference", "iso")
    assert (ended.code, "unknown reference" in ended.err) == (2, True)


def test_a_plan_can_fail_a_build(run: Run, tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text(EXPORTS["terraform-plan"][1])
    assert run("posture", "import", "plan.json").code == 0
    assert run("posture", "numbers", "--fail-on", "unencrypted").code == 0
    ended = run("posture", "numbers", "--fail-on", "unencrypted", "--planned")
    assert (ended.code, "--fail-on: unencrypted (1)" in ended.err) == (1, True)
    assert "Hosted databases in templates, not deployed" in ended.out


def test_templates_need_checkov(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)
    (tmp_path / "main.tf").write_text('resource "aws_s3_bucket" "b" {\n}\n')
    ended = run("posture", "templates", ".")
    assert (ended.code, "Checkov is not installed" in ended.err) == (2, True)
    ended = run("posture", "import", "main.tf")
    assert (ended.code, "Checkov, which is not installed" in ended.err) == (4, True)


def test_the_result_of_checkov_is_imported_as_planned(run: Run, tmp_path: Path) -> None:
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra" / "main.tf").write_text("x")
    (tmp_path / "result.json").write_text(EXPORTS["checkov"][1])
    program = tmp_path / "stand-in"
    program.write_text(f"#!/bin/sh\nmkdir out; cp {tmp_path}/result.json out/results_json.json\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    ended = run("posture", "templates", "infra", "--checkov", str(program))
    assert ended.code == 3  # a template was not parsed
    assert "Checkov run on infra" in flat(ended.out)
    (line,) = run("posture", "list", "--format", "json").out.splitlines()
    assert json.loads(line)["planned"] is True


def test_fail_on_takes_what_it_knows(run: Run) -> None:
    ended = run("posture", "join", "--fail-on", "bad")
    assert (ended.code, "Choose one of never, " in ended.err) == (2, True)


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("hello", 4, "unknown export format"),
        ("", 4, "empty"),
        (EXPORTS["aws-cli"][1][:-30], 4, "the file ends within a value"),
        (
            "An error occurred (AccessDenied) when calling the ListBuckets operation",
            4,
            "the error of a command (AccessDenied)",
        ),
        (
            json.dumps([prowler("rds_instance_storage_encrypted", "FAIL", RDS_ARN)] * 2)[:-1],
            3,
            "incomplete: line 1: the file ends",
        ),
        (
            EXPORTS["prowler"][1],
            0,
            "1 check or record could not be collected and stays unknown; most frequent: rds_instance",
        ),
        (
            json.dumps([INSTANCE, {"FunctionName": "x"}]),
            0,
            "1 record ignored; first: line 1: not a known kind of resource",
        ),
    ],
)
def test_bad_input_is_one_clear_line(text: str, code: int, said: str, run: Run, tmp_path: Path) -> None:
    (tmp_path / "export").write_text(text)
    ended = run("posture", "import", "export")
    assert ended.code == code
    (line,) = ended.err.splitlines()
    assert line.startswith("tieback: export")
    assert said in line


@pytest.mark.usefixtures("account")
def test_the_rest_is_done(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bad").write_text("hello")
    ended = run("posture", "import", "bad", "gone", "instances.json", "--format", "json")
    assert ended.code == 3
    assert [json.loads(line)["statements"] for line in ended.out.splitlines()] == [1]
    assert len(ended.err.splitlines()) == 2


def test_date_of_an_export_can_be_set(run: Run, account: Path) -> None:
    assert run("posture", "import", "instances.json", "--taken", "2026-01-02").code == 0
    (line,) = run("posture", "list", "--format", "json").out.splitlines()
    assert json.loads(line)["seen"] == "2026-01-02T00:00:00Z"
    assert run("posture", "import", "instances.json", "--taken", "soon").code == 2
    assert account.is_dir()


@pytest.mark.usefixtures("account")
def test_what_no_newer_export_names_may_be_left_out(run: Run) -> None:
    run("posture", "import", "instances.json", "--taken", "2026-01-02")
    for since, count in (("2026-01-02", 1), ("2026-01-03", 0), ("", 1)):
        words = ("--since", since) if since else ()
        assert len(run("posture", "list", "--format", "json", *words).out.splitlines()) == count
        assert f"{count} resource" in flat(run("posture", "join", *words).out)
        assert bool(run("posture", "numbers", "--format", "json", *words).out) is bool(count)
    assert run("posture", "list", "--since", "soon").code == 2


@pytest.mark.parametrize(
    ("reasons", "code", "told"),
    [
        ([], 0, ""),
        (["public"], 1, "--fail-on: public (1)"),
        (["public", "unencrypted"], 1, "--fail-on: public (1), unencrypted (1)"),
        (["public-snapshot"], 0, ""),
    ],
)
@pytest.mark.usefixtures("account")
def test_numbers_can_fail_a_job(run: Run, reasons: list[str], code: int, told: str) -> None:
    run("posture", "import", "instances.json", "network.json")
    ended = run("posture", "numbers", *(word for reason in reasons for word in ("--fail-on", reason)))
    assert ended.code == code
    assert told in ended.err


@pytest.mark.parametrize("command", ["list", "numbers", "join"])
def test_without_a_workspace_there_is_one_line(command: str, run: Run) -> None:
    ended = run("posture", command)
    assert ended.code == 4
    assert "no workspace here" in ended.err


def test_empty_workspace_is_reported(run: Run, tmp_path: Path) -> None:
    with Workspace.open(tmp_path / ".tieback"):
        pass
    assert "no matching resources imported" in run("posture", "list").err
    assert "no resources imported" in run("posture", "numbers").err
    assert "No run has finished, so nothing was probed" in flat(run("posture", "join").out)


def stand_in(folder: Path, script: str) -> Path:
    """A stand-in for Prowler; the real one runs in tests/servers."""
    path = folder / "stand-in"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_run_reads_what_prowler_wrote(run: Run, tmp_path: Path) -> None:
    (tmp_path / "findings").write_text(json.dumps([prowler("rds_instance_storage_encrypted", "FAIL", RDS_ARN)]))
    program = stand_in(tmp_path, f"cp {tmp_path}/findings prowler.ocsf.json")
    assert run("posture", "run", "aws", "--prowler", program).code == 0
    (line,) = run("posture", "list", "--format", "json").out.splitlines()
    assert json.loads(line)["at_rest"] == "none"


def test_credentials_that_expire_half_way(run: Run, tmp_path: Path) -> None:
    whole = json.dumps([prowler("rds_instance_storage_encrypted", "FAIL", RDS_ARN)] * 2)
    (tmp_path / "findings").write_text(whole[: len(whole) // 2 + 20])
    (tmp_path / "log").write_text(
        '{"level": "ERROR", "filename": "rds_service.py:1", "message": "x -- ClientError[1]: An error occurred '
        '(ExpiredToken) when calling the DescribeDBInstances operation: late"}\n'
    )
    program = stand_in(tmp_path, f"cp {tmp_path}/findings prowler.ocsf.json; cp {tmp_path}/log prowler.log; exit 1")
    ended = run("posture", "run", "aws", "--prowler", program)
    assert ended.code == 3
    assert "the credentials expired during the run; the results before that are kept" in ended.err
    assert "1 check or record could not be collected" in ended.err
    assert "incomplete" in ended.err
    assert (
        "could not be collected and stays unknown" in run("posture", "numbers").err
        or "the file ends" in run("posture", "numbers").err
    )


def test_an_account_without_permission(run: Run, tmp_path: Path) -> None:
    ended = run("posture", "run", "aws", "--prowler", stand_in(tmp_path, "echo Unable to locate credentials; exit 1"))
    assert ended.code == 4
    assert "Prowler exited with code 1: Unable to locate credentials" in ended.err


def test_only_three_clouds_are_known(run: Run) -> None:
    ended = run("posture", "run", "oracle")
    assert (ended.code, "Choose one of aws, azure, gcp" in ended.err) == (2, True)
