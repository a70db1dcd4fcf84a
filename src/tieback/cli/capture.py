"""``tieback capture``: record the live traffic of apps through a proxy."""

import os
import sys
from contextlib import nullcontext
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from tieback.cli.capture_verify import verify_device
from tieback.cli.flow_tables import FlowTables
from tieback.cli.formats import format_option
from tieback.cli.options import RulesOption, read_rules
from tieback.cli.process import stop_signals
from tieback.cli.terminal import (
    OutputFormat,
    OwnWorkspaceOption,
    message_console,
    print_workspace_notes,
    progress_bar,
    write_line,
)
from tieback.model.capture import LiveRun
from tieback.model.count_text import count_text
from tieback.model.document import encode
from tieback.model.errors import UsageError
from tieback.model.flow import Flow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from tieback.cli.live_view import LiveView
    from tieback.pipeline.capture.live import CaptureRequest
    from tieback.userrules.model import UserRules

_SHOWN = 10_000
"""Maximum number of flows that the table is made from. The capture file is complete."""


class CaptureMode(StrEnum):
    """How traffic reaches the proxy."""

    REGULAR = "regular"
    SOCKS5 = "socks5"
    WIREGUARD = "wireguard"
    TRANSPARENT = "transparent"
    PCAPDROID = "pcapdroid"


app = typer.Typer(
    help="Record live traffic of apps through a proxy: flows, rejected certificates, leaks, and blind spots.",
    invoke_without_command=True,
)
app.command(epilog="Example: tieback capture verify-device --device adb: --only com.example.app")(verify_device)


@app.callback(epilog="Example: tieback capture --device adb: --only com.example.app --seconds 60")
def capture(
    context: typer.Context,
    mode: Annotated[
        CaptureMode,
        typer.Option(
            help="HTTP proxy, SOCKS5, WireGuard tunnel, transparent redirection, or PCAPdroid on the device (no proxy)."
        ),
    ] = (CaptureMode.REGULAR),
    listen: Annotated[
        str | None,
        typer.Option(
            metavar="HOST:PORT", help="Address to listen on; default: 127.0.0.1 and the usual port of the mode."
        ),
    ] = None,
    seconds: Annotated[
        float | None, typer.Option(min=0.1, help="Stop after this many seconds; default: at Ctrl-C.")
    ] = None,
    only: Annotated[str, typer.Option(metavar="PACKAGE", help="App to record.")] = "",
    device: Annotated[
        str | None,
        typer.Option(
            metavar="adb:SERIAL", help="Android device to route through the proxy; `adb:` if only one is connected."
        ),
    ] = None,
    install: Annotated[Path | None, typer.Option(help="APK to install for this run; removed afterwards.")] = None,
    monkey: Annotated[
        int, typer.Option(min=0, max=100_000, help="Number of random input events to send to the app.")
    ] = 0,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the random events; the same seed repeats them.")] = 1,
    explore: Annotated[
        str,
        typer.Option(
            metavar="COMMAND",
            help="Your command that uses the app; it gets PACKAGE, SERIAL and PROXY, and the run ends with it.",
        ),
    ] = "",
    unpin: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder of your own Frida scripts (*.js) to load into the app as it starts."),
    ] = None,
    apps: Annotated[
        Path | None,
        typer.Option(
            metavar="LIST",
            help="List of package names or APK paths, one per line: one run per app; the same command resumes.",
        ),
    ] = None,
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="With --apps: run failed apps again.")] = False,
    restart: Annotated[bool, typer.Option("--restart", help="With --apps: run all apps again.")] = False,
    leaks: Annotated[bool, typer.Option("--leaks/--no-leaks", help="Detect personal data in cleartext.")] = True,
    keylog: Annotated[
        Path | None,
        typer.Option(help="File to write TLS secrets to (NSS key log format); PCAPdroid decrypts only with it."),
    ] = None,
    save: Annotated[
        Path | None,
        typer.Option(help="File to write mitmproxy's flows to, with bodies; with PCAPdroid: its pcap."),
    ] = None,
    upstream_ca: Annotated[
        Path | None, typer.Option(help="PEM file of the CAs to accept for server certificates.")
    ] = None,
    destinations: Annotated[
        str,
        typer.Option(
            metavar="remote|any|loopback|CIDR,...",
            help="Servers that the proxy may connect to; remote: all but this host's own loopback, link-local and "
            "cloud metadata addresses.",
        ),
    ] = "remote",
    resolve: Annotated[
        list[str] | None, typer.Option(metavar="NAME=ADDRESS", help="Address to use for a name, instead of DNS.")
    ] = None,
    pass_through_pinned: Annotated[
        bool,
        typer.Option(
            "--pass-through-pinned",
            help="Let an app that rejected the certificate reach that server at its next try, without reading it.",
        ),
    ] = False,
    workspace: OwnWorkspaceOption = Path(".tieback"),
    rules: RulesOption = None,
    output: Annotated[OutputFormat, format_option(OutputFormat, "A table, or one JSON document per flow.")] = (
        OutputFormat.TABLE
    ),
) -> None:
    """Record live traffic of apps through a proxy: flows, rejected certificates, leaks, and blind spots."""
    if context.invoked_subcommand is not None:
        return
    print_workspace_notes(context)
    from tieback.cli.capture_pcapdroid import check_options
    from tieback.pipeline.capture.live import save_flows

    check_options(context, without_proxy=mode is CaptureMode.PCAPDROID)

    if apps is not None and (only or install or keylog or save):
        raise UsageError("--only, --install, --keylog and --save are for one app", where="--apps", advice="Remove them")
    if apps is None and (retry_failed or restart):
        raise UsageError("no list of apps", where="--retry-failed and --restart", advice="Add --apps LIST")
    request = _request(
        mode=mode,
        listen=listen,
        seconds=seconds,
        only=only,
        device=device if apps is None else None,
        install=install,
        monkey=monkey if apps is None else 0,
        seed=seed,
        explore=explore,
        unpin=unpin,
        leaks=leaks,
        keylog=keylog,
        save=save,
        upstream_ca=upstream_ca,
        destinations=destinations,
        resolve=resolve or [],
        pass_through=pass_through_pinned,
        workspace=workspace,
        rules=read_rules(rules, workspace),
    )
    talk = message_console()
    if apps is not None:
        from tieback.cli.capture_batch import capture_batch
        from tieback.pipeline.capture.batch import BatchRequest
        from tieback.pipeline.capture.batch_list import read_app_list

        stop = StopSignal()
        entries = read_app_list(apps, seconds, request.explore)
        batch = BatchRequest(apps, entries, request, device or "", monkey, seed, retry_failed, restart)
        with stop_signals(stop.request):
            live = _screen(talk) if output is OutputFormat.TABLE and talk.is_terminal else None
            raise typer.Exit(capture_batch(batch, stopped=stop, talk=talk, screen=live, output=output))
    flows: list[Flow] = []
    done: LiveRun | None = None
    stopped = StopSignal()
    # A second signal aborts at once; the device is still restored.
    screen = _screen(talk) if output is OutputFormat.TABLE and talk.is_terminal else None
    with stop_signals(stopped.request), screen or nullcontext():
        for one in _run(mode, request, stopped, talk):
            if isinstance(one, LiveRun):
                done = one
            elif output is OutputFormat.TABLE and len(flows) < _SHOWN:
                flows.append(one)
            if screen is not None and not isinstance(one, LiveRun):
                screen.add(one)
            if output is OutputFormat.JSON:
                write_line(encode("capture" if isinstance(one, LiveRun) else "flow", one))
                sys.stdout.flush()
    assert done is not None
    if output is OutputFormat.TABLE:
        FlowTables.of(done.path, flows).print()
    for text in done.blind_spots:
        talk.print(f"not seen: {text}")
    talk.print(f"{count_text(done.flows, 'flow')}: {done.path}")
    save_flows(workspace, [Path(done.path)], progress_bar)


def _run(
    mode: CaptureMode, request: "CaptureRequest", stopped: "StopSignal", talk: "Console"
) -> "Iterator[Flow | LiveRun]":
    """Run with the proxy, or with PCAPdroid."""
    if mode is CaptureMode.PCAPDROID:
        from tieback.cli.capture_pcapdroid import record

        return record(request, stopped, talk.print)
    from tieback.pipeline.capture.live import run_capture

    code = show_code if sys.stderr.isatty() else None
    return run_capture(request, stopped=stopped, tell=talk.print, code=code)


def _screen(console: "Console") -> "LiveView":
    """The flows as they come; its modules are needed only on a terminal."""
    from tieback.cli.live_view import LiveView

    return LiveView(console)


def show_code(title: str, text: str) -> None:
    """Print a text as a QR code on the terminal."""
    try:
        import segno
    except ImportError:
        return
    sys.stderr.write(f"QR code of {title}:\n")
    segno.make(text, error="m", micro=False).terminal(sys.stderr, border=2, compact=True)


def _request(
    *,
    mode: CaptureMode,
    listen: str | None,
    seconds: float | None,
    only: str,
    device: str | None,
    install: Path | None,
    monkey: int,
    seed: int,
    explore: str,
    unpin: Path | None,
    leaks: bool,
    keylog: Path | None,
    save: Path | None,
    upstream_ca: Path | None,
    destinations: str,
    resolve: list[str],
    pass_through: bool,
    workspace: Path,
    rules: "UserRules | None",
) -> "CaptureRequest":
    """Build the request from the options.

    Raises:
            UsageError: an option has an invalid value.
    """
    from tieback.intake.capture.interface import DEFAULT_PORTS, ProxyMode
    from tieback.pipeline.capture.device import DevicePlan
    from tieback.pipeline.capture.explore import read_command
    from tieback.pipeline.capture.live import CaptureRequest, default_state

    if device is None and (install is not None or monkey):
        raise UsageError("no device named", where="--install and --monkey", advice="Add --device adb:SERIAL")
    if monkey and not only and install is None:
        raise UsageError("no app named", where="--monkey", advice="Add --only PACKAGE or --install FILE")
    proxied = ProxyMode.REGULAR if mode is CaptureMode.PCAPDROID else ProxyMode(mode)
    host, port = ("127.0.0.1", DEFAULT_PORTS[proxied]) if listen is None else read_address(listen)
    plan = DevicePlan(device, only, install, monkey, seed) if device is not None else None
    return CaptureRequest(
        workspace=workspace,
        state=default_state(os.environ),
        mode=proxied,
        host=host,
        port=port,
        seconds=seconds,
        only=only,
        device=plan,
        leaks=leaks,
        keylog=keylog,
        save=save,
        upstream_ca=upstream_ca,
        destinations=read_destinations(destinations),
        names=tuple(read_name(text) for text in resolve),
        pass_through=pass_through,
        rules=rules,
        explore=read_command(explore) if explore else (),
        unpin=unpin,
    )


def read_address(text: str) -> tuple[str, int]:
    """Parse a listen address from ``HOST:PORT``, ``[IPv6]:PORT`` or ``:PORT`` (loopback).

    Raises:
            UsageError: the text is not an address and a port.
    """
    host, colon, port = text.rpartition(":")
    try:
        address = str(ip_address(host.strip("[]"))) if host else "127.0.0.1"
        number = int(port) if port.isascii() and port.isdecimal() else -1
    except ValueError:
        number, address = -1, ""
    if not colon or not 0 <= number <= 65535:
        raise UsageError(
            f"{text!r} is not an address and a port", where="--listen", advice="Use one like 127.0.0.1:8080"
        )
    return address, number


def read_destinations(text: str) -> tuple[str, ...]:
    """Parse networks from ``remote``, ``any``, ``loopback`` or comma-separated CIDRs; empty for ``remote``."""
    from tieback.intake.capture.destinations import ANY, LOOPBACK

    words = [word.strip() for word in text.split(",") if word.strip()]
    if words in (["remote"], ["any"]):
        return () if words == ["remote"] else ANY
    if not words or {"any", "remote"} & set(words):
        raise UsageError(
            f"{text!r} is not a list of networks", where="--destinations", advice="Use remote, any, loopback or CIDRs"
        )
    return tuple(network for word in words for network in (LOOPBACK if word == "loopback" else (word,)))


def read_name(text: str) -> tuple[str, str]:
    """Parse a name and its address from ``NAME=ADDRESS``.

    Raises:
            UsageError: the text does not have this form.
    """
    name, _, address = text.partition("=")
    try:
        return name, str(ip_address(address))
    except ValueError:
        raise UsageError(f"{text!r} is not NAME=ADDRESS", where="--resolve", advice="Use NAME=127.0.0.1") from None


class StopSignal:
    """Records whether a stop was requested."""

    def __init__(self) -> None:
        self._asked = 0

    def request(self, _number: int, _frame: FrameType | None) -> None:
        """Request a stop. The second request raises KeyboardInterrupt."""
        self._asked += 1
        if self._asked == 2:
            raise KeyboardInterrupt

    def __call__(self) -> bool:
        """True if a stop was requested."""
        return self._asked > 0
