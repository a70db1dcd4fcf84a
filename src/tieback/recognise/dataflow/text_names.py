"""Names of classes in the texts of an app, by which code can make their objects.

``META-INF/services`` names the classes of services
(https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/util/ServiceLoader.html), and apps have lists of
their own plug-ins in JSON, such as ``capacitor.plugins.json``.
"""

import re

from tieback.intake.apps.interface import Bytes

MAX_NAMES = 5_000
"""Most different names that are kept; with more of them every class counts as named."""
MAX_FILE = 64 * 1024
"""Most bytes of a text that is read before a manifest shows the packages of the app."""
MAX_READ = 4 * 1024 * 1024
"""Most bytes of all such texts; with more of them every class counts as named."""
_OF_TOOLS = re.compile(
    r"(?:^|/)(?:META-INF/(?:[^/]+\.(?:SF|MF|kotlin_module|version)|com/android/.*)|assets/dexopt/.*|(?:proguard|mapping)[^/]{0,60}\.txt"
    r"|BUNDLE-METADATA/.*)$"
)
"""Files that signatures and build tools write, which name every class or file."""
_NAMES_CLASSES = re.compile(r"(?:^|/)META-INF/services/|\.(?:json|properties|xml|ya?ml|ini|cfg|conf|txt)$")
"""Files in which every package counts."""
_CLASS = re.compile(rb"(?<=\w)\.([A-Z][\w$]{2,100})")
_OF_OWN = rb"\.([\w.$]{3,200})"


class TextNames:
    """The names in the texts of one app, without their packages."""

    def __init__(self) -> None:
        """Begin an app."""
        self._names: set[str] = set()
        self._left = MAX_READ

    def see(self, file: str, data: Bytes, packages: tuple[str, ...]) -> None:
        """Note the names of classes in a text: behind the packages of the app, or behind any if these are not known."""
        if _OF_TOOLS.search(file):
            return
        for package in packages:
            raw = package.encode("utf-8", "replace")
            if data.find(raw + b".") >= 0:
                self._note(re.compile(re.escape(raw) + _OF_OWN), data)
        if not packages and len(data) <= MAX_FILE and self._left >= 0 and _NAMES_CLASSES.search(file):
            self._left -= len(data)
            if self._left >= 0:
                self._note(_CLASS, data)

    def _note(self, pattern: re.Pattern[bytes], data: Bytes) -> None:
        for found in pattern.finditer(data):
            if len(self._names) > MAX_NAMES:
                return
            self._names.add(found[1].rpartition(b".")[2].decode("utf-8", "replace"))

    def __contains__(self, name: str) -> bool:
        """True if a text may have the name of a class."""
        return name in self._names or len(self._names) > MAX_NAMES or self._left < 0
