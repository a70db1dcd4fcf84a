"""Lines of settings (``key = value``, YAML, SQL): comments, return addresses, and facts about packages."""

import re
from functools import cached_property
from itertools import islice

from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.texts import prose, redirects, structured
from tieback.recognise.texts.languages import METADATA
from tieback.recognise.texts.prose import COMMENT

_REDIRECT_LINE = lazy_pattern(rb"\s*[\"']?(?:[\w.-]{0,60}[._-])?%b[\"']?\s*[:= ]" % redirects.SETTING, re.IGNORECASE)
_LINE_COMMENT = lazy_pattern(rb"\s*(?:#|;|!|//|--\s|rem )|[^\"']*\s#\s", re.IGNORECASE)
_METADATA_LINE = lazy_pattern(
    rb"\s*[\"']?(?:(?P<sure>issue_tracker|bundle-\w+|specification-\w+|implementation-\w+)"
    rb"|homepage|home[-_]?url|repository|documentation|license|licence|author|funding|project[-_]url|scm|resolved)"
    rb"[\"']?\s*[:= ]",
    re.IGNORECASE,
)
_PACKAGE_LINE = lazy_pattern(
    rb"^[ \t]{0,4}[\"']?(?:name|pretty_name|version|version_id|licen[cs]e|authors?|maintainers?|summary"
    rb"|(?P<sure>metadata-version|dependencies|dev_dependencies|integrity|resolution|checksum|lockfile_?version))"
    rb"[\"']?\s{0,4}[:= ]",
    re.IGNORECASE | re.MULTILINE,
)
"""A line of the description of a package or a system, or of a list of packages: pubspec.yaml, os-release, yarn.lock."""
_OF_SETTINGS = frozenset((b"name", b"version", b"author", b"authors"))
"""Keys that the settings of an app have, too."""
_PACKAGE_NAME = lazy_pattern(r"(?:^|/)(?:pubspec|os-release|cargo|pyproject|package|snapcraft)\b[^/]*$")
_LEAST_OF_PACKAGE, _PACKAGE_HEAD = 2, 64 * 1024
"""Fewest of these keys beside one of the others, and where they are looked for."""


class SettingLines:
    """The lines of one text."""

    def __init__(self, file: str, data: bytes) -> None:
        """Set the name of the entry, and its bytes."""
        self._file, self._data = file, data

    def reason(self, offset: int) -> str:
        """Why a URL at an offset is no address that the app uses; empty if it may be one."""
        start = self._data.rfind(b"\n", 0, offset) + 1
        line = self._data[max(start, offset - 400) : offset]
        if start >= offset - 400 and (comment := _LINE_COMMENT.match(line)):
            is_value = b"#" in comment[0].lstrip()[1:] and self._file.endswith(".properties")
            return "" if is_value else COMMENT  # https://docs.oracle.com/javase/8/docs/api/java/util/Properties.html
        if _REDIRECT_LINE.match(line) and redirects.is_of_sign_in(self._data, line, start, offset):
            return prose.REDIRECT
        fact = _METADATA_LINE.match(line)
        if fact and (fact["sure"] or self._lists_packages):
            return METADATA
        return METADATA if structured.is_api(self._data) and structured.is_page_of_api(self._data, offset) else ""

    @cached_property
    def _lists_packages(self) -> bool:
        """True for lines that describe a package or list some; settings can have a ``home_url``, too."""
        found = list(islice(_PACKAGE_LINE.finditer(self._data, 0, _PACKAGE_HEAD), 1_000))
        own = {one[0].strip(b"\"' \t:=").lower() for one in found}
        named = self._file.lower().endswith((".lock", "jacoco.properties"))
        is_package = _PACKAGE_NAME.search(self._file.lower()) is not None or bool(own - _OF_SETTINGS)
        return named or any(one["sure"] for one in found) or (is_package and len(own) >= _LEAST_OF_PACKAGE)
