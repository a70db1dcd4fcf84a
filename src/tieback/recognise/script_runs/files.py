"""Files of the app that a script reads while it runs: modules that it imports, and settings that it requests.

Sources: https://tc39.es/ecma262/#sec-modules, https://fetch.spec.whatwg.org. A page of an app requests
``assets/config.json`` from its own files.
"""

from collections.abc import Mapping
from posixpath import dirname, join, normpath
from typing import NamedTuple

MAX_LOADED = 60
"""Most modules of a run."""


class AppScript(NamedTuple):
    """A script of the app."""

    text: bytes
    base: int
    """What is added to its offsets, so that those of all scripts of a run differ."""


class AppFiles:
    """The scripts and settings of an app by the names of their files."""

    def __init__(self, scripts: Mapping[str, AppScript], documents: Mapping[str, bytes]) -> None:
        self._scripts = scripts
        self._documents = documents

    def script(self, file: str, path: str) -> str | None:
        """The script that another one imports by a path; ``None`` if the app has none."""
        if not path.startswith(("./", "../", "/")):
            return None
        place = path.lstrip("/") if path.startswith("/") else normpath(join(dirname(file), path))
        place = place.partition("?")[0]
        for name in (place, f"{place}.js", f"{place}/index.js"):
            if name in self._scripts:
                return name
        return next((name for name in self._scripts if path.startswith("/") and name.endswith(path)), None)

    def __getitem__(self, name: str) -> AppScript:
        """A script by the name of its file."""
        return self._scripts[name]

    def document(self, address: str) -> str | None:
        """The text of a file of settings that a page requests by a relative address."""
        if "://" in address or not 0 < len(address) <= 300:
            return None
        path = normpath("/" + address.partition("?")[0].partition("#")[0].lstrip("/"))
        found = min((name for name in self._documents if f"/{name}".endswith(path)), key=len, default=None)
        return None if found is None else self._documents[found].decode("utf-8", "replace")
