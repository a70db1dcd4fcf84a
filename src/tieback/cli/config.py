"""``tieback config``: the values of options, and where each comes from."""

import os
from collections.abc import Iterator
from typing import Annotated, Any

import msgspec
import typer
from rich.text import Text

from tieback.cli.formats import format_option
from tieback.cli.settings import PROJECT_FILE, Origin, Setting, check_commands, options_of, user_file, values_for
from tieback.cli.terminal import OutputFormat, data_console, message_console, write_line
from tieback.console import RowTable
from tieback.model.document import encode
from tieback.model.errors import UsageError

app = typer.Typer(
    help="Show the configuration: files, values, and where each value comes from.\n\nExample: tieback config show scan"
)

VARIABLES = (
    "TIEBACK_WORKSPACE", "TIEBACK_DATA", "TIEBACK_LAB", "TIEBACK_CACHE", "TIEBACK_EVENT_LOOP",
    "TIEBACK_LEDGER_PASSWORD", "TIEBACK_MACHINE_IDENTITY",
)  # fmt: skip
"""Environment variables that change what commands do."""
_SECRET = frozenset({"TIEBACK_LEDGER_PASSWORD"})


class OptionValue(msgspec.Struct, frozen=True):
    """A value and its source: one line of output."""

    command: str
    """Words of the command; empty for an environment variable."""
    option: str
    """The option, such as ``--workers``, or the environment variable."""
    value: str
    """The value as text."""
    source: str
    """``default``, ``user file``, ``project file``, ``environment`` or ``option``."""
    place: str = ""
    """File and line, or the environment variable."""


@app.callback()
def _noun() -> None:
    # Without a callback, Typer would drop the command name if there is only one command.
    return


@app.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
def show(
    context: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="COMMAND [OPTION]...", help="Command whose options to show; default: what is set."),
    ] = None,
    output: Annotated[OutputFormat, format_option(OutputFormat, "A table, or one JSON document per value.")] = (
        OutputFormat.TABLE
    ),
) -> None:
    """Show the value and the source of each option of a command, or everything that files and variables set.

    Options of `config show` come before the command.

    Example: tieback config show scan
    """
    root = context.find_root()
    found: list[Setting] = root.meta.get("tieback.settings", [])
    group = _whole(root.command)
    check_commands(found, group.commands)
    rows = list(_of_command(words, group, found, context) if words else _of_files(group, found, context))
    if output is OutputFormat.JSON:
        for row in rows:
            write_line(encode("config-value", row))
        return
    talk = message_console()
    for path, what in ((user_file(os.environ), "user file"), (PROJECT_FILE, "project file")):
        talk.print(f"{what}: {path}{'' if path.is_file() else ' (does not exist)'}")
    if not rows:
        talk.print("no file and no environment variable sets a value; see `tieback config show COMMAND`")
        return
    table = RowTable()
    for column in ("command", "option", "value", "source", "place"):
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*map(Text, (row.command, row.option, row.value, row.source, row.place)))
    data_console().print(table)


def _whole(group: Any) -> Any:
    from tieback.cli.lazy import load_all

    return load_all(group)


def _of_files(group: Any, found: list[Setting], context: typer.Context) -> Iterator[OptionValue]:
    """What files and variables set; checks every key against every command."""
    from tieback.cli.settings import check_top, default_map, every_option

    check_top(found, every_option(group))
    for name, command in group.commands.items():
        default_map(name, command, found, context)
    for one in found:
        yield OptionValue(" ".join(one.path), f"--{one.option}", _text(one.value), one.origin, f"{one.file}:{one.line}")
    for name in VARIABLES:
        if value := os.environ.get(name):
            yield OptionValue("", name, "set, not shown" if name in _SECRET else value, Origin.ENVIRONMENT, name)


def _of_command(words: list[str], group: Any, found: list[Setting], context: typer.Context) -> Iterator[OptionValue]:
    """Every option of a command, as this command line would run it."""
    command, rest = group, list(words)
    path: tuple[str, ...] = ()
    while rest and (inner := getattr(command, "commands", {}).get(rest[0])) is not None and not inner.hidden:
        command, path = inner, (*path, rest.pop(0))
    if words[0].startswith("-"):
        raise UsageError(
            "an option without its command",
            where=words[0][:80],
            advice=f"Name the command first, such as `tieback config show scan {words[0]:.80}`",
        )
    if not path:
        raise UsageError("no such command", where=words[0][:80], advice="See `tieback --help`")
    values = values_for(path, command, found, context)
    own = type(context)(command, info_name=path[-1], parent=context)
    own.default_map = {name: value for name, (value, _) in values.items()}
    options, _, _ = command.make_parser(own).parse_args(args=list(rest))
    for name, parameter in options_of(command).items():
        value, source = parameter.consume_value(own, options)
        place = ""
        origin = {"COMMANDLINE": Origin.OPTION, "ENVIRONMENT": Origin.ENVIRONMENT}.get(source.name, Origin.DEFAULT)
        if origin is Origin.ENVIRONMENT:
            place = str(parameter.envvar)
        elif source.name == "DEFAULT_MAP":
            setting = values[parameter.name][1]
            origin, place = setting.origin, f"{setting.file}:{setting.line}"
        yield OptionValue(" ".join(path), f"--{name}", _text(value), origin, place)


def _text(value: Any) -> str:
    """A value as a user would write it, with passwords masked."""
    from tieback.model.redaction import redact

    if value is None or (isinstance(value, list | tuple) and not value):
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return ", ".join(map(_text, value))
    return redact(str(getattr(value, "value", value)))
