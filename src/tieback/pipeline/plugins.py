"""Python plug-ins: which ones the user enables, and the work that they do (``engine.plugins``).

A plug-in is trusted code. It runs only if the user's own configuration names it, in the table ``[plugins]`` of
``config.toml``: ``readers`` and ``renderers`` are lists of names. The file of a project and a workspace cannot.
"""

import tempfile
import tomllib
from pathlib import Path
from typing import BinaryIO

import msgspec

from tieback.engine.plugins import Plugin, PluginKind, find_plugin, installed_plugins, run_plugin
from tieback.model.errors import InputError, UsageError
from tieback.model.report import Report
from tieback.report.files import open_whole
from tieback.report.formats.ndjson import NdjsonRenderer
from tieback.report.interface import RendererMeta
from tieback.user_state import configuration_folder

PREFIX = "plugin:"
"""Before the name of a renderer in ``--format``."""
KEYS = {"readers": PluginKind.READER, "renderers": PluginKind.RENDERER}
"""Keys of the table ``[plugins]``."""
_FILE = "config.toml"
_MAX_FILE = 64 * 1024


class PluginState(msgspec.Struct, frozen=True):
    """A plug-in that is installed, enabled or both: one line of ``tieback plugins list``."""

    name: str
    kind: str
    """``reader`` or ``renderer``."""
    version: str
    distribution: str
    enabled: bool
    installed: bool


def enabled_names() -> dict[PluginKind, tuple[str, ...]]:
    """The names in the user's configuration.

    Raises:
        UsageError: the table is not as described.
    """
    path = configuration_folder() / _FILE
    try:
        with path.open("rb") as file:
            tables = tomllib.loads(file.read(_MAX_FILE).decode())
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"cannot be read ({error})", where=str(path), advice="Correct it") from None
    table = tables.get("plugins", {})
    try:
        found = msgspec.convert({key: table[key] for key in KEYS if key in table}, dict[str, tuple[str, ...]])
    except (msgspec.ValidationError, TypeError) as error:
        where, advice = f"{path}: [plugins]", 'Write lists of names, such as readers = ["acme"]'
        raise UsageError(str(error), where=where, advice=advice) from None
    return {KEYS[key]: names for key, names in found.items()}


def plugin_states() -> list[PluginState]:
    """All plug-ins that are installed or enabled, by kind and name."""
    enabled = enabled_names()
    found = [
        PluginState(
            one.name, _word(one.kind), one.version, one.distribution, one.name in enabled.get(one.kind, ()), True
        )
        for one in installed_plugins()
    ]
    known = {(one.kind, one.name) for one in found}
    missing = ((kind, name) for kind, names in enabled.items() for name in names)
    found += [
        PluginState(name, _word(kind), "", "", True, False)
        for kind, name in missing
        if (_word(kind), name) not in known
    ]
    return sorted(found, key=lambda one: (one.kind, one.name, one.distribution))


def enabled_plugin(kind: PluginKind, name: str) -> Plugin:
    """A plug-in that the user enables.

    Raises:
        UsageError: the user's configuration does not name it, or it is not installed.
    """
    if name not in enabled_names().get(kind, ()):
        key = next(key for key, value in KEYS.items() if value is kind)
        raise UsageError(
            "your configuration does not enable this plug-in",
            where=name[:80],
            advice=f"A plug-in is trusted code. To run it, add its name to {key} in [plugins] of "
            f"{configuration_folder() / _FILE}",
        )
    return find_plugin(kind, name)


def read_with_plugin(name: str, path: Path, out: Path) -> None:
    """Write a file in a format that tieback reads. The result is checked when it is imported, as any file.

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
        run_plugin(plugin, source, file)


class PluginRenderer:
    """A report format of a plug-in. It gets the report as JSON lines, as ``--format ndjson`` writes it."""

    def __init__(self, name: str) -> None:
        """Choose the plug-in.

        Raises:
            UsageError: it is not enabled or not installed.
        """
        self._plugin = enabled_plugin(PluginKind.RENDERER, name)
        self.meta = RendererMeta(f"{PREFIX}{name}", "", "application/octet-stream")

    def render(self, report: Report, out: BinaryIO) -> None:
        """Write the report. Raises ``InputError`` if the plug-in fails, and ``OSError`` as all renderers."""
        with tempfile.TemporaryFile() as lines:
            NdjsonRenderer().render(report, lines)
            lines.flush()
            lines.seek(0)
            run_plugin(self._plugin, lines, out)


def _word(kind: PluginKind) -> str:
    return "reader" if kind is PluginKind.READER else "renderer"
