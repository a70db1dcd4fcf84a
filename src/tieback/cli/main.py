"""Entry point: joins the commands."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from tieback.cli.commands import APP_SHOW, COMMANDS
from tieback.cli.lazy import LazyCommand, import_help_renderer, load_all
from tieback.cli.logs import CommandLog, write_event
from tieback.cli.process import prepare, run
from tieback.model.safe_text import escape_line

if TYPE_CHECKING:
    from tieback.cli.settings import Setting

PRIVATE = 0o077
"""umask: whatever is written may hold credentials and personal data, so only the user may read it."""
EVERYWHERE = {"--log-file": True, "--verbose": False, "--no-project-file": False}
"""Options of every command, and whether they take a value. They may stand before or after the command."""
SETTINGS = "tieback.settings"
"""Key of the configuration in the context of the command line."""
WORDS = "tieback.words"
"""Key of the names of the options that the user typed."""


class RootGroup(TyperGroup):
    """The commands of tieback, each imported when it runs."""

    def __init__(self, **settings: Any) -> None:
        settings["commands"] = {entry.name: LazyCommand(entry) for entry in COMMANDS}
        super().__init__(**settings)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the configuration files, and accept the options of ``EVERYWHERE`` in any position."""
        args = to_front(args)
        if not ctx.resilient_parsing and _runs_a_command(args):
            from tieback.cli.settings import load_settings, values_for

            found = load_settings(os.environ, project="--no-project-file" not in args)
            ctx.meta[SETTINGS] = found
            ctx.default_map = {key: value for key, (value, _) in values_for((), self, found, ctx).items()}
        return list(super().parse_args(ctx, args))

    def make_context(self, *args: Any, **more: Any) -> Any:
        """Parse the words of the command line; errors that repeat them are safe to print."""
        with _safe_errors():
            return super().make_context(*args, **more)

    def invoke(self, ctx: Any) -> Any:
        """Run the command; errors that repeat its words are safe to print."""
        with _safe_errors():
            return super().invoke(ctx)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Route the deprecated ``app show BUNDLE`` to ``backend app``, unless a file named ``show`` exists."""
        if args[:2] == ["app", "show"] and not os.path.lexists("show"):
            message = "`tieback app show` is deprecated; use `tieback backend app`"
            typer.echo(message, err=True)
            args = [APP_SHOW, *args[2:]]
        name, command, rest = super().resolve_command(ctx, args)
        if name is not None and (found := ctx.meta.get(SETTINGS)):
            self._configure(ctx, name, command, found)
        ctx.meta[WORDS] = [word.partition("=")[0] for word in rest if word.startswith("--")]
        return name, command, rest

    def _configure(self, ctx: Any, name: str, command: Any, found: "list[Setting]") -> None:
        """Give a command the defaults of the configuration files. Raises ``UsageError``."""
        from tieback.cli.settings import SHARED, check_commands, check_top, default_map, every_option, options_of

        check_commands(found, self.commands)
        loaded = command.loaded if isinstance(command, LazyCommand) else command
        near = {*SHARED, *options_of(self), *options_of(loaded)}
        if any(not one.path and one.option not in near for one in found):
            check_top(found, every_option(load_all(self)))
        ctx.default_map = {**(ctx.default_map or {}), name: default_map(name, loaded, found, ctx)}


@contextmanager
def _safe_errors() -> Iterator[None]:
    try:
        yield
    except typer.TyperException as error:
        error.message = escape_line(error.message.removeprefix("Value error, "))
        raise


def to_front(args: list[str]) -> list[str]:
    """The same words, with the options of every command first; words after ``--`` are not changed."""
    end = args.index("--") if "--" in args else len(args)
    front: list[str] = []
    others: list[str] = []
    at = 0
    while at < end:
        takes_value = EVERYWHERE.get(args[at].partition("=")[0])
        after = at + 1 if not takes_value or "=" in args[at] else min(at + 2, end)
        (others if takes_value is None else front).extend(args[at:after])
        at = after
    return [*front, *others, *args[end:]]


def _runs_a_command(args: list[str]) -> bool:
    """False for help and the version: these work with a broken configuration too."""
    return not {"--help", "--version"} & set(args) and any(not word.startswith("-") for word in args)


def build(log: CommandLog | None = None) -> typer.Typer:
    """Build the command line; each command is imported when it runs (``lazy.load_all``: now)."""
    root = typer.Typer(
        name="tieback",
        cls=RootGroup,
        help="Find mobile apps with open back ends, measure the exposed data, and identify the owner.",
        epilog="Example: tieback scan app.apk --grant grant.toml --report report.html",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
    )

    @root.callback()
    def options(
        ctx: typer.Context,
        _version: Annotated[
            bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
        ] = False,
        log_file: Annotated[
            Path | None,
            typer.Option(metavar="FILE", help="File to append a log to: JSON lines, without secrets. In any position."),
        ] = None,
        verbose: Annotated[bool, typer.Option("--verbose", help="Print the log on stderr. In any position.")] = False,
        _no_project: Annotated[
            bool, typer.Option("--no-project-file", help="Ignore the tieback.toml of the project. In any position.")
        ] = False,
    ) -> None:
        # Options before the command. The help text of the root says what tieback is.
        if ctx.invoked_subcommand != "lab":  # its servers run as other users
            os.umask(PRIVATE)
        if log is not None:
            log.open(log_file, verbose=verbose)
            keys = [one.key for one in ctx.meta.get(SETTINGS, ())]
            write_event(
                "command started", command=ctx.invoked_subcommand, options=ctx.meta.get(WORDS, ()), settings=keys
            )

    return root


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version as installed_version

        typer.echo(f"tieback {installed_version('tieback')}")
        raise typer.Exit


def main() -> None:
    """Run the command line and exit with a documented exit code."""
    # One process per core runs already. Without this, NumPy would start one busy-waiting thread per core in each.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    prepare()
    import_help_renderer()
    log = CommandLog()
    code = run(lambda: build(log)(prog_name="tieback"))
    log.close(code)
    sys.exit(code)
