"""``tieback cluster``: scheduler and workers for scans on several machines."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from tieback.cli.terminal import message_console
from tieback.model.count_text import count_text
from tieback.model.errors import WorkspaceError
from tieback.model.unit import path_text

if TYPE_CHECKING:
    from tieback.engine.dask import DaskEngine

app = typer.Typer(
    help="Scan on several machines: certificates, scheduler, workers. Needs `tieback\\[dask]`.\n\n"
    "Example: tieback cluster local --certs certs"
)

PagesOption = Annotated[
    int, typer.Option("--dashboard", min=0, max=65535, help="Port of the dashboard on loopback; 0: any free port.")
]
CertsOption = Annotated[Path | None, typer.Option(help="Folder of certificates, created by `tieback cluster certs`.")]
PORT = 8786
WARN_DAYS = 30


@app.command()
def certs(
    directory: Annotated[Path, typer.Argument(help="New folder for the certificates; copy it to every member.")],
    host: Annotated[list[str] | None, typer.Option(help="Host name or address of a member; repeatable.")] = None,
    days: Annotated[int, typer.Option(min=1, max=3650, help="Validity in days.")] = 397,
) -> None:
    """Create the certificates that all members use. Anyone with this folder can run code on all members.

    Example: tieback cluster certs certs --host scheduler.example.org
    """
    from tieback.engine.certificates import make_certificates

    try:
        make_certificates(directory, host or (), days)
    except OSError as error:
        raise WorkspaceError(
            f"the certificates cannot be written ({error.strerror or error})",
            where=path_text(directory),
            advice="Choose another folder, or check free space and permissions",
        ) from None
    message_console().print(
        Text(f"{directory}: valid for {count_text(days, 'day')}; copy it to every member and keep it secret")
    )


@app.command()
def scheduler(
    *,
    certs: CertsOption = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0: any free port.")] = PORT,
    dashboard: PagesOption = 0,
) -> None:
    """Run the scheduler until Ctrl-C. It stores nothing; after a restart, the next scan resumes.

    Example: tieback cluster scheduler --certs certs --host 10.0.0.5
    """
    from tieback.engine.cluster import serve_scheduler

    _warn_of_end(certs)
    asyncio.run(serve_scheduler(certs, host, port, dashboard, _scheduler_told))


@app.command()
def worker(
    address: Annotated[str, typer.Argument(metavar="HOST:PORT", help="Address of the scheduler.")],
    *,
    certs: CertsOption = None,
    host: Annotated[str, typer.Option(help="Address to listen on; other members must reach it.")] = "127.0.0.1",
    threads: Annotated[int, typer.Option(min=1, max=256, help="Number of analysis processes.")] = 1,
    memory: Annotated[
        str,
        typer.Option(
            help="Memory limit of all processes together: auto (a share), 8GB, 0 (none). "
            "No new batch starts above 80 %."
        ),
    ] = "auto",
) -> None:
    """Run a worker until Ctrl-C or until the scheduler ends. If the scheduler fails, the worker waits for one minute.

    The worker needs the inputs and the workspace under the same paths as the client.

    Example: tieback cluster worker 10.0.0.5:8786 --certs certs --host 10.0.0.6 --threads 8
    """
    from tieback.engine.cluster import serve_worker

    _warn_of_end(certs)
    bare = address.partition("://")[2] or address
    asyncio.run(serve_worker(certs, f"tls://{bare}", host, threads, memory, _worker_told))


@app.command()
def local(
    *,
    certs: CertsOption = None,
    workers: Annotated[int, typer.Option(min=1, max=256, help="Number of workers, one process each.")] = 2,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0: any free port.")] = PORT,
    dashboard: PagesOption = 0,
) -> None:
    """Run a scheduler and workers on loopback, to try a cluster on one machine.

    Example: tieback cluster local --certs certs
    """
    from tieback.engine.cluster import serve_local

    _warn_of_end(certs)
    asyncio.run(serve_local(certs, workers, port, dashboard, _scheduler_told))


def _warn_of_end(certs: Path | None) -> None:
    """Warn if the certificates expire soon. A running cluster continues after that, but no member can join."""
    from tieback.engine.certificates import require_certificates, valid_until

    require_certificates(certs)
    assert certs is not None
    until = valid_until(certs)
    if until < datetime.now(UTC) + timedelta(days=WARN_DAYS):
        message_console().print(
            Text(f"{certs}: the certificates expire on {until:%Y-%m-%d}; create new ones before that day")
        )


def connect_engine(address: str, certs: Path | None) -> "DaskEngine":
    """The engine of a cluster. Events of members and batches are printed on stderr.

    Raises:
            UsageError: the address or the certificates are invalid.
        EngineError: the extra is not installed.
    """
    from tieback.engine.dask import DaskEngine

    talk = message_console()
    return DaskEngine(address, certs, on_event=lambda event: talk.print(Text(f"cluster: {event.detail}")))


def _worker_told(address: str) -> None:
    """Print on stderr where a worker listens."""
    message_console().print(Text(f"worker at {_bare(address)}"))


def _scheduler_told(address: str, dashboard: str) -> None:
    """Print on stderr where a scheduler listens, how to use it, and the URL of its dashboard."""
    talk = message_console()
    talk.print(Text(f"dashboard: {dashboard}" if dashboard else "no dashboard: install tieback[dashboard]"))
    bare = _bare(address)
    talk.print(Text(f"scheduler at {bare}; scan with --engine dask://{bare} --certs DIR"))


def _bare(address: str) -> str:
    return address.partition("://")[2]
