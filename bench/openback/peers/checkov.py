"""Checkov: whether a bucket or container is public, by its checks CKV_AWS_70, CKV_GCP_28 and CKV_AZURE_34.

Checkov reads templates. A policy document or setting is therefore put into a Terraform resource of its own,
unchanged: an S3 policy into ``aws_s3_bucket_policy``, each binding of an IAM policy of Cloud Storage into
``google_storage_bucket_iam_binding``, and ``publicAccess`` of Azure into ``azurerm_storage_container``. One run
reads all. A failed check is ``open`` = true for every asked path, a passed one false, and neither is undecided:
Checkov judges the whole file, and not who may read or write what.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.openback.peers import _rules
from bench.openback.peers._answers import UnsupportedError, ended, results
from bench.openback.peers._credentials import document
from bench.openback.peers._programs import Limits, ToolError, package_version, program, run
from bench.openback.schema import Case, Claim, Result

TOPICS = _rules.TOPICS
CLAIMS = frozenset({"open"})
CHECKS = ("CKV_AWS_70", "CKV_GCP_28", "CKV_AZURE_34")
LEVELS = {"container": "container", "blob": "blob", "none": "private"}
"""Values of Azure's ``publicAccess`` in Terraform."""


def version() -> str | None:
    """Version of the program; ``None`` if it is not installed."""
    return package_version("checkov", "checkov")


def template(name: str, text: str) -> str:
    """The Terraform resource of a file.

    Raises:
        UnsupportedError: Checkov has no such resource.
        ToolError: the file is no JSON object.
        ValueError: it is no JSON.
    """
    if name not in {"policy.json", "iam-policy.json", "container.json"}:
        raise UnsupportedError("reads only policies of buckets and containers")
    read = json.loads(text)
    if not isinstance(read, dict):
        raise ToolError("no JSON object")
    if name == "policy.json":
        words = f'  bucket = "b"\n  policy = <<POLICY\n{json.dumps(read)}\nPOLICY\n'
        return f'resource "aws_s3_bucket_policy" "one" {{\n{words}}}\n'
    if name == "container.json":
        level = LEVELS.get(str(read.get("publicAccess", "none")).lower(), "private")
        words = f'  name = "c"\n  storage_account_name = "a"\n  container_access_type = "{level}"\n'
        return f'resource "azurerm_storage_container" "one" {{\n{words}}}\n'
    parts = []
    for number, binding in enumerate(read.get("bindings", ())):
        words = f'  bucket = "b"\n  role = {json.dumps(binding.get("role", ""))}\n'
        words += f"  members = {json.dumps(binding.get('members', []))}\n"
        parts.append(f'resource "google_storage_bucket_iam_binding" "b{number}" {{\n{words}}}\n')
    return "".join(parts)


def verdicts(output: bytes) -> dict[str, bool]:
    """Whether a check failed, by the folder of the file."""
    read: Any = document(output)
    found: dict[str, bool] = {}
    for report in read if isinstance(read, list) else [read]:
        checks = report.get("results") if isinstance(report, dict) else None
        if not isinstance(checks, dict):
            continue
        for key, failed in (("passed_checks", False), ("failed_checks", True)):
            for one in checks.get(key) or ():
                if isinstance(one, dict) and one.get("check_id") in CHECKS:
                    name = Path(str(one.get("file_path", ""))).parent.name
                    found[name] = found.get(name, False) or failed
    return found


def answer(cases: Sequence[Case], folder: Path) -> Iterator[Result]:
    """A result per case."""
    with TemporaryDirectory(prefix="openback-") as home:
        place = Path(home) / "cases"
        failed: dict[str, Exception] = {}
        for number, case in enumerate(cases):
            try:
                text = template(Path(case.input).name, _rules.text_of(case, folder, Path(case.input).name))
            except (UnsupportedError, ToolError, ValueError) as error:
                failed[case.id] = error
            else:
                (place / f"{number}").mkdir(parents=True)
                (place / f"{number}" / "main.tf").write_text(text)
        numbers = {case.id: f"{number}" for number, case in enumerate(cases)}
        found = _checked(place, Path(home), 120.0 + 5.0 * len(cases)) if place.exists() else {}
        yield from results("checkov", version(), cases, lambda case: _claims(case, numbers, failed, found))


def _claims(
    case: Case, numbers: Mapping[str, str], failed: Mapping[str, Exception], found: dict[str, bool] | ToolError
) -> Iterable[Claim] | None:
    if case.id in failed:
        raise failed[case.id]
    if isinstance(found, ToolError):
        raise found
    is_open = found.get(numbers[case.id])
    return None if is_open is None else [Claim("open", is_open, path) for path in case.ask]


def _checked(place: Path, home: Path, seconds: float) -> dict[str, bool] | ToolError:
    """Verdicts of one run over all files, or why there are none."""
    words: list[str | Path] = [
        "-d",
        place,
        "--framework",
        "terraform",
        "-o",
        "json",
        "--quiet",
        "--compact",
        "--skip-download",
        "--soft-fail",
    ]
    command: list[str | Path] = [program("checkov", "checkov") or "checkov", *words, "--check", ",".join(CHECKS)]
    try:
        return verdicts(ended(run(command, home, limits=Limits(seconds=seconds)), (0, 1)))
    except ToolError as error:
        return error
