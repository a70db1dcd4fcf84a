"""Entry point: joins the commands, and turns errors into one line and an exit code."""

import os
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from tieback.cli.commands import APP_SHOW, COMMANDS
from tieback.cli.lazy import LazyCommand, import_help_renderer
from tieback.cli.terminal import ExitCode, print_failure
from tieback.model.errors import GrantError, StoppedError, TiebackError, UsageError

PRIVATE = 0o077
"""umask: whatever is written may hold credentials and personal data, so only the user may read it."""


class RootGroup(TyperGroup):
    """Turns errors of the operating system into one line on stderr, before Typer sets an exit code of its own."""

    def __init__(self, **settings: Any) -> None:
        settings["commands"] = {entry.name: LazyCommand(entry) for entry in COMMANDS}
        super().__init__(**settings)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Route the deprecated ``app show BUNDLE`` to ``backend app``, unless a file named ``show`` exists."""
        if args[:2] == ["app", "show"] and not os.path.lexists("show"):
            message = "`tieback app show` is deprecated; use `tieback backend app`"
            typer.echo(message, err=True)
            args = [APP_SHOW, *args[2:]]
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            # The reader of our output closed the pipe, as `head` does. This is not a failure.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(ExitCode.DONE) from None
        except OSError as error:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise TiebackError(
                f"cannot be read or written ({error.strerror or error})",
                where=str(error.filename or "output"),
                advice="Check free disk space and permissions",
            ) from None
        return result


def build() -> typer.Typer:
    """Build the command line; each command is imported when it runs (``lazy.load_all``: now)."""
    root = typer.Typer(
        name="tieback",
        cls=RootGroup,
        help="Find mobile apps with open back ends, measure the exposed data, and identify the owner.",
        epilog="Example: tieback scan app.apk --grant grant.toml --report report.html",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
    )

    @root.callback()
    def options(
        ctx: typer.Context,
        _version: Annotated[
            bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
        ] = False,
    ) -> None:
        # Options before the command. The help text of the root says what tieback is.
        if ctx.invoked_subcommand != "lab":  # its servers run as other users
            os.umask(PRIVATE)

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
    import_help_renderer()
    try:
        build()()
    except TiebackError as error:
        print_failure(error)
        if isinstance(error, StoppedError):
            sys.exit(ExitCode.SOME_FAILED)
        sys.exit(ExitCode.USAGE if isinstance(error, GrantError | UsageError) else ExitCode.NOTHING_DONE)
