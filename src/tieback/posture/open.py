"""Selection of the reader for an export, by content and never by file name."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from tieback.model.errors import InputError
from tieback.posture.checkov_run import INSTALL
from tieback.posture.interface import Fact, PostureMeta, PostureReader
from tieback.posture.readers.atlas import Atlas
from tieback.posture.readers.aws_config import AwsConfig
from tieback.posture.readers.azure import DefenderCsv, ResourceGraph, ResourceGraphCsv
from tieback.posture.readers.checkov import Checkov, CheckovSarif
from tieback.posture.readers.cloud_cli import CloudCli
from tieback.posture.readers.gcp import AssetInventory, CommandCenter
from tieback.posture.readers.prowler import ProwlerOcsf
from tieback.posture.readers.prowler_csv import ProwlerCsv, ProwlerJson
from tieback.posture.readers.prowler_v2 import ProwlerCsvV2, ProwlerJsonV2
from tieback.posture.readers.scoutsuite import ScoutSuite
from tieback.posture.readers.security_hub import SecurityHub
from tieback.posture.readers.steampipe import Powerpipe, Steampipe
from tieback.posture.readers.terraform import Terraform
from tieback.posture.source import Origin, PostureSource

POSTURE_VERSION = "3"
"""Increased if a reader reads other facts from the same file."""

_TEMPLATE = re.compile(
    rb'(?m)^\s*(?:resource|module|provider|variable|terraform|data)\s*(?:"[^"\n]{1,200}"\s*){0,2}\{'
    rb'|AWSTemplateFormatVersion|^\s*"?Type"?\s*:\s*"?AWS::\w+::\w+'
)
"""Code of Terraform, or a template of CloudFormation."""
_REFUSED = re.compile(rb"\A\s*(?:An error occurred \(([A-Za-z]{1,60})\)|ERROR: \(?([A-Za-z.]{1,60}))")


class EmptyList:
    """Reads an empty list: the export of a tool that found nothing. Which tool is not known."""

    meta = PostureMeta("empty", "an empty list", "https://www.rfc-editor.org/rfc/rfc8259")

    def recognises(self, head: bytes) -> bool:
        """True for ``[]``."""
        return "".join(head.decode("utf-8-sig", "replace").split()) == "[]"

    def facts(self, source: PostureSource) -> Iterator[Fact]:  # noqa: ARG002 - there is nothing to read
        """None."""
        yield from ()


def readers() -> tuple[PostureReader, ...]:
    """All readers, those with the most specific marks first."""
    return (
        ProwlerOcsf(),
        ProwlerCsv(),
        ProwlerJson(),
        ProwlerCsvV2(),
        ProwlerJsonV2(),
        SecurityHub(),
        AwsConfig(),
        ScoutSuite(),
        Checkov(),
        CheckovSarif(),
        Powerpipe(),
        CommandCenter(),
        AssetInventory(),
        Atlas(),
        ResourceGraph(),
        ResourceGraphCsv(),
        DefenderCsv(),
        Steampipe(),
        Terraform(),
        CloudCli(),
        EmptyList(),
    )


def open_export(path: Path, origin: Origin | None = None) -> tuple[PostureReader, PostureSource]:
    """The reader for an export, and the opened export.

    Raises:
        InputError: the file cannot be read, or no reader recognises it.
    """
    source = PostureSource(path, origin)
    head = source.head()
    found = next((reader for reader in readers() if reader.recognises(head)), None)
    if found is not None:
        return found, source
    refused = _REFUSED.match(head)
    if refused:
        code = (refused[1] or refused[2]).decode()
        raise InputError(
            f"contains the error of a command ({code}), not its output",
            where=str(path),
            advice="Run the command again with read permissions",
        )
    if _TEMPLATE.search(head):
        how = INSTALL if shutil.which("checkov") is None else "Or import the output of `terraform show -json`"
        what = "Checkov, which is not installed, reads it" if shutil.which("checkov") is None else "Checkov reads it"
        raise InputError(
            f"a template of Terraform or CloudFormation, not an export: {what}",
            where=str(path),
            advice=f"Run `tieback posture templates FOLDER`. {how}",
        )
    if b'"lineage"' in head and b'"serial"' in head:
        raise InputError(
            "a state file of Terraform, not the output of `terraform show -json`",
            where=str(path),
            advice="Run `terraform show -json > state.json`, and import that file",
        )
    known = ", ".join(sorted({reader.meta.title for reader in readers()}))
    raise InputError(
        "unknown export format" if head.strip() else "empty file", where=str(path), advice=f"Supported: {known}"
    )
