"""``tieback capture --mode pcapdroid``: which options apply, and the API key."""

import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import typer

from tieback.model.capture import LiveRun
from tieback.model.errors import UsageError
from tieback.model.flow import Flow

if TYPE_CHECKING:
    from tieback.pipeline.capture.device import Tell
    from tieback.pipeline.capture.live import CaptureRequest

KEY = "TIEBACK_PCAPDROID_KEY"
"""Environment variable with PCAPdroid's API key; a command line would show it to other users."""
APPLY = frozenset(
    {
        "mode", "seconds", "only", "device", "install", "monkey", "seed", "explore", "unpin", "leaks", "keylog", "save",
        "workspace", "rules", "output",
    }
)  # fmt: skip
"""Options that work without a proxy."""


def check_options(context: typer.Context, *, without_proxy: bool) -> None:
    """Refuse options of the proxy on the command line of a run without one. Raises ``UsageError``."""
    for param in context.command.params if without_proxy else ():
        name = param.name or ""
        if name == "apps" and context.params.get(name) is not None:
            raise UsageError(
                "a list of apps needs the proxy",
                where="--apps",
                advice="Run each app with --only, or use another --mode",
            )
        source = context.get_parameter_source(name)
        if name not in APPLY and source is not None and source.name == "COMMANDLINE":
            raise UsageError(
                "this option is for the proxy", where=param.opts[0], advice="Remove it, or use another --mode"
            )


def record(request: "CaptureRequest", stopped: Callable[[], bool], tell: "Tell") -> Iterator[Flow | LiveRun]:
    """Record with PCAPdroid, with the API key of the environment."""
    from tieback.pipeline.capture.pcapdroid import PcapdroidRequest, run_pcapdroid

    return run_pcapdroid(PcapdroidRequest(request, os.environ.get(KEY, "")), stopped=stopped, tell=tell)
