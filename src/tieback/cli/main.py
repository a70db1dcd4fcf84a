"""Entry point: joins the commands."""

import os
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from tieback.cli.commands import APP_SHOW, COMMANDS
from tieback.cli.lazy import LazyCommand, import_help_renderer
from tieback.cli.process import prepare, run

PRIVATE = 0o077
"""umask: whatever is written may hold credentials and personal data, so only the user may read it."""


class RootGroup(TyperGroup):
    """The commands of tieback, each imported when it runs."""

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
    prepare()
    import_help_renderer()
    sys.exit(run(build()))
