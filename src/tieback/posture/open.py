"""Selects the reader of an export by its content, never by its name."""

import re
from pathlib import Path

from tieback.model.errors import InputError
from tieback.posture.interface import PostureReader
from tieback.posture.readers.atlas import Atlas
from tieback.posture.readers.aws_config import AwsConfig
from tieback.posture.readers.azure import DefenderCsv, ResourceGraph, ResourceGraphCsv
from tieback.posture.readers.checkov import Checkov, CheckovSarif
from tieback.posture.readers.cloud_cli import CloudCli
from tieback.posture.readers.gcp import AssetInventory, CommandCenter
from tieback.posture.readers.prowler import Prowler
from tieback.posture.readers.prowler_csv import ProwlerCsv
from tieback.posture.readers.scoutsuite import ScoutSuite
from tieback.posture.readers.security_hub import SecurityHub
from tieback.posture.readers.steampipe import Powerpipe, Steampipe
from tieback.posture.source import Origin, PostureSource

POSTURE_VERSION = "2"
"""Version of the readers; increased if a reader would read other data from the same file."""

_REFUSED = re.compile(rb"\A\s*(?:An error occurred \(([A-Za-z]{1,60})\)|ERROR: \(?([A-Za-z.]{1,60}))")


def readers() -> tuple[PostureReader, ...]:
    """Return all readers; the most specific formats come first."""
    return (
        Prowler(),
        ProwlerCsv(),
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
        CloudCli(),
    )


def opened(path: Path, origin: Origin | None = None) -> tuple[PostureReader, PostureSource]:
    """Return the reader of an export and its source.

    Raises:
        InputError: the file cannot be read, or its format is unknown.
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
    known = ", ".join(sorted({reader.meta.title for reader in readers()}))
    raise InputError(
        "unknown export format" if head.strip() else "empty file", where=str(path), advice=f"Supported: {known}"
    )
