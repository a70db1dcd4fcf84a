"""Run of Checkov on templates of Terraform and CloudFormation, and its result.

Checkov is started as a program, where the user has installed it. It works on a copy of the templates: a configuration
file in their folder (``.checkov.yaml``) could name Python files that Checkov runs. It gets no credentials, no settings
of the user, and no network: its proxy is a closed port.

Options: https://www.checkov.io/2.Basics/CLI%20Command%20Reference.html
"""

import os
import shutil
from pathlib import Path

import msgspec

from tieback.model.errors import InputError, UsageError
from tieback.model.skipped import HIDDEN, LINKS, NOT_REGULAR, SkippedCount, SkippedFiles
from tieback.model.unit import path_text
from tieback.posture.tool_run import run_tool

MAX_FILE = 4 << 20
"""Bytes of one template."""
MAX_FILES = 20_000
MAX_BYTES = 256 << 20
"""Bytes of all templates."""
_SUFFIXES = (".tf", ".tf.json", ".tofu", ".tfvars", ".json", ".yaml", ".yml", ".template")
_NO_NETWORK = "http://127.0.0.1:9"
INSTALL = "Install Checkov (pip install checkov), or import the output of `terraform show -json`"


class CheckovRun(msgspec.Struct, frozen=True):
    """Result of a run."""

    findings: Path | None
    """File that it wrote; ``None`` if there is none."""
    files: int
    """Number of templates that it read."""
    left_out: int
    """Templates beyond the limits."""
    ended: str = ""
    """Why the run did not end well; empty if it did."""
    skipped: tuple[SkippedFiles, ...] = ()
    """Other files of the folder."""


def find_checkov(program: str = "") -> str:
    """The program: the one that the user names, or the one in the search path.

    Raises:
        UsageError: Checkov is not installed.
    """
    found = program or shutil.which("checkov")
    if not found:
        raise UsageError("Checkov is not installed", where="posture templates", advice=INSTALL)
    return found


def run_checkov(program: str, templates: Path, folder: Path, *, seconds: float) -> CheckovRun:
    """Check the templates of a folder.

    Args:
        program: path of Checkov.
        templates: folder with templates, or one template.
        folder: empty folder for the copy and the result.
        seconds: time limit.

    Raises:
        InputError: the program cannot be started, or the folder cannot be read or has no template.
    """
    passed = SkippedCount()
    copied, left_out = _copy(templates, folder / "templates" / (templates.resolve().name or "templates"), passed)
    if not copied:
        raise InputError(
            "no template of Terraform or CloudFormation",
            where=str(templates),
            advice=f"Pass a folder with files that end in {', '.join(_SUFFIXES)}",
        )
    arguments = [program, "-d", str(folder / "templates"), "--framework", "terraform", "cloudformation"]
    arguments += ["-o", "json", "--output-file-path", str(folder / "out"), "--soft-fail", "--skip-download", "--quiet"]
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(folder),
        "BC_SKIP_MAPPING": "TRUE",
        "HTTP_PROXY": _NO_NETWORK,
        "HTTPS_PROXY": _NO_NETWORK,
    }
    advice = "Pass the path of the program with --checkov"
    ended = run_tool("Checkov", arguments, folder, seconds=seconds, environment=environment, advice=advice)
    result = folder / "out" / "results_json.json"
    return CheckovRun(
        result if result.is_file() else None, copied, left_out, ended, tuple(passed.of(path_text(templates)))
    )


def _copy(templates: Path, to: Path, passed: SkippedCount) -> tuple[int, int]:
    """Copy regular files that can be templates; returns how many were copied, and how many exceed the limits.

    ``passed`` counts all other files. Hidden folders count once.
    """
    if not templates.exists():
        raise InputError("no such file or folder", where=str(templates), advice="Check the path")
    copied = left_out = size = 0
    if templates.is_file():
        to.mkdir(parents=True)
        shutil.copyfile(templates, to / templates.name)
        return 1, 0
    for above, folders, names in os.walk(templates):
        for name in sorted(folders):
            if name.startswith("."):
                passed.add(HIDDEN, path_text(Path(name)))
            elif Path(above, name).is_symlink():
                passed.add(LINKS, path_text(Path(name)))
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(above, name)
            why = _why_no_template(path)
            if why:
                passed.add(why, path_text(Path(name)))
                continue
            length = path.stat().st_size
            if length > MAX_FILE or copied >= MAX_FILES or size + length > MAX_BYTES:
                left_out += 1
                continue
            target = to / path.relative_to(templates)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
            copied, size = copied + 1, size + length
    return copied, left_out


def _why_no_template(path: Path) -> str:
    """Why a file is passed over; empty for a template."""
    if path.name.startswith("."):
        return HIDDEN
    if not path.name.endswith(_SUFFIXES):
        return "not templates"
    return NOT_REGULAR if path.is_symlink() or not path.is_file() else ""
