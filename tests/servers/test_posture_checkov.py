"""Checkov itself looks at small templates of our own; what it says of them is planned, and counted apart."""

import os
import subprocess
from pathlib import Path

import pytest

from tieback.pipeline.posture.exports import ImportedPosture, import_posture, iter_resources, resource_figures
from tieback.posture.checkov_run import run_checkov
from tieback.posture.source import Origin
from tieback.storage.workspace import Workspace

PROGRAM = Path(__file__).parents[2] / ".cache" / "test-servers" / "checkov" / "bin" / "checkov"
TERRAFORM = """
resource "aws_db_instance" "orders" {
  engine              = "postgres"
  instance_class      = "db.t3.micro"
  storage_encrypted   = false
  publicly_accessible = true
}
resource "aws_db_instance" "users" {
  engine              = "mysql"
  instance_class      = "db.t3.micro"
  storage_encrypted   = true
  publicly_accessible = false
}
resource "aws_redshift_cluster" "wh" {
  cluster_identifier  = "wh"
  node_type           = "ra3.xlplus"
  encrypted           = false
  publicly_accessible = false
}
resource "google_sql_database_instance" "shop" {
  database_version = "POSTGRES_15"
  settings {
    tier = "db-f1-micro"
    ip_configuration {
      ipv4_enabled = true
      authorized_networks { value = "0.0.0.0/0" }
    }
  }
}
"""
CLOUDFORMATION = """
{"Resources": {"Orders": {"Type": "AWS::RDS::DBInstance", "Properties": {
  "Engine": "postgres", "DBInstanceClass": "db.t3.micro", "StorageEncrypted": true, "PubliclyAccessible": true}}}}
"""

pytestmark = [pytest.mark.servers, pytest.mark.more, pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not (PROGRAM.parents[1] / ".complete").exists():
        pytest.skip("checkov is not installed: tools/install-test-servers installs it")
    folder = tmp_path_factory.mktemp("templates")
    (folder / "main.tf").write_text(TERRAFORM)
    (folder / "stack.json").write_text(CLOUDFORMATION)
    environment = {
        "PATH": os.defpath,
        "HOME": str(folder),
        "BC_SKIP_MAPPING": "TRUE",
        "HTTP_PROXY": "http://127.0.0.1:9",
        "HTTPS_PROXY": "http://127.0.0.1:9",
    }
    command: list[str | Path] = [
        PROGRAM,
        "-d",
        folder,
        "--framework",
        "terraform",
        "cloudformation",
        "-o",
        "json",
        "-o",
        "sarif",
    ]
    command += ["--output-file-path", folder / "out", "--skip-download"]
    subprocess.run(command, env=environment, cwd=folder, capture_output=True, check=False, timeout=300)
    return folder / "out"


def test_json_reports_what_each_template_requests(results: Path, tmp_path: Path) -> None:
    (end,) = import_posture(tmp_path / "ws", [results / "results_json.json"], Origin())
    assert isinstance(end, ImportedPosture)
    with Workspace.open(tmp_path / "ws") as workspace:
        found = {one.name: (str(one.at_rest), str(one.flag), one.provider) for one in iter_resources(workspace)}
        (whole,) = [row for row in resource_figures(workspace) if row.by == "all"]
    assert found == {
        "aws_db_instance.orders": ("none", "yes", "aws"),
        "aws_db_instance.users": ("encrypted", "no", "aws"),
        "aws_redshift_cluster.wh": ("none", "no", "aws"),
        "google_sql_database_instance.shop": ("provider_key", "yes", "gcp"),
        "AWS::RDS::DBInstance.Orders": ("encrypted", "yes", "aws"),
    }
    assert whole.planned
    assert (whole.at_rest.none, whole.at_rest.encrypted, whole.at_rest.provider_key) == (2, 2, 1)


def test_a_folder_is_checked_as_its_copy_and_runs_no_code_of_the_folder(tmp_path: Path, results: Path) -> None:
    folder, place = tmp_path / "infra", tmp_path / "place"
    (folder / "evil").mkdir(parents=True)
    place.mkdir()
    (folder / "main.tf").write_text(TERRAFORM)
    (folder / "stack.json").write_text(CLOUDFORMATION)
    (folder / ".checkov.yaml").write_text(f"external-checks-dir:\n  - {folder}/evil\nquiet: true\n")
    (folder / "evil" / "__init__.py").write_text(f"open('{tmp_path}/ran', 'w')\n")
    run = run_checkov(str(PROGRAM), folder, place, seconds=300)
    assert (run.ended, run.files, run.left_out) == ("", 2, 0)
    assert run.findings is not None
    assert not (tmp_path / "ran").exists()
    (end,) = import_posture(tmp_path / "ws", [run.findings], Origin())
    assert isinstance(end, ImportedPosture)
    with Workspace.open(tmp_path / "ws") as workspace:
        found = {one.key: one.flag for one in iter_resources(workspace)}
    assert found["template:/infra/main.tf:aws_db_instance.orders"] == "yes"
    assert found["template:/infra/stack.json:AWS::RDS::DBInstance.Orders"] == "yes"
    assert len(found) == 5


def test_sarif_lists_failures(results: Path, tmp_path: Path) -> None:
    (end,) = import_posture(tmp_path / "ws", [results / "results_sarif.sarif"], Origin())
    assert isinstance(end, ImportedPosture)
    with Workspace.open(tmp_path / "ws") as workspace:
        found = list(iter_resources(workspace))
    assert [one.name.partition(":")[0] for one in found if one.at_rest == "none"] == ["main.tf", "main.tf"]
    assert all(one.planned for one in found)
