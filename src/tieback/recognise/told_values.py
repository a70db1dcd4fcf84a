"""Values of an app's ``Info.plist`` that the system only shows to a person, as XML, binary, or for one language.

The page of a privacy policy, the reasons for permissions, and the copyright line. Source:
https://developer.apple.com/documentation/bundleresources/information-property-list. A host that another value has, too,
stays. Bounds: those of ``read_values``, and 50,000 values, since a binary file can name one object many times.
"""

from typing import Any, NamedTuple

from tieback.intake.apps.interface import Bytes
from tieback.intake.apps.plist import MAX_PLIST, read_values
from tieback.intake.apps.stringpool import MalformedPoolError
from tieback.recognise.reasons import LINK
from tieback.recognise.texts.prose import MESSAGE
from tieback.recognise.texts.whole_names import whole_names

FILES = ("Info.plist", "InfoPlist.strings")
MAX_VALUES = 50_000
_PAGES = frozenset(("NSSensorKitPrivacyPolicyURL",))
"""Keys whose page the system opens when a person taps it."""
_MESSAGES = frozenset(("NSHumanReadableCopyright", "CFBundleGetInfoString", "NSSensorKitUsageDetail"))
_PURPOSE = "UsageDescription"
"""Part of the keys of why the app asks for something; one of them has a dictionary of texts."""


class ToldValues(NamedTuple):
    """The names in the texts of an ``Info.plist``, in lower case, of each kind of text."""

    pages: frozenset[str] = frozenset()
    messages: frozenset[str] = frozenset()
    rest: frozenset[str] = frozenset()

    def reason(self, host: str) -> str:
        """Why no code contacts a host; empty if it may."""
        name = host.lower()
        if name in self.rest:
            return ""
        return LINK if name in self.pages else MESSAGE if name in self.messages else ""


NONE = ToldValues()


def told_values(file: str, data: Bytes) -> ToldValues:
    """The texts of a file with such a name; ``NONE`` for other files, and if it cannot be read or is too large."""
    if not file.endswith(FILES) or len(data) > MAX_PLIST:
        return NONE
    try:
        values = read_values(bytes(data))
    except MalformedPoolError:
        return NONE
    kinds: dict[str, list[str]] = {LINK: [], MESSAGE: [], "": []}
    stack: list[tuple[str, Any]] = [("", values)]
    for _ in range(MAX_VALUES):
        if not stack:
            return ToldValues(*(whole_names("\n".join(texts).lower()) for texts in kinds.values()))
        kind, node = stack.pop()
        if isinstance(node, str):
            kinds[kind].append(node)
        elif isinstance(node, dict):
            kinds[""] += map(str, node)  # App Transport Security has hosts as keys
            stack += [(kind or _kind(key), value) for key, value in node.items()]
        elif isinstance(node, list):
            stack += [(kind, value) for value in node]
    return NONE


def _kind(key: object) -> str:
    name = str(key)
    if name in _PAGES:
        return LINK
    return MESSAGE if name in _MESSAGES or _PURPOSE in name else ""
