"""``tieback capture``: a live run through a proxy."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from tieback.cli.terminal import OutputFormat, WorkspaceOption, progress_bar, talk_console, write_line
from tieback.cli.traffic import print_flows
from tieback.model.capture import LiveRun
from tieback.model.document import encode
from tieback.model.errors import UsageError
from tieback.model.flow import Flow

if TYPE_CHECKING:
    from tieback.pipeline.capture.live import CaptureRequest

_SHOWN = 10_000
"""Flows of a run that a table counts from; the file has them all."""


class Mode(StrEnum):
    """How traffic gets here."""

    REGULAR = "regular"
    SOCKS5 = "socks5"
    WIREGUARD = "wireguard"
    TRANSPARENT = "transparent"


def capture(
    mode: Annotated[Mode, typer.Option(help="An HTTP proxy, SOCKS5, a WireGuard tunnel, or redirected packets.")] = (
        Mode.REGULAR
    ),
    listen: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="Where; default: 127.0.0.1 and the mode's usual port.")
    ] = None,
    seconds: Annotated[float | None, typer.Option(min=0.1, help="End by itself; default: at Ctrl-C.")] = None,
    only: Annotated[str, typer.Option(metavar="PACKAGE", help="The app that this run is about.")] = "",
    device: Annotated[
        str | None, typer.Option(metavar="adb:SERIAL", help="Android device to lead here; `adb:` for the only one.")
    ] = None,
    install: Annotated[Path | None, typer.Option(help="APK to install there for the time of the run.")] = None,
    monkey: Annotated[int, typer.Option(min=0, max=100_000, help="Random events to send to the app.")] = 0,
    seed: Annotated[int, typer.Option(min=0, help="Of the random events: the same presses again.")] = 1,
    leaks: Annotated[bool, typer.Option("--leaks/--no-leaks", help="Look for personal data in the clear.")] = True,
    keylog: Annotated[Path | None, typer.Option(help="Write TLS secrets there (NSS key log format).")] = None,
    save: Annotated[Path | None, typer.Option(help="Write mitmproxy's flows there, bodies included.")] = None,
    upstream_ca: Annotated[Path | None, typer.Option(help="PEM of authorities that servers may be signed by.")] = None,
    destinations: Annotated[
        str, typer.Option(metavar="any|loopback|CIDR,...", help="Servers that may be connected to.")
    ] = "any",
    resolve: Annotated[
        list[str] | None, typer.Option(metavar="NAME=ADDRESS", help="Where a name leads, instead of asking DNS.")
    ] = None,
    workspace: WorkspaceOption = Path(".tieback"),
    output: Annotated[OutputFormat, typer.Option("--format", help="A table, or one JSON document a flow.")] = (
        OutputFormat.TABLE
    ),
) -> None:
    """Watch live what apps talk to: a proxy that tells flows, refused certificates, leaks, and its own blind spots.

    Example: tieback capture --device adb: --only com.example.app --seconds 60
    """
    from tieback.pipeline.capture.live import capture as run
    from tieback.pipeline.capture.live import keep

    request = _request(
        mode=mode,
        listen=listen,
        seconds=seconds,
        only=only,
        device=device,
        install=install,
        monkey=monkey,
        seed=seed,
        leaks=leaks,
        keylog=keylog,
        save=save,
        upstream_ca=upstream_ca,
        destinations=destinations,
        resolve=resolve or [],
        workspace=workspace,
    )
    talk = talk_console()
    flows: list[Flow] = []
    done: LiveRun | None = None
    with _stop_switch() as stopped:
        for one in run(request, stopped=stopped, tell=lambda text: talk.print(text, markup=False)):
            if isinstance(one, LiveRun):
                done = one
            elif output is OutputFormat.TABLE and len(flows) < _SHOWN:
                flows.append(one)
            if output is OutputFormat.JSON:
                write_line(encode("capture" if isinstance(one, LiveRun) else "flow", one))
                sys.stdout.flush()
    assert done is not None
    if output is OutputFormat.TABLE:
        print_flows(done.path, flows)
    for text in done.blind_spots:
        talk.print(f"not seen: {text}", markup=False)
    talk.print(f"{done.flows:,} flows: {done.path}", markup=False)
    keep(workspace, Path(done.path), progress_bar)


def _request(
    *,
    mode: Mode,
    listen: str | None,
    seconds: float | None,
    only: str,
    device: str | None,
    install: Path | None,
    monkey: int,
    seed: int,
    leaks: bool,
    keylog: Path | None,
    save: Path | None,
    upstream_ca: Path | None,
    destinations: str,
    resolve: list[str],
    workspace: Path,
) -> "CaptureRequest":
    """The options as a request.

    Raises:
        UsageError: one of them is none.
    """
    from tieback.intake.capture.interface import DEFAULT_PORTS, ProxyMode
    from tieback.pipeline.capture.device import DevicePlan
    from tieback.pipeline.capture.live import CaptureRequest, default_state

    if device is None and (install is not None or monkey):
        raise UsageError("needs a device", where="--install and --monkey", advice="Add --device adb:SERIAL")
    if monkey and not only and install is None:
        raise UsageError("needs an app", where="--monkey", advice="Add --only PACKAGE or --install FILE")
    host, port = ("127.0.0.1", DEFAULT_PORTS[ProxyMode(mode)]) if listen is None else read_address(listen)
    plan = DevicePlan(device, only, install, monkey, seed) if device is not None else None
    return CaptureRequest(
        workspace=workspace,
        state=default_state(os.environ),
        mode=ProxyMode(mode),
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
    )


def read_address(text: str) -> tuple[str, int]:
    """An address to listen on and its port, from ``HOST:PORT``, ``[IPv6]:PORT`` or ``:PORT`` (loopback).

    Raises:
        UsageError: it is none.
    """
    host, colon, port = text.rpartition(":")
    try:
        address = str(ip_address(host.strip("[]"))) if host else "127.0.0.1"
        number = int(port) if port.isascii() and port.isdecimal() else -1
    except ValueError:
        number, address = -1, ""
    if not colon or not 0 <= number <= 65535:
        raise UsageError(f"{text!r} is no address and port", where="--listen", advice="Use one like 127.0.0.1:8080")
    return address, number


def read_destinations(text: str) -> tuple[str, ...]:
    """Networks, from ``any``, ``loopback`` or CIDRs with commas between them; none for any."""
    from tieback.intake.capture.destinations import LOOPBACK

    words = [word.strip() for word in text.split(",") if word.strip()]
    if words == ["any"]:
        return ()
    if not words or "any" in words:
        raise UsageError(f"{text!r} names no networks", where="--destinations", advice="Use any, loopback or CIDRs")
    return tuple(network for word in words for network in (LOOPBACK if word == "loopback" else (word,)))


def read_name(text: str) -> tuple[str, str]:
    """A name and its address, from ``NAME=ADDRESS``.

    Raises:
        UsageError: it is none.
    """
    name, _, address = text.partition("=")
    try:
        return name, str(ip_address(address))
    except ValueError:
        raise UsageError(f"{text!r} is no name and address", where="--resolve", advice="NAME=127.0.0.1") from None


@contextmanager
def _stop_switch() -> "Iterator[Stopped]":
    """Ctrl-C, a hang-up and SIGTERM ask the run to end in order; a second Ctrl-C breaks it off, and it still undoes."""
    stopped = Stopped()
    kinds = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as nohup asks for
        kinds.append(signal.SIGHUP)
    before = [signal.signal(kind, stopped.ask) for kind in kinds]
    try:
        yield stopped
    finally:
        for kind, handler in zip(kinds, before, strict=True):
            signal.signal(kind, handler)


class Stopped:
    """Whether somebody asked the run to end."""

    def __init__(self) -> None:
        self._asked = 0

    def ask(self, _number: int, _frame: FrameType | None) -> None:
        """Ask; the second time at once."""
        self._asked += 1
        if self._asked == 2:
            raise KeyboardInterrupt

    def __call__(self) -> bool:
        """Whether to end."""
        return self._asked > 0
