"""The user's folders for configuration and state (XDG Base Directory Specification)."""

import os
from collections.abc import Mapping
from pathlib import Path


def configuration_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """``$XDG_CONFIG_HOME/tieback``, else ``~/.config/tieback``."""
    return _folder(environment, "XDG_CONFIG_HOME", ".config")


def state_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """``$XDG_STATE_HOME/tieback``, else ``~/.local/state/tieback``."""
    return _folder(environment, "XDG_STATE_HOME", ".local/state")


def _folder(environment: Mapping[str, str], variable: str, default: str) -> Path:
    base = environment.get(variable, "")
    # The specification: a path that is not absolute is invalid and ignored.
    if base.startswith("/"):
        return Path(base, "tieback")
    home = environment.get("HOME", "")
    return (Path(home) if home.startswith("/") else Path.home()) / default / "tieback"
