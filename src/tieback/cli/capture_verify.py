"""``tieback capture verify-device``: what of a capture works on one device, as a file to share."""

import os
import re
import sys
from enum import StrEnum
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from tieback.cli.capture_pcapdroid import KEY
from tieback.cli.formats import format_option
from tieback.cli.process import stop_signals
from tieback.cli.terminal import OutputFormat, data_console, exit_with_failures, message_console, write_line
from tieback.model.count_text import count_text
from tieback.model.device_result import STEPS, DeviceResult, StepOutcome
from tieback.model.document import encode
from tieback.model.errors import UsageError


class RouteMode(StrEnum):
    """How the device's traffic reaches the proxy."""

    REGULAR = "regular"
    WIREGUARD = "wireguard"


class Platform(StrEnum):
    """System of a device whose steps a person does."""

    ANDROID = "android"
    IOS = "ios"


def verify_device(
    device: Annotated[
        str, typer.Option(metavar="adb:SERIAL|manual", help="Device; `manual`: you do each step, also on iOS.")
    ] = "adb:",
    mode: Annotated[RouteMode, typer.Option(help="HTTP proxy, or WireGuard tunnel.")] = RouteMode.REGULAR,
    listen: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="Address to listen on; needed with --device manual.")
    ] = None,
    seconds: Annotated[float, typer.Option(min=1, max=3600, help="Seconds to wait for flows.")] = 60.0,
    only: Annotated[str, typer.Option(metavar="PACKAGE", help="App to start; the result does not name it.")] = "",
    install: Annotated[Path | None, typer.Option(help="APK to install for this run; removed afterwards.")] = None,
    pcapdroid: Annotated[bool, typer.Option("--pcapdroid", help="Try PCAPdroid, too; it must be installed.")] = False,
    unpin: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Try Frida with your own scripts (*.js) of this folder, too.")
    ] = None,
    platform: Annotated[Platform, typer.Option(help="System, with --device manual.")] = Platform.IOS,
    model: Annotated[str, typer.Option(help="Model, with --device manual.")] = "",
    os_version: Annotated[str, typer.Option("--os", help="System and version, with --device manual.")] = "",
    destinations: Annotated[
        str, typer.Option(metavar="remote|any|loopback|CIDR,...", help="Servers that the proxy may connect to.")
    ] = "remote",
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="New file for the result; default: named after the device.")
    ] = None,
    output: Annotated[OutputFormat, format_option(OutputFormat, "A table, or the JSON document.")] = OutputFormat.TABLE,
) -> None:
    """Try each step of a capture on a device, undo it, and write a result that you can share.

    The result has the model, the version of the system, and the end of each step. It has no serial number, account,
    address or app. Add it to docs/reference/devices to extend the list of verified devices.
    """
    from tieback.cli.capture import read_address, read_destinations, show_code
    from tieback.intake.capture.interface import DEFAULT_PORTS, ProxyMode
    from tieback.pipeline.capture.device import DevicePlan
    from tieback.pipeline.capture.live import CaptureRequest, default_state
    from tieback.pipeline.capture.verify import MANUAL, VerifyRequest
    from tieback.pipeline.capture.verify import verify_device as verify

    manual = device == MANUAL
    if manual and listen is None:
        raise UsageError(
            "the device needs an address of this computer",
            where="--device manual",
            advice="Add --listen ADDRESS:PORT, an address that the device can reach",
        )
    if manual and (only or install or unpin or pcapdroid):
        raise UsageError(
            "these options need adb",
            where="--only, --install, --unpin, --pcapdroid",
            advice="Remove them, or use --device adb:SERIAL",
        )
    if out is not None and os.path.lexists(out):
        raise UsageError(f"{out} exists", where="--out", advice="Choose another path")
    host, port = ("127.0.0.1", DEFAULT_PORTS[ProxyMode(mode)]) if listen is None else read_address(listen)
    run = CaptureRequest(
        workspace=Path(),
        state=default_state(os.environ),
        mode=ProxyMode(mode),
        host=host,
        port=port,
        seconds=seconds,
        device=None if manual else DevicePlan(device, only, install),
        destinations=read_destinations(destinations),
        unpin=unpin,
    )
    talk = message_console()
    with stop_signals(_interrupt):
        request = VerifyRequest(run, platform.value, model, os_version, pcapdroid, os.environ.get(KEY, ""))
        code = show_code if sys.stderr.isatty() else None
        result = verify(request, tell=talk.print, ask=_ask, code=code)
    document = encode("device-result", result)
    path = out or _free_path(result)
    with path.open("xb") as file:  # follows no link
        file.write(document + b"\n")
    if output is OutputFormat.TABLE:
        _print(result)
    else:
        write_line(document)
    talk.print(f"result to share: {path}")
    if failed := [step.step for step in result.steps if step.outcome is StepOutcome.FAILED]:
        exit_with_failures(f"{count_text(len(failed), 'step')} failed: {', '.join(failed)}")


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    """End the run at the first signal; the device is restored, and no result is written."""
    raise KeyboardInterrupt


def _ask(question: str) -> bool | None:
    """Put a question; ``None`` without a terminal, or if the person skips it."""
    if not sys.stdin.isatty():
        return None
    answer = ""
    while answer not in ("y", "n", "s"):
        answer = typer.prompt(f"{question} (y: yes, n: no, s: skip)", err=True).strip().lower()[:1]
    return {"y": True, "n": False}.get(answer)


def _free_path(result: DeviceResult) -> Path:
    """A new file name in the current folder, from model and version."""
    words = re.sub(r"[^a-z0-9]+", "-", f"{result.model} {result.os_version} {result.mode}".lower()).strip("-")[:80]
    names = (Path(f"device-{words or 'result'}{'' if number == 0 else f'-{number}'}.json") for number in range(1000))
    return next(path for path in names if not os.path.lexists(path))


def _print(result: DeviceResult) -> None:
    from rich.table import Table

    texts = {step.name: step.text for step in STEPS}
    table = Table("step", "result", "reason", title=f"{result.model}, {result.os_version}", title_justify="left")
    for step in result.steps:
        by = " (a person)" if step.source == "person" and step.outcome is not StepOutcome.NOT_TRIED else ""
        table.add_row(texts[step.step].replace("`", ""), f"{step.outcome.replace('_', ' ')}{by}", step.reason)
    data_console().print(table)
