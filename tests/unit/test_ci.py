"""What builds run: the steps of the action, of GitLab's template and of the hook, as they stand in their files."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
APPS = ROOT / "labs" / "apps"
ENVIRONMENT = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}


def read(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text())


def ran(shell: list[str], script: str, folder: Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*shell, "-c", script], cwd=folder, env=ENVIRONMENT | variables, capture_output=True, text=True, check=False
    )


def action(folder: Path, **inputs: str) -> "subprocess.CompletedProcess[str]":
    """Run the one step of the action with its inputs, the others as they are by default."""
    described = read("action.yml")
    (step,) = described["runs"]["steps"]
    values = {name: one.get("default", "") for name, one in described["inputs"].items()} | inputs
    variables = {}
    for name, text in step["env"].items():
        word = text.removeprefix("${{ ").removesuffix(" }}")
        variables[name] = values[word.removeprefix("inputs.")] if word.startswith("inputs.") else str(ROOT)
    variables |= {"TIEBACK_WORKSPACE": str(folder / "ws"), "GITHUB_STEP_SUMMARY": str(folder / "summary.md")}
    # As GitHub runs ``shell: bash``.
    return ran(["bash", "--noprofile", "--norc", "-eo", "pipefail"], step["run"], folder, **variables)


def test_action_fails_only_on_new_findings(tmp_path: Path) -> None:
    app = str(APPS / "fieldhand.apk")
    first = action(tmp_path, apps=app, **{"fail-on": "low"})
    assert first.returncode == 1, first.stderr
    assert json.loads((tmp_path / "tieback.sarif").read_text())["version"] == "2.1.0"
    assert (tmp_path / "summary.md").read_text().startswith("# Open back ends")
    (tmp_path / "tieback.json").rename(tmp_path / "old.json")
    again = action(tmp_path, apps=f"\n{app}\n\n", baseline="old.json", **{"fail-on": "low"})
    assert again.returncode == 0, again.stderr
    states = {
        one["baselineState"] for one in json.loads((tmp_path / "tieback.sarif").read_text())["runs"][0]["results"]
    }
    assert states == {"unchanged"}


@pytest.mark.parametrize(
    ("inputs", "code"),
    [
        pytest.param({"fail-on": "never"}, 0, marks=pytest.mark.more),
        pytest.param({"fail-on": "high"}, 0, marks=pytest.mark.more),
        pytest.param({"fail-on": "low", "baseline": "not-there.json"}, 1, marks=pytest.mark.more),
        ({"fail-on": "low", "suppressions": "s.toml"}, 0),
        ({"fail-on": "$(touch owned)"}, 2),
        pytest.param({"grant": "none.toml"}, 2, marks=pytest.mark.more),
    ],
)
def test_inputs_of_the_action(tmp_path: Path, inputs: dict[str, str], code: int) -> None:
    who = 'reason = "known"\nauthor = "jo"\nexpires = 2099-01-01\n'
    (tmp_path / "s.toml").write_text(f'[[suppress]]\nrule = "cleartext-allowed"\n{who}')
    ended = action(tmp_path, apps=str(APPS / "fieldhand.apk"), **inputs)
    assert ended.returncode == code, ended.stderr
    assert not (tmp_path / "owned").exists(), "an input is never a part of the script"


def test_no_input_is_interpolated_into_a_script() -> None:
    for step in read("action.yml")["runs"]["steps"]:
        assert "${{" not in step["run"]


@pytest.mark.parametrize(("fail_on", "code"), [("high", 0), ("low", 1)])
def test_the_template_of_gitlab(tmp_path: Path, fail_on: str, code: int) -> None:
    job = read("ci/gitlab.yml")[".tieback"]
    variables = {name: str(value) for name, value in job["variables"].items()}
    variables |= {"TIEBACK_APPS": str(APPS / "fieldhand.apk"), "TIEBACK_FAIL_ON": fail_on}
    # The runner puts the lines into one script, and stops at the first that fails.
    ended = ran(["sh", "-e"], "\n".join(job["script"]), tmp_path, **variables)
    assert ended.returncode == code, ended.stderr
    files = [*job["artifacts"]["paths"], job["artifacts"]["reports"]["junit"]]
    assert all((tmp_path / name).exists() for name in files)


@pytest.mark.parametrize(("extra", "code"), [([], 0), (["--fail-on", "low"], 1)])
def test_the_hook(tmp_path: Path, extra: list[str], code: int) -> None:
    (hook,) = read(".pre-commit-hooks.yaml")
    words = [*shlex.split(hook["entry"]), *extra, str(APPS / "fieldhand.apk")]
    ended = subprocess.run(words, cwd=tmp_path, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert ended.returncode == code, ended.stderr


def test_the_examples_of_the_page_are_yaml_and_name_what_there_is() -> None:
    text = (ROOT / "docs" / "howto" / "ci.md").read_text()
    blocks = [yaml.safe_load(block.partition("```")[0]) for block in text.split("```yaml\n")[1:]]
    assert len(blocks) == 3
    github, gitlab, hook = blocks
    (job,) = github["jobs"].values()
    (step,) = [one for one in job["steps"] if "tieback@" in one.get("uses", "")]
    assert set(step["with"]) <= set(read("action.yml")["inputs"])
    assert set(gitlab["back-ends"]["variables"]) <= set(read("ci/gitlab.yml")[".tieback"]["variables"])
    assert hook["repos"][0]["hooks"][0]["id"] == read(".pre-commit-hooks.yaml")[0]["id"]
