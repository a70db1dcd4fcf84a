"""How Prowler is started, and what is made of a run that ends badly; the real one runs in tests/servers."""

import json
import stat
import time
from pathlib import Path

import pytest

from tieback.model.errors import InputError, UsageError
from tieback.posture.prowler_run import (
    PROWLER_VERSION,
    ProwlerProvider,
    ProwlerRun,
    checks_for,
    command,
    failures,
    run_prowler,
)


@pytest.fixture
def program(tmp_path: Path):  # type: ignore[no-untyped-def]
    """A stand-in for Prowler: a script."""

    def of(script: str) -> str:
        path = tmp_path / "stand-in"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return str(path)

    return of


def test_only_checks_of_stores_and_networks_are_requested() -> None:
    for cloud, some, other in (
        (ProwlerProvider.AWS, "rds_instance_storage_encrypted", "sqlserver_tde_encryption_enabled"),
        (ProwlerProvider.AZURE, "sqlserver_tde_encryption_enabled", "cloudsql_instance_public_ip"),
        (ProwlerProvider.GCP, "cloudsql_instance_public_ip", "rds_instance_storage_encrypted"),
    ):
        checks = checks_for(cloud)
        assert some in checks
        assert other not in checks
        assert not [check for check in checks if check.startswith(("iam_", "guardduty_"))]


def test_it_runs_in_an_environment_of_its_own_with_its_version_pinned(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    line = command(ProwlerProvider.AWS, tmp_path, profile="audit", regions=("eu-west-1",))
    assert line[:4] == ["/usr/bin/uv", "tool", "run", "--python"]
    assert f"prowler=={PROWLER_VERSION}" in line
    assert line[line.index("--profile") + 1] == "audit"
    assert "--push-to-cloud" not in line


def test_without_uv_a_program_must_be_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)
    with pytest.raises(UsageError, match="uv not found"):
        command(ProwlerProvider.AWS, tmp_path)
    assert command(ProwlerProvider.AZURE, tmp_path, program="/opt/prowler", subscriptions=("s",))[0] == "/opt/prowler"


def test_what_it_wrote_before_its_end_is_kept(tmp_path: Path, program) -> None:  # type: ignore[no-untyped-def]
    run = run_prowler(
        [program("echo '[{' > prowler.ocsf.json; echo no credentials; exit 1")], tmp_path, seconds=20, environment={}
    )
    assert run.findings is not None
    assert run.ended == "Prowler exited with code 1: no credentials"


def test_it_is_stopped_when_its_time_is_up(tmp_path: Path, program) -> None:  # type: ignore[no-untyped-def]
    run = run_prowler([program("exec sleep 60")], tmp_path, seconds=0.2, environment={"PATH": "/usr/bin:/bin"})
    assert run.findings is None
    assert "was stopped" in run.ended


def test_processes_started_by_it_end_with_it(tmp_path: Path, program) -> None:  # type: ignore[no-untyped-def]
    script = "sleep 60 & echo $! > child; wait"
    run_prowler([program(script)], tmp_path, seconds=1, environment={"PATH": "/usr/bin:/bin"})
    child = int((tmp_path / "child").read_text())
    for _ in range(100):
        try:
            state = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return
        if state == "Z":
            return
        time.sleep(0.05)
    pytest.fail("the child of the stopped program is still there")


def test_a_program_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be started"):
        run_prowler([str(tmp_path / "none")], tmp_path, seconds=1, environment={})


def test_failures_are_read_from_its_log(tmp_path: Path) -> None:
    log = tmp_path / "prowler.log"
    late = "ClientError[80]: An error occurred (ExpiredToken) when calling the DescribeDBInstances operation: late"
    none = "ClientError[1]: An error occurred (NoSuchBucketPolicy) when calling the GetBucketPolicy operation: none"
    entries = (
        ("ERROR", "rds_service.py:93", f"eu-west-1 -- {late}"),
        ("ERROR", "rds_service.py:93", f"eu-west-3 -- {late}"),
        ("ERROR", "elasticache_service.py:129", "eu-west-1 -- KeyError[102]: 'arn'"),
        ("ERROR", "s3_service.py:1", none),  # an answer, no failure: there is no such configuration
        ("WARNING", "s3_service.py:1", "x"),
    )
    lines = [json.dumps(dict(zip(("level", "filename", "message"), one, strict=True))) for one in entries]
    log.write_text("\n".join([*lines, "no JSON"]))
    assert failures(log) == (("rds DescribeDBInstances: ExpiredToken", 2), ("elasticache: KeyError", 1))
    assert failures(tmp_path / "none") == ()
    assert ProwlerRun(None, failures(log)).expired
