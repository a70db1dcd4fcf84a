"""Code of a hybrid app that runs only if a plugin of Cordova is in the package, and the plugin is not.

Cordova writes the plugins of a package into ``cordova_plugins.js``. Libraries such as ngCordova look there before they
open a page of a sign-in: ``if (metadata.hasOwnProperty("org.apache.cordova.inappbrowser"))``. Sources:
https://cordova.apache.org/docs/en/latest/guide/hybrid/plugins/, https://github.com/ngcordova/ng-cordova-oauth
A plugin has had several names; one counts as present if the list has the last word of its name. Bounds: 200 conditions
per file, lists of 1 MiB.
"""

from itertools import islice
from typing import NamedTuple

from tieback.intake.apps.interface import Bytes
from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.scripts.reader import Budget, BudgetError, Reader

NO_PLUGIN = "only in code that needs a plugin of Cordova, which is not in the package"
LIST = "cordova_plugins.js"
MAX_CONDITIONS = 200
"""Most conditions of one file; code behind further ones stays."""
MAX_LIST = 1024 * 1024
"""Most bytes of the lists of plugins; beyond, all code stays."""
_ASKS = b"plugin_list"
_CONDITION = lazy_pattern(
    rb"(?:\.hasOwnProperty\(\s{0,4}[\"'](?P<id>[\w.-]{3,80})[\"']\s{0,4}\)|\.isInAppBrowserInstalled\([\w$.]{0,40}\))"
    rb"(?:\s{0,4}={2,3}\s{0,4}(?:true|!0))?\s{0,4}\)\s{0,80}(?:if\s{0,4}\([^(){};]{1,80}\)\s{0,80}){0,2}(?P<block>\{)"
)
"""A condition, also one with others behind it and without braces, as in minified scripts, and the block after it."""
_NEGATED = lazy_pattern(rb"!\s{0,4}[\w$.\[\]()\"'/-]{0,120}\Z")
"""What is before a condition that is true without the plugin."""
_NAMED = 130
"""Most bytes of the name of the list before a condition."""
_BEFORE = 400
"""Most bytes between the list of plugins and the condition with a name."""
_STEPS = 20_000
_BROWSER = b"inappbrowser"
_WORD = lazy_pattern(rb"[a-z0-9]{3,}\Z")


class _Block(NamedTuple):
    start: int
    end: int
    plugin: bytes
    """The last word of the plugin's name, in lower case."""


class MissingPlugins:
    """The plugins in a package, and the code that runs only with one."""

    def __init__(self) -> None:
        """Begin an app."""
        self._listed = b""
        self._asked: dict[bytes, bool] = {}
        self._blocks: dict[str, list[_Block]] = {}

    def see_list(self, data: Bytes) -> None:
        """Read a list of plugins; those of several platforms count together."""
        self._listed += bytes(data[: MAX_LIST + 1]).lower() + b"\n" if len(self._listed) <= MAX_LIST else b""

    def see(self, file: str, data: Bytes) -> None:
        """Read the conditions in a script."""
        text = bytes(data)
        if _ASKS not in text:
            return
        blocks, budget = list[_Block](), Budget(_STEPS)
        try:
            for found in islice(_CONDITION.finditer(text), MAX_CONDITIONS):
                if _NEGATED.search(text, max(0, found.start() - _NAMED), found.start()):
                    continue  # it runs without the plugin
                plugin = _WORD.search((found["id"] or _BROWSER).lower())
                if plugin is None or (
                    found["id"] and text.rfind(_ASKS, max(0, found.start() - _BEFORE), found.start()) < 0
                ):
                    continue
                end = Reader(text, found.start("block"), budget).closing(found.start("block"))
                if end > 0:
                    blocks.append(_Block(found.start("block"), end, plugin[0]))
        except BudgetError:
            pass  # code behind it stays
        if blocks:
            self._blocks[file] = blocks

    def applies(self, file: str, offset: int | None) -> bool:
        """True if code at an offset never runs, because its plugin is missing.

        False if there is no list of plugins, or if it is too long.
        """
        if not self._listed or len(self._listed) > MAX_LIST or offset is None:
            return False
        return any(
            block.start <= offset < block.end and not self._is_listed(block.plugin)
            for block in self._blocks.get(file, ())
        )

    def _is_listed(self, plugin: bytes) -> bool:
        if plugin not in self._asked:
            self._asked[plugin] = plugin in self._listed
        return self._asked[plugin]
