"""The work of Python plug-ins (``engine.plugins``): converted files, and reports in their formats.

A plug-in is trusted code. It runs only if the user's own configuration names it (``plugin_config``).
"""

import tempfile
from pathlib import Path
from typing import BinaryIO

import msgspec

from tieback.engine.plugins import Plugin, PluginKind, find_plugin, installed_plugins, run_plugin
from tieback.model.errors import InputError, UsageError
from tieback.model.report.document import Report
from tieback.pipeline.plugin_config import FILE, enabled_names
from tieback.report.files import open_whole
from tieback.report.formats.ndjson import NdjsonRenderer
from tieback.report.interface import RendererMeta
from tieback.user_state import configuration_folder

PREFIX = "plugin:"
"""Before the name of a renderer in ``--format``."""


class PluginState(msgspec.Struct, frozen=True):
    """A plug-in that is installed, enabled or both: one line of ``tieback plugins list``."""

    name: str
    """Name of the plug-in."""
    kind: str
    """``reader`` or ``renderer``."""
    version: str
    """Version of the distribution; empty if unknown."""
    distribution: str
    """Python distribution of the plug-in."""
    enabled: bool
    """True if your configuration file names it."""
    installed: bool
    """True if its distribution is installed."""


def plugin_states() -> list[PluginState]:
    """All plug-ins that are installed or enabled, by kind and name."""
    enabled = {(kind, name) for kind in PluginKind for name in enabled_names().get(kind.key, ())}
    installed = installed_plugins()
    found = [
        PluginState(one.name, one.kind.word, one.version, one.distribution, (one.kind, one.name) in enabled, True)
        for one in installed
    ]
    missing = enabled - {(one.kind, one.name) for one in installed}
    found += [PluginState(name, kind.word, "", "", True, False) for kind, name in missing]
    return sorted(found, key=lambda one: (one.kind, one.name, one.distribution))


def enabled_plugin(kind: PluginKind, name: str) -> Plugin:
    """A plug-in that the user enables.

    Raises:
        UsageError: the user's configuration does not name it, or it is not installed.
    """
    if name not in enabled_names().get(kind.key, ()):
        raise UsageError(
            "your configuration does not enable this plug-in",
            where=name[:80],
            advice=f"A plug-in is trusted code. To run it, add its name to {kind.key} in [plugins] of "
            f"{configuration_folder() / FILE}",
        )
    return find_plugin(kind, name)


def read_with_plugin(name: str, path: Path, out: Path) -> int:
    """Write a file in a format that tieback reads. The result is checked when it is imported, as any file.

    Returns:
        The bytes that the plug-in wrote.

    Raises:
        UsageError: the plug-in is not enabled or not installed.
        InputError: the file cannot be read, or the plug-in failed; nothing is written.
        WorkspaceError: the output cannot be written.
    """
    plugin = enabled_plugin(PluginKind.READER, name)
    try:
        source = path.open("rb")
    except OSError as error:
        raise InputError(error.strerror or "cannot be read", where=str(path), advice="Check the path") from None
    with source, open_whole(out, "file") as file:
        return run_plugin(plugin, source, file)


class PluginRenderer:
    """A report format of a plug-in. It gets the report as JSON lines, as ``--format ndjson`` writes it."""

    def __init__(self, name: str) -> None:
        """Choose the plug-in.

        Raises:
            UsageError: it is not enabled or not installed.
        """
        self._plugin = enabled_plugin(PluginKind.RENDERER, name)
        self.written = 0
        """Bytes of the last report."""
        self.meta = RendererMeta(f"{PREFIX}{name}", "", "application/octet-stream")

    def render(self, report: Report, out: BinaryIO) -> None:
        """Write the report. Raises ``InputError`` if the plug-in fails, and ``OSError`` as all renderers."""
        with tempfile.TemporaryFile() as lines:
            NdjsonRenderer().render(report, lines)
            lines.flush()
            lines.seek(0)
            self.written = run_plugin(self._plugin, lines, out)
