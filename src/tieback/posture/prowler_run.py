"""Run of Prowler on an account, in a separate environment, and its output.

Prowler is never imported. It is started as a program, by ``uv tool run`` with a pinned version, or from a path that the
user specifies. It uses the credentials of the user's own profile and runs only checks of data stores and networks.
tieback itself sends nothing to the cloud. Prowler's log lists the data that it could not collect, and tieback reports
it.
"""

import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path

import msgspec

from tieback.model.errors import UsageError
from tieback.posture.checks import ToolCheckTable
from tieback.posture.tool_run import run_tool

PROWLER_VERSION = "5.46.0"
PYTHON = ">=3.10,<3.13"
"""Python versions that Prowler supports."""
MAX_LOG = 64 << 20
_CALL = re.compile(r"An error occurred \((?P<code>\w{1,60})\) when calling the (?P<call>\w{1,80})")
_ERROR = re.compile(r"(?:\A| )(?P<error>[A-Z]\w{2,60})(?:\[\d+\])?:")
_NONE = re.compile(r"\ANoSuch|NotFound")
"""Error codes that are a result: the configuration does not exist."""
_LATE = ("ExpiredToken", "ExpiredTokenException", "RequestExpired", "InvalidClientTokenId")


class ProwlerProvider(StrEnum):
    """Cloud that Prowler is run for."""

    AWS = "aws"
    AZURE = "azure"
    GCP = "gcp"


NETWORK_CHECKS: Mapping[ProwlerProvider, tuple[str, ...]] = {
    ProwlerProvider.AWS: (
        "ec2_securitygroup_allow_ingress_from_internet_to_all_ports",
        "ec2_securitygroup_default_restrict_traffic",
        "vpc_subnet_no_public_ip_by_default",
        "ec2_instance_public_ip",
        "kms_cmk_rotation_enabled",
    ),
    ProwlerProvider.AZURE: (),
    ProwlerProvider.GCP: ("compute_instance_public_ip",),
}
"""Checks that are run because of the objects that their findings describe: security groups, subnets, machines, keys."""


class ProwlerRun(msgspec.Struct, frozen=True):
    """Result of a run."""

    findings: Path | None
    """File that it wrote, possibly truncated; ``None`` if there is none."""
    failed: tuple[tuple[str, int], ...] = ()
    """Calls that were denied or failed, with their number, the most frequent first."""
    ended: str = ""
    """Why the run was stopped; empty if it ended on its own."""

    @property
    def expired(self) -> bool:
        """True if its credentials expired."""
        return any(word in what for what, _ in self.failed for word in _LATE)


def checks_for(cloud: ProwlerProvider, checks: ToolCheckTable | None = None) -> tuple[str, ...]:
    """The checks of data stores and networks that are run."""
    known = checks or ToolCheckTable()
    stores = (
        code
        for code, check in known.all["prowler"].items()
        if (kind := known.kinds.by_name(check.of)) is not None and kind.provider == cloud
    )
    return (*stores, *NETWORK_CHECKS[cloud])


def command(
    cloud: ProwlerProvider,
    folder: Path,
    *,
    program: str = "",
    profile: str = "",
    regions: Iterable[str] = (),
    subscriptions: Iterable[str] = (),
    projects: Iterable[str] = (),
) -> list[str]:
    """The command line. Every argument is fixed or one of these parameters.

    Raises:
        UsageError: ``uv`` is not installed, and no program is specified.
    """
    start = [program] if program else _uv()
    options = [cloud.value, "--no-banner", "--no-color", "--ignore-exit-code-3", "--output-formats", "json-ocsf"]
    options += ["--output-directory", str(folder), "--output-filename", "prowler"]
    options += ["--log-level", "ERROR", "--log-file", str(folder / "prowler.log")]
    options += ["--checks", *checks_for(cloud)]
    if cloud is ProwlerProvider.AWS:
        options += ["--scan-unused-services"]
        options += ["--profile", profile] if profile else []
        options += ["--region", *regions] if list(regions) else []
    if cloud is ProwlerProvider.AZURE:
        options += ["--az-cli-auth"]
        options += ["--subscription-ids", *subscriptions] if list(subscriptions) else []
    if cloud is ProwlerProvider.GCP and list(projects):
        options += ["--project-ids", *projects]
    return [*start, *options]


def run_prowler(
    arguments: Sequence[str], folder: Path, *, seconds: float, environment: Mapping[str, str]
) -> ProwlerRun:
    """Run it until it ends or its time is over, and read its output.

    Raises:
        InputError: the program cannot be started.
    """
    advice = "Install uv, or pass --prowler PROGRAM"
    ended = run_tool("Prowler", arguments, folder, seconds=seconds, environment=environment, advice=advice)
    findings = next(iter(sorted(folder.glob("**/prowler*.ocsf.json"))), None)
    return ProwlerRun(findings, failures(folder / "prowler.log"), ended)


class _Logged(msgspec.Struct, frozen=True):
    """A line of Prowler's log."""

    level: str = ""
    filename: str = ""
    message: str = ""


def failures(log: Path) -> tuple[tuple[str, int], ...]:
    """Failed collections in the log of a run, the most frequent first; empty if there is no log."""
    found: dict[str, int] = {}
    try:
        with log.open("rb") as file:
            lines = file.read(MAX_LOG).splitlines()
    except OSError:
        return ()
    for line in lines:
        try:
            entry = msgspec.json.decode(line, type=_Logged)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue
        if entry.level not in {"ERROR", "CRITICAL"}:
            continue
        service = entry.filename.partition(".")[0].removesuffix("_service")
        call, error = _CALL.search(entry.message), _ERROR.search(entry.message)
        if call and _NONE.search(call["code"]):
            continue
        what = f"{service} {call['call']}: {call['code']}" if call else f"{service}: {error['error'] if error else '?'}"
        found[what] = found.get(what, 0) + 1
    return tuple(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def _uv() -> list[str]:
    uv = shutil.which("uv")
    if uv is None:
        raise UsageError(
            "uv not found, so Prowler cannot be installed",
            where="posture run",
            advice="Install uv, or pass Prowler's program with --prowler",
        )
    return [uv, "tool", "run", "--python", PYTHON, "--from", f"prowler=={PROWLER_VERSION}", "prowler"]
