"""How Checkov is started, and what it gets to see; the real one runs in tests/servers."""

import stat
from pathlib import Path

import pytest

from tieback.model.errors import InputError, UsageError
from tieback.posture.checkov_run import find_checkov, run_checkov
from tieback.posture.open import open_export


@pytest.fixture
def program(tmp_path: Path) -> str:
    """A stand-in for Checkov: a script that lists its files, options and environment."""
    path = tmp_path / "stand-in"
    path.write_text(
        '#!/bin/sh\nmkdir -p out; (find "$2" -type f | sort; echo "$@"; env | cut -d= -f1) > out/results_json.json\n'
    )
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


@pytest.fixture
def infra(tmp_path: Path) -> Path:
    folder = tmp_path / "infra"
    (folder / "modules" / "db").mkdir(parents=True)
    (folder / ".terraform").mkdir()
    for name in ("main.tf", "modules/db/main.tf", "stack.yaml", "notes.txt", ".checkov.yaml", "checks.py"):
        (folder / name).write_text("x")
    (folder / ".terraform" / "other.tf").write_text("x")
    (folder / "outside.tf").symlink_to("/etc/hostname")
    return folder


def seen(infra: Path, program: str, tmp_path: Path) -> str:
    place = tmp_path / "place"
    place.mkdir()
    run = run_checkov(program, infra, place, seconds=20)
    assert run.ended == ""
    assert run.findings is not None
    return run.findings.read_text().replace(str(place), "")


def test_it_sees_only_a_copy_of_the_templates(infra: Path, program: str, tmp_path: Path) -> None:
    lines = seen(infra, program, tmp_path).splitlines()
    assert lines[:3] == [
        "/templates/infra/main.tf",
        "/templates/infra/modules/db/main.tf",
        "/templates/infra/stack.yaml",
    ]
    assert not [line for line in lines if "checkov.yaml" in line or line.endswith(".py")]


def test_other_files_are_counted(infra: Path, program: str, tmp_path: Path) -> None:
    (tmp_path / "place").mkdir()
    run = run_checkov(program, infra, tmp_path / "place", seconds=20)
    assert [(one.why, one.count, one.first) for one in run.skipped] == [
        ("hidden", 2, ".terraform"),
        ("not templates", 2, "checks.py"),
        ("not regular files", 1, "outside.tf"),
    ]


def test_it_gets_no_credentials_and_no_network(
    infra: Path, program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    monkeypatch.setenv("BC_API_KEY", "x")
    monkeypatch.setenv("CKV_EXTERNAL_CHECKS_DIR", "x")
    names = set(seen(infra, program, tmp_path).splitlines())
    assert {"HTTP_PROXY", "HTTPS_PROXY", "BC_SKIP_MAPPING", "PATH", "HOME"} <= names
    assert not {"AWS_SECRET_ACCESS_KEY", "BC_API_KEY", "CKV_EXTERNAL_CHECKS_DIR"} & names


def test_limits_are_counted(infra: Path, program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tieback.posture.checkov_run.MAX_FILES", 2)
    place = tmp_path / "place"
    place.mkdir()
    run = run_checkov(program, infra, place, seconds=20)
    assert (run.files, run.left_out) == (2, 1)


def test_one_template_is_a_folder_of_one(infra: Path, program: str, tmp_path: Path) -> None:
    assert seen(infra / "main.tf", program, tmp_path).splitlines()[0] == "/templates/main.tf/main.tf"


def test_errors_name_what_is_missing(
    infra: Path, program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)
    with pytest.raises(UsageError, match="Checkov is not installed"):
        find_checkov()
    assert find_checkov("/opt/checkov") == "/opt/checkov"
    empty = tmp_path / "empty"
    empty.mkdir()
    for number, (folder, text) in enumerate([(empty, "no template"), (tmp_path / "none", "no such file or folder")]):
        (tmp_path / f"p{number}").mkdir()
        with pytest.raises(InputError, match=text):
            run_checkov(program, folder, tmp_path / f"p{number}", seconds=1)
    (tmp_path / "p9").mkdir()
    with pytest.raises(InputError, match="Checkov cannot be started"):
        run_checkov(str(tmp_path / "none"), infra, tmp_path / "p9", seconds=1)


TEMPLATES = [
    'resource "aws_s3_bucket" "b" {\n}\n',
    '# comment\nmodule "x" {\n  source = "./x"\n}\n',
    "terraform {\n}\n",
    "AWSTemplateFormatVersion: 2010-09-09\nResources: {}\n",
    "Resources:\n  B:\n    Type: AWS::S3::Bucket\n",
    '{"Resources": {\n "B": {\n  "Type": "AWS::S3::Bucket"}}}',
]


@pytest.mark.parametrize("text", TEMPLATES)
@pytest.mark.parametrize("installed", [True, False])
def test_a_template_as_an_export_is_an_error_that_names_checkov(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, installed: bool
) -> None:
    monkeypatch.setattr("shutil.which", lambda _: "/usr/bin/checkov" if installed else None)
    path = tmp_path / "x"
    path.write_text(text)
    with pytest.raises(InputError) as error:
        open_export(path)
    says = str(error.value.diagnostics())
    assert "tieback posture templates" in says
    assert "terraform show -json" in says
    assert ("not installed" in says) is not installed


def test_a_state_file_is_an_error_that_names_the_command(tmp_path: Path) -> None:
    path = tmp_path / "terraform.tfstate"
    path.write_text('{"version": 4, "terraform_version": "1.9.5", "serial": 3, "lineage": "x", "resources": []}')
    with pytest.raises(InputError, match="a state file of Terraform"):
        open_export(path)
