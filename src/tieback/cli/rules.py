"""``tieback rules``: the rules of users, and the number of those that are built in."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from tieback.cli.formats import format_option
from tieback.cli.options import RulesOption
from tieback.cli.terminal import (
    ExitCode,
    OutputFormat,
    WorkspaceOption,
    data_console,
    exit_with_findings,
    message_console,
    print_problem,
    print_skipped,
    print_text,
    write_line,
)
from tieback.console import RowTable
from tieback.model.count_text import count_text
from tieback.model.document import encode

if TYPE_CHECKING:
    from tieback.userrules.folders import RuleReading

app = typer.Typer(
    help="List, check and test rules of your own: identifiers, credentials, hosts, field names, ransom names, probes."
    "\n\nExample: tieback rules check --rules rules/",
    no_args_is_help=True,
)
FormatOption = Annotated[OutputFormat, format_option(OutputFormat, "A table, or one JSON document per line.")]
WORKSPACE = Path(".tieback")


@app.command("list")
def list_(
    rules: RulesOption = None,
    workspace: WorkspaceOption = WORKSPACE,
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """List the groups of built-in rules, and each rule of your own with its file.

    Example: tieback rules list --rules rules/ --format json
    """
    from tieback.pipeline.rule_checks import builtin_groups, user_rule_rows
    from tieback.userrules.folders import refuse

    reading = _read(rules, workspace)
    refuse(reading.mistakes)
    groups, own = builtin_groups(), tuple(user_rule_rows(reading.rules))
    if output is OutputFormat.JSON:
        for group in groups:
            write_line(encode("rule-group", group))
        for row in own:
            write_line(encode("rule", row))
        return
    _print(("built-in rules", "", "table"), [(f"{one.rules:,}", one.what, one.kind) for one in groups])
    if own:
        data_console().print()
        _print(("rule", "table", "what", "place"), [(one.rule, one.kind, one.what, one.place) for one in own])
        sends = [(one.rule, send.depth, send.request, send.cost, send.why) for one in own for send in one.sends]
        if sends:
            data_console().print()
            _print(("probe", "depth", "request", "cost", "purpose"), sends)
    else:
        message_console().print("no rules of your own; see docs/howto/rules.md")


@app.command()
def check(
    rules: RulesOption = None,
    workspace: WorkspaceOption = WORKSPACE,
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """Check the files of your own rules, and run their examples. Prints each mistake with file, line and key.

    Exit code 1 if an example fails, 3 if a rule has a mistake, 4 if no rule is correct.

    Example: tieback rules check --rules rules/
    """
    from tieback.pipeline.rule_checks import run_examples

    reading = _read(rules, workspace)
    for one in reading.mistakes:
        if output is OutputFormat.JSON:
            write_line(encode("rule-mistake", one))
        else:
            print_problem(f"{one.where}: {one.what}")
    # A rule with a mistake is refused; the examples of the others still show whether they are correct.
    bad = {one.rule for one in reading.mistakes}
    failed = [one for one in run_examples(reading.rules) if not one.passed and one.rule not in bad]
    for result in failed:
        if output is OutputFormat.JSON:
            write_line(encode("rule-example", result))
        else:
            print_problem(f"{result.place}: {result.rule}: {result.sentence}")
    good = len(reading.rules.places.keys() - bad)
    counts = (
        (good, "correct rule"),
        (len(reading.rules.files), "file"),
        (len(reading.mistakes), "mistake"),
        (len(failed), "failed example"),
    )
    message_console().print(", ".join(f"{count:,} {what}{'s'[: count != 1]}" for count, what in counts))
    if reading.mistakes:
        raise typer.Exit(ExitCode.SOME_FAILED if good else ExitCode.NOTHING_DONE)
    if failed:
        exit_with_findings(f"{len(failed):,} example{'s'[: len(failed) > 1]} failed")


@app.command("test")
def run_tests(
    rules: RulesOption = None,
    workspace: WorkspaceOption = WORKSPACE,
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """Run the examples of your own rules: `accept` must be recognised, `reject` must not.

    Exit code 1 if an example fails.

    Example: tieback rules test --rules rules/ --format json
    """
    from tieback.pipeline.rule_checks import run_examples
    from tieback.userrules.folders import refuse

    reading = _read(rules, workspace)
    refuse(reading.mistakes)
    results = tuple(run_examples(reading.rules))
    if output is OutputFormat.JSON:
        for one in results:
            write_line(encode("rule-example", one))
    else:
        rows = [
            (one.rule, one.example, "ok" if one.passed else "failed", "" if one.passed else one.sentence)
            for one in results
        ]
        _print(("rule", "example", "", ""), rows)
    failed = sum(not one.passed for one in results)
    message_console().print(f"{count_text(len(results), 'example')}, {failed:,} failed")
    if failed:
        exit_with_findings(f"{failed:,} example{'s'[: failed > 1]} failed")


class Tool(StrEnum):
    """Tools whose rules are imported."""

    GITLEAKS = "gitleaks"
    TRUFFLEHOG = "trufflehog"


@app.command("import")
def import_(
    tool: Annotated[Tool, typer.Argument(help="Tool that the file is for.")],
    path: Annotated[Path, typer.Argument(metavar="FILE", help="gitleaks.toml, or custom detectors of TruffleHog.")],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="File to write; default: stdout.")] = None,
) -> None:
    """Map rules of another tool to rules of your own, and print the reason for each rule that does not map.

    The rules have no examples yet. Add `accept` and `reject` to each one before you use it.

    Exit code 3 if a rule does not map, 4 if none does.

    Example: tieback rules import gitleaks .gitleaks.toml --out rules/keys.toml
    """
    from tieback.pipeline.rule_imports.gitleaks import import_gitleaks
    from tieback.pipeline.rule_imports.trufflehog import import_trufflehog

    found = import_gitleaks(path) if tool is Tool.GITLEAKS else import_trufflehog(path)
    for one in found.refused:
        print_problem(f"{one.name}: {one.why}")
    for note in found.notes:
        message_console().print(note)
    every = len(found.rules) + len(found.refused)
    count = f"{len(found.rules):,} of {count_text(every, 'rule maps', 'rules map')}"
    message_console().print(f"{count}; add examples, then: tieback rules check")
    if not found.rules:
        raise typer.Exit(ExitCode.NOTHING_DONE)
    if out is None:
        print_text([found.text.encode()])
    else:
        from tieback.report.files import open_whole

        with open_whole(out, "file") as file:
            file.write(found.text.encode())
    if found.refused:
        raise typer.Exit(ExitCode.SOME_FAILED)


def _read(rules: list[Path] | None, workspace: Path) -> "RuleReading":
    from tieback.pipeline.rule_sets import read_active_rules

    tell: Callable[[str], None] = message_console().print
    reading = read_active_rules(rules or (), workspace, tell)
    print_skipped(reading.skipped, "A rule file ends in .toml.")
    return reading


def _print(columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    table = RowTable()
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    data_console().print(table)
