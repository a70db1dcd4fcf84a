"""Names of classes in the texts of an app, by which code can make their objects.

``META-INF/services`` names the classes of services
(https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/util/ServiceLoader.html), and apps have lists of
their own plug-ins in JSON, such as ``capacitor.plugins.json``. Scripts bind classes by name
(``luajava.bindClass("com.shop.Pay")``, https://github.com/luaj/luaj), and import packages (``import "com.shop.*"``).
"""

import re

from tieback.intake.apps.interface import Bytes
from tieback.model.lazy_pattern import lazy_pattern

MAX_NAMES = 5_000
"""Most different names that are kept; with more of them every class counts as named."""
MAX_READ = 8 * 1024 * 1024
"""Most bytes of the texts before a manifest shows the packages of the app, of those whose words are read, and of those
in which names alone are looked for. With more of them every class counts as named.
"""
_OF_TOOLS = lazy_pattern(
    r"(?:^|/)(?:META-INF/(?:[^/]+\.(?:SF|MF|kotlin_module|version)|com/android/.*)|assets/dexopt/.*|(?:proguard|mapping)[^/]{0,60}\.txt"
    r"|BUNDLE-METADATA/.*)$"
)
"""Files that signatures and build tools write, which name every class or file."""
_NAMES_CLASSES = lazy_pattern(r"(?:^|/)META-INF/services/|\.(?:json|properties|xml|ya?ml|ini|cfg|conf|txt)$")
"""Files in which every package counts."""
_SERVICES = lazy_pattern(r"(?:^|/)META-INF/services/")
_SERVICE = lazy_pattern(rb"(?:^|\n)[ \t]{0,20}([\w.$]{3,300})")
_CLASS = lazy_pattern(rb"(?<=\w)\.([A-Z][\w$]{2,100})")
_OF_OWN = rb"[./]([\w.$/]{3,200})"
_PART = lazy_pattern(rb"[./]")
_QUOTED = lazy_pattern(rb"[\"']\.?([A-Z][\w$]{2,100})[\"']")
_WORD = lazy_pattern(rb"(?<![\w$])([A-Z][\w$]{2,100})")
_PREFIX = rb"[./](?:\*|[\"'])"
"""Behind a package: all classes of it, or the end of a text to which a script joins the name of a class."""


class TextNames:
    """The names in the texts of one app, without their packages."""

    def __init__(self) -> None:
        """Begin an app."""
        self._names: set[str] = set()
        self._simple: set[str] = set()
        self._left = self._left_simple = MAX_READ

    def see(self, file: str, data: Bytes, packages: tuple[str, ...]) -> None:
        """Note the names of classes in a text: behind the packages of the app, or behind any if these are not known."""
        if _OF_TOOLS.search(file):
            return
        forms = [form for one in packages for form in (one, one.replace(".", "/"))]
        for form in dict.fromkeys(forms):
            raw = form.encode("utf-8", "replace")
            if data.find(raw) < 0:
                continue
            self._note(re.compile(re.escape(raw) + _OF_OWN), data, self._names)
            if re.compile(re.escape(raw) + _PREFIX).search(data):
                self._left -= len(data)
                if self._left >= 0:
                    self._note(_WORD, data, self._names)
        if _SERVICES.search(file):
            self._note(_SERVICE, data, self._names)
        if not _NAMES_CLASSES.search(file):
            return
        self._left_simple -= len(data)
        if self._left_simple >= 0:
            self._note(_QUOTED, data, self._simple)
        if not packages:
            self._left -= len(data)
            if self._left >= 0:
                self._note(_CLASS, data, self._names)

    def _note(self, pattern: re.Pattern[bytes], data: Bytes, names: set[str]) -> None:
        for found in pattern.finditer(data):
            if len(names) > MAX_NAMES:
                return
            names.update(part.decode("utf-8", "replace") for part in _PART.split(found[1]) if part)

    def __contains__(self, name: str) -> bool:
        """True if a text may have the name of a class behind its package."""
        return name in self._names or len(self._names) > MAX_NAMES or self._left < 0

    def binds(self, name: str) -> bool:
        """True if a text that was read has the name of a class behind its package."""
        return name in self._names

    def has_simple(self, name: str) -> bool:
        """True if a text may have the name of a class alone, which code can put behind a package."""
        return name in self._simple or len(self._simple) > MAX_NAMES or self._left_simple < 0
