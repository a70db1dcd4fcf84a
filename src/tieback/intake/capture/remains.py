"""Whether the undo of a step left something on a device; reads only."""

from tieback.intake.capture.device import Shell
from tieback.intake.capture.journal import (
    RemoveFile,
    RemoveReverse,
    RestoreSetting,
    StopApp,
    StopMonkey,
    UndoStep,
    Uninstall,
)

_UNSET = {"", "null", ":0"}
"""What ``settings get`` prints for a proxy that is not set; ``:0`` is the same."""


def remains(shell: Shell, undo: UndoStep) -> str:
    """What is still there of a step that should be undone; empty if nothing is.

    Raises:
        DeviceError: the device cannot be reached.
    """
    match undo:
        case RestoreSetting(name, value):
            now = shell.run(["settings", "get", "global", name]).output.strip()
            same = now == value if value is not None else now in _UNSET
            return "" if same else f"the setting {name}"
        case RemoveReverse(port):
            return "the reversed port" if port in shell.reversed_ports() else ""
        case Uninstall(package):
            return "the app" if shell.run(["pm", "path", package]).output.startswith("package:") else ""
        case RemoveFile(path):
            return f"the file {path}" if shell.run(["ls", path]).code == 0 else ""
        case StopApp(package):
            return "the running app" if shell.run(["pidof", package]).code == 0 else ""
        case StopMonkey():
            return "the monkey" if shell.run(["pgrep", "-f", "com.android.commands.monkey"]).code == 0 else ""
