"""Entry point: joins the commands, and turns errors into one line and an exit code."""

import os
import sys
from importlib.metadata import version as installed_version
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from tieback.cli import app as app_command
from tieback.cli import backend as backend_command
from tieback.cli import capture as capture_command
from tieback.cli import case as case_command
from tieback.cli import cluster as cluster_command
from tieback.cli import data as data_command
from tieback.cli import grant as grant_command
from tieback.cli import import_ as import_command
from tieback.cli import inventory as inventory_command
from tieback.cli import lab as lab_command
from tieback.cli import letter as letter_command
from tieback.cli import pii as pii_command
from tieback.cli import posture as posture_command
from tieback.cli import probe as probe_command
from tieback.cli import recheck as recheck_command
from tieback.cli import report as report_command
from tieback.cli import scan as scan_command
from tieback.cli import traffic as traffic_command
from tieback.cli import vendor as vendor_command
from tieback.cli import workspace as workspace_command
from tieback.cli.terminal import ExitCode, print_failure
from tieback.model.errors import GrantError, StoppedError, TiebackError, UsageError

_APP_SHOW = "app show"
"""Hidden name of ``backend app`` in the command line of version 0.1."""


PRIVATE = 0o077
"""umask: whatever is written may hold credentials and personal data, so only the user may read it."""


class RootGroup(TyperGroup):
    """Turns errors of the operating system into one line on stderr, before Typer sets an exit code of its own."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Route the deprecated ``app show BUNDLE`` to ``backend app``, unless a file named ``show`` exists."""
        if args[:2] == ["app", "show"] and not os.path.lexists("show"):
            message = "`tieback app show` is deprecated; use `tieback backend app`"
            typer.echo(message, err=True)
            args = [_APP_SHOW, *args[2:]]
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
    """Build the whole command line."""
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

    root.command("scan")(scan_command.scan)
    root.command("app")(app_command.app)
    root.command(_APP_SHOW, hidden=True)(backend_command.app_)
    root.command("traffic")(traffic_command.traffic)
    root.command("capture")(capture_command.capture)
    root.command("probe")(probe_command.probe)
    root.command("import")(import_command.import_)
    root.command("recheck")(recheck_command.recheck)
    root.command("watch")(recheck_command.watch)
    root.add_typer(report_command.app, name="report")
    root.add_typer(backend_command.app, name="backend")
    root.add_typer(case_command.app, name="case")
    root.add_typer(cluster_command.app, name="cluster")
    root.add_typer(data_command.app, name="data")
    root.add_typer(grant_command.app, name="grant")
    root.add_typer(inventory_command.app, name="inventory")
    root.add_typer(lab_command.app, name="lab")
    root.add_typer(letter_command.app, name="letter")
    root.add_typer(pii_command.app, name="pii")
    root.add_typer(posture_command.app, name="posture")
    root.add_typer(vendor_command.app, name="vendor")
    root.add_typer(workspace_command.app, name="workspace")
    return root


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"tieback {installed_version('tieback')}")
        raise typer.Exit


def main() -> None:
    """Run the command line and exit with a documented exit code."""
    # One process per core runs already. Without this, NumPy would start one busy-waiting thread per core in each.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        build()()
    except TiebackError as error:
        print_failure(error)
        if isinstance(error, StoppedError):
            sys.exit(ExitCode.SOME_FAILED)
        sys.exit(ExitCode.USAGE if isinstance(error, GrantError | UsageError) else ExitCode.NOTHING_DONE)
