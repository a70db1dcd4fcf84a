"""Which plug-ins the user enables: the table ``[plugins]`` of the user's own ``config.toml``, and no other file.

``readers`` and ``renderers`` are lists of names. Without the table, nothing of ``engine.plugins`` is imported.
"""

import tomllib
from typing import TYPE_CHECKING

import msgspec

from tieback.model.errors import UsageError, file_fault
from tieback.user_state import configuration_folder

if TYPE_CHECKING:
    from tieback.model.report.used import PluginUsed

KEYS = ("readers", "renderers")
FILE = "config.toml"
_MAX_FILE = 64 * 1024


def enabled_names() -> dict[str, tuple[str, ...]]:
    """The names in the user's configuration, by key; empty without the table.

    Raises:
        UsageError: the file cannot be read, or the table is not as described.
    """
    path = configuration_folder() / FILE
    try:
        with path.open("rb") as file:
            table = tomllib.loads(file.read(_MAX_FILE).decode()).get("plugins", {})
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise UsageError(f"cannot be read ({error.strerror})", where=str(path), advice="Check the path") from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"cannot be read ({file_fault(error)})", where=str(path), advice="Correct it") from None
    try:
        return msgspec.convert({key: table[key] for key in KEYS if key in table}, dict[str, tuple[str, ...]])
    except (msgspec.ValidationError, TypeError) as error:
        where, advice = f"{path}: [plugins]", 'Write lists of names, such as readers = ["acme"]'
        raise UsageError(str(error), where=where, advice=advice) from None


def plugins_used() -> "tuple[PluginUsed, ...]":
    """The plug-ins that are enabled and installed, for reports. Runs none of them.

    Raises:
        UsageError: as ``enabled_names``.
    """
    enabled = enabled_names()
    if not any(enabled.values()):
        return ()
    from tieback.engine.plugins import installed_plugins
    from tieback.model.report.used import PluginUsed

    return tuple(
        PluginUsed(one.name, one.kind.word, one.version, one.distribution)
        for one in installed_plugins()
        if one.name in enabled.get(one.kind.key, ())
    )
