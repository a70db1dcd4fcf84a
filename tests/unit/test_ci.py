"""What builds run: the steps of the action, of GitLab's template and of the hook, as they stand in their files."""

import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.each import each

ROOT = Path(__file__).parents[2]
APPS = ROOT / "labs" / "apps"
ENVIRONMENT = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}


def read(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text())


def ran(shell: list[str], script: str, folder: Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*shell, "-c", script], cwd=folder, env=ENVIRONMENT | variables, capture_output=True, text=True, check=False
    )


def action(folder: Path, changed: dict[str, str] | None = None, /, **inputs: str) -> "subprocess.CompletedProcess[str]":
    """Run the one step of the action with its inputs, the others as they are by default."""
    described = read("action.yml")
    (step,) = described["runs"]["steps"]
    values = {name: one.get("default", "") for name, one in described["inputs"].items()} | inputs
    variables = {}
    for name, text in step["env"].items():
        word = text.removeprefix("${{ ").removesuffix(" }}")
        known = {"github.action_repository": "Some-One/Tieback", "github.action_path": str(ROOT)}
        variables[name] = values[word.removeprefix("inputs.")] if word.startswith("inputs.") else known.get(word, "")
    outside = folder.parent / f"{folder.name}-outside"
    outside.mkdir(exist_ok=True)
    for name, text in step["env"].items():
        if text.startswith("${{ runner.temp }}/"):
            variables[name] = str(outside / text.removeprefix("${{ runner.temp }}/"))
    variables |= {"GITHUB_STEP_SUMMARY": str(folder / "summary.md")}
    variables |= changed or {}
    # As GitHub runs ``shell: bash``.
    return ran(["bash", "--noprofile", "--norc", "-eo", "pipefail"], step["run"], folder, **variables)


RENAMED = ROOT / "tests" / "unit" / "pipeline" / "source" / "renamed"


def test_action_shows_lines_of_the_source(tmp_path: Path) -> None:
    (tmp_path / "config.xml").write_text("<network-security-config>\n<domain>es.fieldhand.test</domain>")
    done = action(tmp_path, apps=str(APPS / "fieldhand.apk"), source=".", mapping=str(RENAMED / "first-mapping.txt"))
    assert done.returncode == 0, done.stderr
    (result,) = json.loads((tmp_path / "tieback.sarif").read_text())["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "config.xml"}, "region": {"startLine": 2}
    }  # fmt: skip


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
        pytest.param({"fail-on": "low", "suppressions": "s.toml"}, 0, marks=pytest.mark.more),
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


def gitlab(folder: Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run the script of the template with its variables, the others as they are by default."""
    job = read("ci/gitlab.yml")[".tieback"]
    values = {name: str(value) for name, value in job["variables"].items()} | variables
    # The runner puts the lines into one script, and stops at the first that fails.
    return ran(["sh", "-e"], "\n".join(job["script"]), folder, **values)


@pytest.mark.more
@pytest.mark.parametrize(("fail_on", "code"), [("high", 0), ("low", 1)])
def test_the_template_of_gitlab(tmp_path: Path, fail_on: str, code: int) -> None:
    job = read("ci/gitlab.yml")[".tieback"]
    ended = gitlab(tmp_path, TIEBACK_APPS=str(APPS / "fieldhand.apk"), TIEBACK_FAIL_ON=fail_on)
    assert ended.returncode == code, ended.stderr
    files = [*job["artifacts"]["paths"], job["artifacts"]["reports"]["junit"]]
    assert all((tmp_path / name).exists() for name in files)


@pytest.mark.more
@pytest.mark.parametrize(("extra", "code"), [([], 0), (["--fail-on", "low"], 1)])
def test_the_hook(tmp_path: Path, extra: list[str], code: int) -> None:
    (hook,) = read(".pre-commit-hooks.yaml")
    assert hook["language"] == "script", "pre-commit runs a script from the root of the hook's own repository"
    entry, *words = shlex.split(hook["entry"])
    words = [str(ROOT / entry), *words, *extra, str(APPS / "fieldhand.apk")]
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    ended = subprocess.run(words, cwd=tmp_path, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert ended.returncode == code, ended.stderr
    assert not (tmp_path / ".tieback").exists(), "the workspace is outside the checkout"


SUPPRESSIONS = """[[suppress]]
rule = "cleartext-allowed"
reason = "x"
author = "x"
expires = 2099-01-01
"""


@pytest.mark.parametrize("what", ["action", *(pytest.param(one, marks=pytest.mark.more) for one in ("gitlab", "hook"))])
def test_a_workspace_in_the_checkout_is_not_used(tmp_path: Path, what: str) -> None:
    app = str(APPS / "fieldhand.apk")
    (tmp_path / ".tieback").mkdir()
    (tmp_path / ".tieback" / "VERSION").write_text("tieback workspace\nschema 5\n")
    (tmp_path / ".tieback" / "suppressions.toml").write_text(SUPPRESSIONS)
    if what == "action":
        ended = action(tmp_path, apps=app, **{"fail-on": "low"})
    elif what == "gitlab":
        ended = gitlab(tmp_path, TIEBACK_APPS=app, TIEBACK_FAIL_ON="low")
        job = read("ci/gitlab.yml")[".tieback"]
        files = [*job["artifacts"]["paths"], job["artifacts"]["reports"]["junit"]]
        assert all((tmp_path / name).exists() for name in files)
    else:
        (hook,) = read(".pre-commit-hooks.yaml")
        assert hook["language"] == "script", "pre-commit runs a script from the root of the hook's own repository"
        entry, *words = shlex.split(hook["entry"])
        words = [str(ROOT / entry), *words, "--fail-on", "low", app]
        subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
        ended = subprocess.run(words, cwd=tmp_path, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert ended.returncode == 1, ended.stderr
    assert {path.name for path in (tmp_path / ".tieback").iterdir()} == {"VERSION", "suppressions.toml"}, (
        "it is outside"
    )


# Installation: every package by its hash.


def locked(name: str) -> dict[str, tuple[str, set[str]]]:
    """Version and hashes of each package in a file of requirements."""
    found: dict[str, tuple[str, set[str]]] = {}
    for block in re.split(r"\n(?=[a-z])", (ROOT / name).read_text()):
        if match := re.match(r"([a-z0-9-]+)==(\S+)", block):
            found[match[1]] = (match[2], set(re.findall(r"--hash=(sha256:[0-9a-f]{64})", block)))
    return found


def test_the_requirements_are_those_of_the_lock() -> None:
    lock = tomllib.loads((ROOT / "uv.lock").read_text())
    packages = {one["name"]: one for one in lock["package"]}
    found: set[str] = set()
    waiting = [packages["tieback"]]
    groups = packages["tieback"]["dev-dependencies"]["build"]
    while waiting:
        one = waiting.pop()
        wanted = one.get("dependencies", []) + (groups if one["name"] == "tieback" else [])
        for extra in {extra for use in wanted for extra in use.get("extra", [])}:
            assert not extra, "an extra of a dependency is not followed here"
        new = {use["name"] for use in wanted} - found
        found |= new
        waiting += [packages[name] for name in new]
    requirements = locked("ci/requirements.txt")
    assert requirements.keys() <= found, "run tools/export-requirements"
    # Packages for other interpreters and systems may be left out.
    assert found - requirements.keys() <= {"backports-zstd", "tzdata", "greenlet", "tomli"}
    for name, (version, hashes) in requirements.items():
        one = packages[name]
        files = [*one.get("wheels", []), *([one["sdist"]] if "sdist" in one else [])]
        assert (version, hashes) == (one["version"], {file["hash"] for file in files}), "run tools/export-requirements"


def test_uv_is_brought_by_its_hash() -> None:
    ((version, hashes),) = locked("tools/uv.txt").values()
    assert re.fullmatch(r"\d+\.\d+\.\d+", version)
    assert len(hashes) >= 10, "wheels of several systems"
    script = (ROOT / "tools" / "bring-uv").read_text()
    assert script.count("pip install") == script.count('"${pinned[@]}"') == 2


@each("name", ["ci/install", "ci/tieback", "ci/gitlab.yml", "ci/pre-commit", "action.yml", ".pre-commit-hooks.yaml"])
def test_nothing_is_installed_without_a_hash(name: str) -> None:
    text = (ROOT / name).read_text()
    assert not re.search(r"pip install|pipx|uvx|uv tool", text), "only ci/install installs"
    installs = [line for line in text.splitlines() if re.match(r" *pip --", line)]
    assert len(installs) == (2 if name == "ci/install" else 0)
    assert all("--require-hashes" in line or "--no-index --no-deps" in line for line in installs)


def test_zizmor_jactionlint_and_hadolint_find_nothing() -> None:
    ended = ran(["bash"], "tools/check-workflows", ROOT)
    assert ended.returncode == 0, ended.stdout + ended.stderr


# The container: its program is a stand-in here, since no image can be had. It shows what would be run.

IMAGE = "ghcr.io/someone/tieback@sha256:0123"
ENGINE = """#!/bin/sh
# Stands for podman or docker: notes its arguments, and runs tieback of this machine instead of the image.
printf '%s\\n' "$@" >"$NOTES"
[ -z "${FAILS:-}" ] || exit 125
until [ "${1#ghcr.io/}" != "$1" ]; do shift; done
shift
exec "$PYTHON" -m tieback "$@"
"""


@pytest.fixture
def engine(tmp_path: Path) -> dict[str, str]:
    """Variables of a machine that has docker, as the stand-in, and no command tieback."""
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "docker").write_text(ENGINE)
    (programs / "docker").chmod(0o755)
    source = str(ROOT / "src")
    return {
        "PATH": f"{programs}:/usr/bin:/bin", "NOTES": str(tmp_path / "notes"), "PYTHON": sys.executable,
        "PYTHONPATH": source, "TIEBACK_IMAGE": IMAGE,
    }  # fmt: skip


def options(engine: dict[str, str]) -> list[str]:
    """The arguments of the last container, up to the image."""
    words = Path(engine["NOTES"]).read_text().splitlines()
    return words[: words.index(IMAGE)]


def test_the_action_runs_the_container(tmp_path: Path, engine: dict[str, str]) -> None:
    work = tmp_path / "work"
    work.mkdir()
    baseline = tmp_path / "baseline.json"
    baseline.write_text("{}")
    ended = action(work, engine, apps=str(APPS / "fieldhand.apk"), **{"fail-on": "low"})
    assert ended.returncode == 1, ended.stderr
    assert json.loads((work / "tieback.sarif").read_text())["version"] == "2.1.0"
    used = options(engine)
    assert used[:2] == ["run", "--rm"]
    pairs = set(pairwise(used))
    assert pairs >= {
        ("--network", "none"), ("--cap-drop", "ALL"), ("--security-opt", "no-new-privileges"), ("--tmpfs", "/tmp"),
        ("--user", f"{os.getuid()}:{os.getgid()}"), ("--volume", f"{work}:{work}"), ("--workdir", str(work)),
        ("--volume", f"{APPS / 'fieldhand.apk'}:{APPS / 'fieldhand.apk'}:ro"),
    }  # fmt: skip
    assert "--read-only" in used
    assert "--privileged" not in used
    shown = [target for option, target in pairs if option == "--volume"]
    assert len(shown) == 4, "the checkout, the package, the workspace and the state; nothing else"


def test_only_a_grant_gives_the_container_a_network(tmp_path: Path, engine: dict[str, str]) -> None:
    work = tmp_path / "work"
    work.mkdir()
    action(work, engine, apps=str(APPS / "fieldhand.apk"), grant="none.toml")
    assert "--network" not in options(engine)


def test_without_an_image_the_job_fails_and_names_what_to_do(tmp_path: Path, engine: dict[str, str]) -> None:
    work = tmp_path / "work"
    work.mkdir()
    ended = action(work, engine | {"FAILS": "1"}, apps=str(APPS / "fieldhand.apk"))
    assert ended.returncode == 4, "not 1, which means findings"
    assert f"could not start {IMAGE}" in ended.stderr
    assert "TIEBACK_INSTALL=python" in ended.stderr


def released(folder: Path, version: str) -> Path:
    """The scripts of a release, with an installer that makes a stand-in instead."""
    (folder / "ci").mkdir(parents=True)
    (folder / "ci" / "tieback").write_bytes((ROOT / "ci" / "tieback").read_bytes())
    (folder / "ci" / "tieback").chmod(0o755)
    stand_in = '#!/bin/sh\nmkdir -p "$1/bin"\necho \'exec "$PYTHON" -m tieback "$@"\' >"$1/bin/tieback"\n'
    (folder / "ci" / "install").write_text(stand_in + 'chmod +x "$1/bin/tieback"\necho installs >&2\n')
    (folder / "ci" / "install").chmod(0o755)
    (folder / "pyproject.toml").write_text(f'[project]\nname = "tieback"\nversion = "{version}"\n')
    return folder


@pytest.mark.parametrize(
    ("version", "repository", "variables", "image", "line"),
    [
        pytest.param("0.2.0", "Some-One/Tieback", {}, "ghcr.io/some-one/tieback:0.2.0", "", marks=pytest.mark.more),
        pytest.param("0.2.0", "", {}, "ghcr.io/own-er/tieback:0.2.0", "", marks=pytest.mark.more),
        ("0.2.0", "Some-One/Tieback", {"FAILS": "1"}, "ghcr.io/some-one/tieback:0.2.0",
         "could not start ghcr.io/some-one/tieback:0.2.0"),
        pytest.param("0.2.1.dev0", "Some-One/Tieback", {}, "",
                     "version 0.2.1.dev0 is no release, so it has no image", marks=pytest.mark.more),
    ],
)  # fmt: skip
def test_the_action_runs_the_image_of_its_owner_or_python(
    tmp_path: Path, engine: dict[str, str], version: str, repository: str, variables: dict[str, str], image: str,
    line: str,
) -> None:  # fmt: skip
    """The image of the same owner and version; every other way is named, and runs with Python."""
    case = tmp_path / f"{version}{repository}{len(variables)}"
    source = released(case / "_actions" / "Own-Er" / "Tieback" / "v0.2.0", version)
    work = case / "work"
    work.mkdir()
    Path(engine["NOTES"]).unlink(missing_ok=True)
    changed = engine | variables | {
        "TIEBACK_IMAGE": "", "TIEBACK_IMAGE_REPOSITORY": repository, "TIEBACK_SOURCE": str(source),
    }  # fmt: skip
    ended = action(work, changed, apps=str(APPS / "fieldhand.apk"), **{"fail-on": "low"})
    assert ended.returncode == 1, ended.stderr
    assert json.loads((work / "tieback.sarif").read_text())["version"] == "2.1.0"
    notes = Path(engine["NOTES"])
    assert (image in notes.read_text().splitlines()) if image else not notes.exists()
    assert line in ended.stderr
    assert ("runs outside a container instead, with Python" in ended.stderr) == bool(line)
    assert ("installs" in ended.stderr) == bool(line)


def test_without_an_owner_there_is_no_image(tmp_path: Path, engine: dict[str, str]) -> None:
    source = released(tmp_path / "source", "0.2.0")
    ended = ran(["sh"], f"{source}/ci/tieback --version", tmp_path, **engine | {"TIEBACK_IMAGE": ""})
    assert ended.returncode == 0, ended.stderr
    assert "no image is known: set TIEBACK_IMAGE" in ended.stderr


OLD = """#!/bin/sh
# Stands for Python 3.11.2.
case $* in *python_version*) echo 3.11.2 ;; *) exit 1 ;; esac
"""
NEW = """#!/bin/sh
# Stands for a Python that is new enough, and whose pip shows what it does.
case $* in
  *"-m venv"*) for last; do :; done; mkdir -p "$last/bin"; touch "$last/pyvenv.cfg"; cp "$0" "$last/bin/python" ;;
  *--version*) echo Python 3.13.5 ;;
  *--require-hashes*) [ -z "${FAILS:-}" ] || { echo "no network" >&2; exit 1; }
    printf 'Collecting alembic==1.20.1 (from -r x)\n  Downloading a.whl\nCollecting rich==1\nInstalling collected\n' ;;
esac
"""


def python_of(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text)
    (folder / name).chmod(0o755)
    return folder / name


def installed(folder: Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    return ran(["sh"], f"{ROOT}/ci/install '{folder}/environment'", folder, **variables)


def test_an_old_python_is_an_error_that_names_the_variable(tmp_path: Path) -> None:
    for name in ("python3", "python3.14", "python3.13", "python3.12"):
        python_of(tmp_path / "programs", name, OLD)
    ended = installed(tmp_path, PATH=f"{tmp_path}/programs:/usr/bin:/bin")
    assert ended.returncode == 4, "not 1, which means findings"
    assert "Python 3.12 or newer is needed, and python3 is Python 3.11.2." in ended.stderr
    assert f"PYTHON=/usr/bin/python3.13 ci/install {tmp_path}/environment" in ended.stderr
    none = installed(tmp_path, PYTHON="/no/such/python")
    assert (none.returncode, "/no/such/python is no Python that runs" in none.stderr) == (4, True)


def test_another_python_is_found_and_each_package_is_shown(tmp_path: Path) -> None:
    python_of(tmp_path / "programs", "python3", OLD)
    python_of(tmp_path / "programs", "python3.14", OLD)
    python_of(tmp_path / "programs", "python3.13", NEW)
    path = f"{tmp_path}/programs:/usr/bin:/bin"
    failed = installed(tmp_path, PATH=path, FAILS="1")
    assert failed.returncode == 4
    assert "no network" in failed.stderr
    assert "the packages could not be installed" in failed.stderr
    ended = installed(tmp_path, PATH=path)
    assert (ended.returncode, ended.stdout) == (0, ""), ended.stderr
    count = len(locked("ci/requirements.txt"))
    assert ended.stderr.splitlines() == [
        f"ci/install: makes the environment {tmp_path}/environment with Python 3.13.5",
        f"ci/install: downloads {count} packages and checks their hashes; this may take some minutes",
        f"ci/install:   1 of {count}: alembic==1.20.1", f"ci/install:   2 of {count}: rich==1",
        "ci/install: installs them", "ci/install: installs tieback",
        f"ci/install: done: {tmp_path}/environment/bin/tieback",
    ]  # fmt: skip
    assert installed(tmp_path, PATH=path).stderr == ""


@pytest.mark.parametrize("why", ["chosen", "no engine"])
def test_python_is_the_other_way(tmp_path: Path, engine: dict[str, str], why: str) -> None:
    """``ci/install`` takes a Python that stops it: this shows that it is used, and downloads nothing."""
    engine["PYTHON"] = "false"
    if why == "no engine":
        (tmp_path / "programs" / "docker").unlink()
    else:
        engine["TIEBACK_INSTALL"] = "python"
    ended = ran(["sh"], f"{ROOT}/ci/tieback scan x.apk", tmp_path, **engine, TIEBACK_ENVIRONMENT=str(tmp_path / "e"))
    assert ended.returncode == 4
    assert not (tmp_path / "notes").exists()
    assert ("neither podman nor docker" in ended.stderr) == (why == "no engine")


def test_the_container_is_the_default() -> None:
    described = read("action.yml")
    assert described["inputs"]["install"]["default"] == "container"
    job = read("ci/gitlab.yml")[".tieback"]
    assert job["image"] == {"name": "$TIEBACK_IMAGE", "entrypoint": [""]}
    assert described["inputs"]["image"]["default"] == "", "that of the owner of the action"


def test_no_file_that_runs_has_a_name_to_replace() -> None:
    """``ci/tieback`` only describes the form OWNER/NAME."""
    names = (
        "action.yml",
        ".pre-commit-hooks.yaml",
        *(f"ci/{name}" for name in ("gitlab.yml", "install", "pre-commit")),
    )
    assert [name for name in names if "OWNER" in (ROOT / name).read_text()] == []
    assert "ghcr.io/OWNER" not in (ROOT / "ci" / "tieback").read_text()


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({}, "Set TIEBACK_IMAGE to an image that has it, or set TIEBACK_REPOSITORY to a Git URL"),
        ({"TIEBACK_REPOSITORY": "/no/such"}, "and TIEBACK_COMMIT to a full commit ID. See docs/howto/ci.md"),
        (
            {"TIEBACK_REPOSITORY": "/no/such", "TIEBACK_COMMIT": "0" * 40},
            f"the commit {'0' * 40} of TIEBACK_REPOSITORY",
        ),
        ({"TIEBACK_REPOSITORY": "here", "TIEBACK_COMMIT": "HEAD"}, "is HEAD, which is no full commit ID"),
    ],
)
def test_a_job_of_gitlab_without_tieback_names_the_variables(
    tmp_path: Path, variables: dict[str, str], message: str
) -> None:
    if variables.get("TIEBACK_REPOSITORY") == "here":
        start = "git init -q r && git -C r -c user.name=a -c user.email=a@example.test commit -q --allow-empty -m a"
        assert ran(["sh"], start, tmp_path).returncode == 0
        variables = variables | {"TIEBACK_REPOSITORY": str(tmp_path / "r")}
    ended = gitlab(tmp_path, PATH="/usr/local/bin:/usr/bin:/bin", TIEBACK_APPS="x.apk", **variables)
    assert ended.returncode == 4, "not 1, which means findings"
    assert message in ended.stderr


# Workflows


WORKFLOWS = ("ci", "release", "docs")


@pytest.mark.parametrize("name", WORKFLOWS)
def test_workflows_have_few_permissions_and_pinned_actions(name: str) -> None:
    path = f".github/workflows/{name}.yml"
    workflow, text = read(path), (ROOT / path).read_text()
    assert workflow["permissions"] == {}
    assert "secrets." not in text, "trusted publishing needs no secret"
    assert all("permissions" in job for job in workflow["jobs"].values())
    used = re.findall(r"uses: (\S+)(.*)", text)
    assert used
    assert [
        one for one, note in used if not one.startswith("$/") and not re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", one)
    ] == []
    assert [one for one, note in used if "@" in one and not re.fullmatch(r" # v\d+\.\d+\.\d+", note)] == []


def test_one_action_has_one_commit() -> None:
    commits: dict[str, set[str]] = {}
    for name in WORKFLOWS:
        for action_name, commit in re.findall(
            r"uses: (\S+)@(\S+)", (ROOT / f".github/workflows/{name}.yml").read_text()
        ):
            commits.setdefault(action_name, set()).add(commit)
    assert {name: found for name, found in commits.items() if len(found) > 1} == {}


def test_a_release_is_published_only_after_all_checks() -> None:
    jobs = read(".github/workflows/release.yml")["jobs"]
    assert jobs["test"]["uses"].endswith("/.github/workflows/ci.yml")
    order = {name: job.get("needs") for name, job in jobs.items()}
    assert order == {
        "test": None, "build": "test", "attest": "build", "pypi": "attest", "image": "attest", "page": ["pypi", "image"]
    }  # fmt: skip
    text = (ROOT / ".github/workflows/release.yml").read_text()
    assert "UNTESTED" not in text
    assert "--untested" not in text
    uploads = [job for job in jobs.values() if job.get("permissions", {}).get("id-token") == "write"]
    assert len(uploads) == 3, "attest, pypi, image"
    assert jobs["pypi"]["environment"] == "pypi"
    assert jobs["pypi"]["permissions"] == {"id-token": "write"}


def test_the_workflow_runs_each_supported_python() -> None:
    jobs = read(".github/workflows/ci.yml")["jobs"]
    named = re.findall(r"Programming Language :: Python :: (3\.\d+)", (ROOT / "pyproject.toml").read_text())
    assert jobs["test"]["strategy"]["matrix"]["python"] == named
    assert jobs["test"]["env"]["TIEBACK_PYTHON"] == "${{ matrix.python }}"
    others = jobs["other-systems"]
    assert others["name"] == "never run - ${{ matrix.system }}"
    assert [one["system"] for one in others["strategy"]["matrix"]["include"]] == ["macOS arm64", "Windows x86_64"]
    assert others["continue-on-error"] is True


@pytest.mark.more
@pytest.mark.timeout(900)  # pip downloads and unpacks 35 packages
@pytest.mark.parametrize("what", ["action", "gitlab", "hook"])
def test_a_machine_without_tieback_installs_it_by_hashes(tmp_path: Path, what: str) -> None:
    source, work = tmp_path / "source", tmp_path / "work"
    work.mkdir()
    subprocess.run(["git", "clone", "-q", str(ROOT), str(source)], check=True)
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=source, capture_output=True, text=True, check=True)
    bare = {"PATH": "/usr/local/bin:/usr/bin:/bin", "PYTHON": sys.executable, "TIEBACK_INSTALL": "python"}
    app = str(APPS / "fieldhand.apk")
    if what == "action":
        ended = action(work, bare | {"TIEBACK_SOURCE": str(source)}, apps=app, **{"fail-on": "low"})
    elif what == "gitlab":
        ended = gitlab(
            work,
            **bare,
            TIEBACK_REPOSITORY=str(source),
            TIEBACK_COMMIT=commit.stdout.strip(),
            TIEBACK_APPS=app,
            TIEBACK_FAIL_ON="low",
        )
    else:
        words = [str(source / "ci" / "pre-commit"), "--fail-on", "low", app]
        ended = subprocess.run(words, cwd=work, env=ENVIRONMENT | bare, capture_output=True, text=True, check=False)
    assert ended.returncode == 1, ended.stderr


def test_the_installer_removes_no_folder_that_is_not_its_own(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("of somebody")
    ended = subprocess.run([ROOT / "ci" / "install", tmp_path], capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert (tmp_path / "file").read_text() == "of somebody"


def test_the_examples_of_the_page_are_yaml_and_name_what_there_is() -> None:
    text = (ROOT / "docs" / "howto" / "ci.md").read_text()
    blocks = [yaml.safe_load(block.partition("```")[0]) for block in text.split("```yaml\n")[1:]]
    assert len(blocks) == 4
    github, template, without, hook = blocks
    (job,) = github["jobs"].values()
    (step,) = [one for one in job["steps"] if "tieback@" in one.get("uses", "")]
    assert set(step["with"]) <= set(read("action.yml")["inputs"])
    variables = set(read("ci/gitlab.yml")[".tieback"]["variables"])
    assert all(set(one["back-ends"]["variables"]) <= variables for one in (template, without))
    assert hook["repos"][0]["hooks"][0]["id"] == read(".pre-commit-hooks.yaml")[0]["id"]
