"""Judge cookies: a login, an identifier of a browser, or neither.

A cookie's name is arbitrary (RFC 6265). Known cookies are data, in ``cookies.toml``. An unknown cookie is a credential
if its value is long or random enough for one, because a wrong "none" would hide a session.
"""

import re
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache, cached_property
from importlib import resources
from urllib.parse import unquote

import msgspec

TOKEN, IDENTIFIER = "secret_token", "device_id"
MAX_COOKIES = 64
MAX_NAMES = 4096
"""Names of cookies whose rules are remembered."""


class CookieRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """Cookies of one service."""

    names: tuple[str, ...]
    source: str
    value: str = ""
    """Pattern of the whole value; empty for any."""

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """Compiled at the first cookie with one of the names."""
        return re.compile(self.value, re.DOTALL)

    def names_cookie(self, name: str) -> bool:
        """True if the rule is about cookies of this name."""
        return any(fnmatchcase(name, pattern) for pattern in self.names)

    def takes(self, value: str) -> bool:
        """True if the rule is about this value of its cookies."""
        return not self.value or self.compiled.fullmatch(value) is not None


class CookieRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """The tables of ``cookies.toml``."""

    tracker: tuple[CookieRule, ...]
    infrastructure: tuple[CookieRule, ...]
    setting: tuple[CookieRule, ...]

    @cached_property
    def _of_name(self) -> dict[str, tuple[tuple[CookieRule, ...], tuple[CookieRule, ...]]]:
        return {}

    def of_name(self, name: str) -> tuple[tuple[CookieRule, ...], tuple[CookieRule, ...]]:
        """The rules about a name in lower case: those of cookies that are neither, and those of identifiers."""
        known = self._of_name.get(name)
        if known is None:
            if len(self._of_name) >= MAX_NAMES:
                self._of_name.clear()
            neither = tuple(rule for rule in (*self.infrastructure, *self.setting) if rule.names_cookie(name))
            known = self._of_name[name] = neither, tuple(rule for rule in self.tracker if rule.names_cookie(name))
        return known


@cache
def load_cookie_rules() -> CookieRules:
    """The rules of ``cookies.toml``.

    Raises:
        msgspec.ValidationError: the data file is damaged.
    """
    text = resources.files("tieback.leaks").joinpath("cookies.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), CookieRules)


_EMPTY = frozenset(
    {"null", "none", "nil", "undefined", "deleted", "delete", "expired", "true", "false", "unknown", "-", ""}
)
_SESSION = re.compile(r"sess|(?:^|[^a-z])s?sid(?:$|[^a-z])|auth|token|jwt|login|remember|passw|secret|credential")
_NO_SECRET = re.compile(
    r"[A-Za-z]{1,40}(?:[-_ ][A-Za-z]{1,40}){0,8}|\d{1,13}l?|\d{4}-\d\d-\d\d.{0,20}|v?[\d.]{1,24}|https?://[^?]*"
)
"""Words, a number, a time, a version or an address."""
_SHORT, _LONG = 6, 12


def judge_cookies(header: str, *, set_cookie: bool = False) -> str:
    """The class of a ``Cookie`` or ``Set-Cookie`` header: ``secret_token``, ``device_id``, or empty for neither."""
    found = cookie_classes(header, set_cookie=set_cookie)
    return next((one for one in (TOKEN, IDENTIFIER) if one in found), "")


def cookie_classes(header: str, *, set_cookie: bool = False) -> set[str]:
    """The classes of all cookies of a header; an empty text for those that are neither."""
    return {judge_cookie(name, value) for name, value in _cookies(header, set_cookie=set_cookie)}


def judge_cookie(name: str, value: str) -> str:
    """The class of one cookie; empty if it is neither a credential nor an identifier."""
    plain, text = name.lower(), unquote(value.strip('"'))
    neither, tracker = load_cookie_rules().of_name(plain)
    if text.lower() in _EMPTY or any(rule.takes(text) for rule in neither):
        return ""
    if any(rule.takes(text) for rule in tracker):
        return IDENTIFIER
    if _SESSION.search(plain) and len(text) >= _SHORT and not _NO_SECRET.fullmatch(text):
        return TOKEN
    mixed = any(map(str.isdigit, text)) and any(map(str.isalpha, text))
    return TOKEN if len(text) >= (_SHORT if mixed else _LONG) and not _NO_SECRET.fullmatch(text) else ""


def _cookies(header: str, *, set_cookie: bool) -> Iterator[tuple[str, str]]:
    parts = header.split(";")[: 1 if set_cookie else MAX_COOKIES]
    for part in parts:
        name, equals, value = part.strip().partition("=")
        if equals:
            yield name.strip(), value.strip()
