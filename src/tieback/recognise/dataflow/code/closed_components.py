"""Components that only the app itself can start: without an intent filter, and not exported.

Source: https://developer.android.com/guide/topics/manifest/activity-element#exported
"""

import re
from collections.abc import Iterator, Sequence

MAX_COMPONENTS = 2_000
_COMPONENT = re.compile(r"<(activity|service|receiver)(?=\s)([^<>]{0,4000})>")
_NAME = re.compile(r"\s(?:android:)?name=\"([^\"]{1,300})\"")
_EXPORTED = re.compile(r"\s(?:android:)?exported=\"(?!false\")")
_FILTER = "<intent-filter"
_PACKAGE = re.compile(r"<manifest\b[^<>]{0,4000}?\bpackage=\"([^\"]{1,300})\"")
_SHARED = re.compile(r"\bsharedUserId=\"|<instrumentation\b")
"""What a manifest has if other packages run as the same user, or if tests run in the app: they can start everything."""


class ClosedComponents:
    """Those of the manifests of one app."""

    def __init__(self, manifests: Sequence[str]) -> None:
        """Read them."""
        names = set[str]()
        rest: list[str] = []
        is_shared = any(_SHARED.search(text) is not None for text in manifests)
        for text in manifests:
            kept = 0
            package = manifest_package(text)
            for name, begin, end in _closed(text) if not is_shared else ():
                names.add(full_name(package, name))
                rest.append(text[kept:begin])
                kept = end
            rest.append(text[kept:])
        self._names = frozenset(names)
        self._rest = "\n".join(rest)

    def has(self, full: str) -> bool:
        """True for the name of the class of such a component, such as ``com.shop.app.Main``.

        Not if a manifest has its name, without the package, also in another place, as the target of an alias or the
        parent of an activity.
        """
        return full in self._names and full.rpartition(".")[2] not in self._rest


def manifest_package(manifest: str) -> str:
    """The package of a manifest; empty if it names none."""
    found = _PACKAGE.search(manifest)
    return found[1] if found else ""


def full_name(package: str, name: str) -> str:
    """The class that the manifest of a package names, with the package."""
    if "." in name and name[0] != ".":
        return name
    return f"{package}{name}" if name[0] == "." else f"{package}.{name}"


def _closed(text: str) -> Iterator[tuple[str, int, int]]:
    """The name of each such component, and where it begins and ends."""
    behind = _NextPlaces(text)
    for count, found in enumerate(_COMPONENT.finditer(text)):
        if count >= MAX_COMPONENTS:
            return
        attributes = found[2]
        name = _NAME.search(attributes)
        if name is None or _EXPORTED.search(attributes) is not None:
            continue
        if not attributes.endswith("/"):
            end = behind.of(f"</{found[1]}>", found.end())
            if end == len(text):
                return
            if behind.of(_FILTER, found.end()) + len(_FILTER) <= end:
                continue
        yield name[1], found.start(2) + name.start(1), found.start(2) + name.end(1)


class _NextPlaces:
    """Where some texts are next in a manifest: all searches for one of them together read it once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._known: dict[str, int] = {}

    def of(self, sign: str, begin: int) -> int:
        """The first place at or behind ``begin``, which never goes back; the end of the manifest if there is none."""
        known = self._known.get(sign, -1)
        if known < begin:
            found = self._text.find(sign, begin)
            known = self._known[sign] = found if found >= 0 else len(self._text)
        return known
