"""``tieback posture rules``: who may read and write, from rule files only. Contacts nothing."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from tieback.cli.formats import format_option
from tieback.cli.terminal import (
    ExitCode,
    OutputFormat,
    data_console,
    exit_with_findings,
    message_console,
    print_failure,
    print_skipped,
    write_line,
)
from tieback.console import RowTable
from tieback.model.count_text import count_text
from tieback.model.document import encode
from tieback.model.errors import TiebackError, UsageError
from tieback.model.exposure import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tieback.model.errors import InputError
    from tieback.model.skipped import SkippedFiles
    from tieback.posture.rules.audit import RulesAnswer
    from tieback.posture.rules.folder import Part
    from tieback.posture.rules.interface import Permission, Requester

_MAX_ROWS = 500


def rules(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE",
            help="Rules files, or a project's folder: Firebase, Supabase, SQL, Convex, Amplify, InstantDB, PocketBase, "
            "Appwrite, Directus, Hasura. Also policies of S3, Google and Azure, Compose files, Kubernetes manifests, "
            "and configuration files of data stores. The format is detected.",
        ),
    ],
    *,
    who: Annotated[
        str,
        typer.Option("--as", help="Identity to check: anonymous, or any-user (any signed-in account); default: both."),
    ] = "",
    path: Annotated[list[str] | None, typer.Option("--path", help="Check this path or resource; repeatable.")] = None,
    kind: Annotated[str, typer.Option(help="Format of the file, if detection from the content fails.")] = "",
    at: Annotated[
        datetime | None,
        typer.Option(
            "--at", formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"], help="Check the access at this time, UTC; default: now."
        ),
    ] = None,
    verify: Annotated[
        bool,
        typer.Option(
            "--verify",
            help="Load SQL files into a throw-away PostgreSQL on this machine and add its answers. Needs Linux, "
            "PostgreSQL, and root or user namespaces; the server has no network and no rights.",
        ),
    ] = False,
    output: Annotated[OutputFormat, format_option(OutputFormat, "A table, or one JSON document per answer.")] = (
        OutputFormat.TABLE
    ),
    fail_on: Annotated[
        Severity | None,
        typer.Option(help="Exit with code 1 if such access has at least this severity; default: never."),
    ] = None,
) -> None:
    """Show who may read and write what, with the rule that allows it and a sample request.

    Anonymous write access is critical, anonymous read access is high, access for any signed-in user is medium.
    Access that depends on stored data, or only to the user's own documents or rows, is low.

    Example: tieback posture rules firestore.rules --as any-user --path /users/alice --format json

    Example: tieback posture rules my-project/ --fail-on high
    """
    from tieback.posture.rules.folder import expand
    from tieback.posture.rules.interface import Requester

    try:
        strangers = [Requester(who)] if who else list(Requester)
    except ValueError:
        raise UsageError("unknown identity", where=f"--as {who}", advice="Use anonymous or any-user") from None
    moment = at.replace(tzinfo=UTC) if at is not None else None
    found = _Found()
    skipped: list[SkippedFiles] = []
    for file in expand(files, skipped.append):
        try:
            for answer in _answers(file, strangers, path or (), kind, moment, verify=verify):
                found.add(answer)
                if output is OutputFormat.JSON:
                    write_line(encode("posture-rules", answer))
                elif path or answer.severity is not None or not answer.certain or answer.is_expired:
                    found.show(answer)
        except UsageError as error:
            if kind or verify:
                raise
            found.failed += 1
            print_failure(
                error
                if len(files) == 1
                else UsageError(error.what, where=str(file), advice="Pass its format with --kind")
            )
        except TiebackError as error:
            found.failed += 1
            print_failure(error)
    print_skipped(skipped)
    if output is OutputFormat.TABLE and found.asked:
        _print(found.shown, found.asked)
    if fail_on is not None and (severe := found.at_or_above(fail_on)):
        exit_with_findings(f"{severe:,} answer{'s'[: severe > 1]} at or above {fail_on}; the worst is {found.worst}")
    if found.failed:
        raise typer.Exit(ExitCode.SOME_FAILED if found.asked else ExitCode.NOTHING_DONE)


def _answers(
    file: "Part | InputError",
    strangers: "Sequence[Requester]",
    paths: "Sequence[str]",
    kind: str,
    at: datetime | None,
    *,
    verify: bool,
) -> "Iterator[RulesAnswer]":
    """The answers of a file, or of a part of a folder, which is named on stderr. Only SQL is verified."""
    from tieback.posture.rules.audit import audit_rules
    from tieback.posture.rules.part import RulesPart

    if isinstance(file, TiebackError):
        raise file
    if isinstance(file, RulesPart):
        if kind and kind != file.kind:
            return
        files = f" ({count_text(len(file.files), 'file')})" if len(file.files) > 1 else ""
        database = f", for {file.database}" if file.database else ""
        note = "; not verified, only SQL is" if verify else ""
        message_console().print(Text(f"{file.label}{files}: {file.kind}{database}{note}"))
        kind, verify = "", False
    yield from audit_rules(file, strangers, paths, kind, at, verify=verify)


class _Found:
    """The answers of all files together."""

    def __init__(self) -> None:
        self.shown: list[RulesAnswer] = []
        self.asked = 0
        self.failed = 0
        self.severities: Counter[Severity] = Counter()

    @property
    def worst(self) -> Severity | None:
        return max(self.severities, key=lambda severity: severity.rank, default=None)

    def at_or_above(self, least: Severity) -> int:
        return sum(count for severity, count in self.severities.items() if severity.rank >= least.rank)

    def add(self, answer: "RulesAnswer") -> None:
        self.asked += 1
        if answer.severity is not None:
            self.severities[answer.severity] += 1

    def show(self, answer: "RulesAnswer") -> None:
        # Anonymous access includes signed-in users: no second row for them.
        if len(self.shown) <= _MAX_ROWS and not (self.shown and self.shown[-1].is_equivalent(answer)):
            self.shown.append(answer)


def _print(shown: "list[RulesAnswer]", asked: int) -> None:
    from tieback.report.store_tables import SEVERITY_STYLES

    talk = message_console()
    if not shown:
        talk.print(Text(f"{count_text(asked, 'answer')}: access is denied in {'it' if asked == 1 else 'all of them'}"))
        return
    table = RowTable()
    for name in ("severity", "file", "identity", "path", "read", "write", "rule"):
        table.add_column(name, overflow="fold")
    for one in shown[:_MAX_ROWS]:
        where = f"{one.file}:{one.line}" if one.line else one.file
        where = f"{where}\n{one.database}" if one.database else where
        notes = "; ".join(part for part in (one.reason, ", ".join(one.lints)) if part)
        told = "\n".join(part for part in (one.rule, notes and f"({notes})", _other_rule(one)) if part)
        severity = one.severity
        level = Text("") if severity is None else Text(severity.value, style=SEVERITY_STYLES[severity])
        table.add_row(
            level,
            Text(where),
            Text(one.who.value),
            Text(one.path),
            _word(one.read_by, 2),
            _word(one.write_by, 3),
            Text(told),
        )
    data_console().print(table)
    if len(shown) > _MAX_ROWS:
        talk.print(Text(f"Only {_MAX_ROWS} rows are shown; see all with --format json"))
    if any(not one.certain for one in shown):
        talk.print(Text("? = depends on stored data, on code or on the product version, which the files do not show"))


def _other_rule(one: "RulesAnswer") -> str:
    """The rule that allows writing, if it is not the one that allows reading, with its place; else empty."""
    read, write = one.read_by, one.write_by
    if (
        not read.allowed
        or not write.allowed
        or (write.file, write.line, write.rule)
        == (
            read.file,
            read.line,
            read.rule,
        )
    ):
        return ""
    file = f"{write.file}:" if write.file and write.file != read.file else ""
    line = f" by {file or 'line '}{write.line}" if write.line else ""
    reason = f" ({write.reason})" if write.reason else ""
    return f"write{line}: {write.rule or 'the default'}{reason}"


def _word(permit: "Permission", operations: int) -> Text:
    """``yes``, or which of so many operations."""
    if permit.allowed:
        some = ", ".join(permit.operations) if 0 < len(permit.operations) < operations else "yes"
        words = f"{some}{', own only' if permit.own_only else ''}{'' if permit.certain else '?'}"
        return Text(words, style="bold red" if permit.certain and not permit.own_only else "yellow")
    return Text("no" if permit.certain else "no?", style="" if permit.certain else "yellow")
