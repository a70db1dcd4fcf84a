"""``tieback traffic``: flows from captures, archives and logs."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tieback.cli.flow_tables import FlowTables
from tieback.cli.formats import format_option
from tieback.cli.options import RulesOption, read_rules
from tieback.cli.terminal import (
    ExitCode,
    print_failure,
    print_problem,
    print_skipped,
    progress_bar,
    write_line,
)
from tieback.model.document import encode
from tieback.model.errors import TiebackError, UsageError
from tieback.model.sighting import Problem, UnreadKind
from tieback.model.small_file import read_small

if TYPE_CHECKING:
    from tieback.model.skipped import SkippedFiles

_MAX_UID_MAP = 16 * 1024 * 1024


class TrafficFormat(StrEnum):
    """Output formats of ``tieback traffic``."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


def traffic(
    inputs: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE|DIR",
            readable=False,
            help="pcap, pcapng, HAR, mitmproxy flows or logs; or folders of them.",
        ),
    ],
    output: Annotated[
        TrafficFormat,
        format_option(TrafficFormat, "A table, or one JSON document per flow or recipient; CSV with --recipients."),
    ] = TrafficFormat.TABLE,
    by_recipient: Annotated[
        bool, typer.Option("--recipients", help="List the recipients of personal data instead of flows; never a value.")
    ] = False,
    leaks: Annotated[bool, typer.Option("--leaks/--no-leaks", help="Detect personal data in cleartext.")] = True,
    uid_map: Annotated[
        Path | None,
        typer.Option(help="File that maps user IDs to packages, such as the output of `pm list packages -U`."),
    ] = None,
    keylog: Annotated[Path | None, typer.Option(help="TLS key log (SSLKEYLOGFILE) for decryption with tshark.")] = None,
    decrypt: Annotated[
        bool, typer.Option("--decrypt", help="Decrypt with tshark and the TLS secrets inside the captures.")
    ] = False,
    columns: Annotated[
        Path | None, typer.Option(help="Column mapping of a log (TOML); see docs/reference/traffic-formats.md.")
    ] = None,
    declared: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="Compare with what the app in these captures declares: its IPA, PrivacyInfo.xcprivacy or Data Safety "
            "export.",
        ),
    ] = None,
    rules: RulesOption = None,
    workers: Annotated[
        int | None, typer.Option(min=1, max=256, help="Worker processes; default: one per core.")
    ] = None,
) -> None:
    """List the flows of captures: server, protocol, encryption, app, and personal data leaked in cleartext.

    With --recipients: which party received which class of personal data, encrypted on the wire or not.

    With --declared as well: which of these classes the app declares. For captures with many apps, use `tieback scan`.

    Example: tieback traffic run.pcap --format json | jq 'select(.encrypted == false) | .server'
    """
    from tieback.intake.traffic.decrypt import check_keylog
    from tieback.intake.traffic.log_formats import read_columns
    from tieback.pipeline.traffic import NoFlows, describe_traffic
    from tieback.report.texts.captures import NO_FLOWS

    packages = read_uid_map(uid_map) if uid_map is not None else None
    if keylog is not None:
        check_keylog(keylog)
    if output is TrafficFormat.CSV and not by_recipient:
        raise UsageError(
            "flows have no CSV form", where="--format csv", advice="Add --recipients, or use --format json"
        )
    if declared and not by_recipient:
        raise UsageError("only recipients are compared", where="--declared", advice="Add --recipients")
    seen: set[str] = set()
    failed = 0
    skipped: list[SkippedFiles] = []
    tables = FlowTables()
    added = read_rules(rules)
    totals = None
    if by_recipient:
        from tieback.pipeline.mapping.capture_recipients import CaptureRecipients
        from tieback.pipeline.mapping.declared_files import read_declarations

        totals = CaptureRecipients(read_declarations(declared or ()))
    with progress_bar("reading traffic") as progress:
        ends = describe_traffic(
            inputs,
            leaks=leaks or by_recipient,
            uid_map=packages,
            keylog=keylog,
            decrypt=decrypt,
            columns=read_columns(columns) if columns is not None else (),
            workers=workers,
            progress=progress,
            added=added,
            skipped=skipped.append,
        )
        for end in ends:
            if isinstance(end, TiebackError | Problem):
                failed += _print_problem(end)
                continue
            seen.add(end.path)
            if isinstance(end, NoFlows):
                print_problem(f"{end.path}: {NO_FLOWS}")
            elif totals is not None:
                totals.add(end)
            elif output is TrafficFormat.JSON:
                write_line(encode("flow", end))
            else:
                tables.add(end)
    if totals is not None:
        from tieback.cli.recipients import print_recipients

        print_recipients(totals, output.value)
    tables.print()
    print_skipped(skipped)
    if failed:
        raise typer.Exit(ExitCode.SOME_FAILED if seen else ExitCode.NOTHING_DONE)


def _print_problem(problem: TiebackError | Problem) -> bool:
    """Print a failure, or a problem of a file. Returns false if the file was read to its end."""
    if isinstance(problem, TiebackError):
        print_failure(problem)
        return True
    damaged = problem.unread is UnreadKind.DAMAGED
    mark = "cut off or damaged: " if damaged else "partly read: " if problem.unread is not None else ""
    print_problem(f"{problem.where}: {mark}{problem.what}")
    return damaged


def read_uid_map(path: Path) -> dict[int, tuple[str, ...]]:
    """Map user IDs to their packages, several if they share the ID.

    Lines have the form ``package:NAME uid:N`` or ``N NAME``; others are ignored.

    Raises:
            UsageError: the file cannot be read, or has no such line.
    """
    found: dict[int, dict[str, None]] = {}
    try:
        text = read_small(path, _MAX_UID_MAP).decode("utf-8", "replace")
    except OSError as error:
        raise UsageError(f"cannot be read ({error.strerror})", where=str(path), advice="Check the path") from None
    for line in text.splitlines()[:100_000]:
        words = line.replace("package:", " ").replace("uid:", " ").replace(",", " ").split()
        numbers = [word for word in words if word.isdecimal()]
        names = [word for word in words if "." in word and not word.isdecimal()]
        for number in numbers if names else ():  # one ID per user of the device
            found.setdefault(int(number), {})[names[0]] = None
    if not found:
        raise UsageError(
            "no line with a user ID and a package", where=str(path), advice="Use the output of `pm list packages -U`"
        )
    return {uid: tuple(packages) for uid, packages in found.items()}
