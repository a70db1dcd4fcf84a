"""Redaction of credentials and personal identifiers in text and URL paths, before anything is stored.

One place decides what is never stored: passwords, tokens, keys, session identifiers, e-mail addresses, values of query
parameters, and long random words. It prefers to mask too much: a context shows where a match is, not its values.
"""

import re
from functools import lru_cache

from tieback.model.lazy_pattern import lazy_pattern

_NAMES = (
    r"pass(?:word|wd|phrase)?|passw|pwd|pw|psw|secret|token|tok|authorization|auth|sig(?:nature)?|certificate|credentials?"
    r"|cred|session(?:_?id)?|jsessionid|sid|jwt|otp|pin|hmac|ticket"
    r"|(?:api|app|access|secret|master|account|admin|client|private|search|server|shared|write)[_-]?key|appsecret"
)
_SECRETS = (
    # A password can contain spaces, quotes and at signs: up to the last @ of the line. "host:8080/" is a port.
    ("@", lazy_pattern(r"://([^\s/@:?#]{0,128}:(?!\d{1,5}(?:[/?#,;\s\"'<>)]|$))[^\n]{1,512})@")),
    ("@", lazy_pattern(r"://([^\s/@:?#\"'<>]{1,256})@")),
    # A user that is an e-mail address.
    ("@", lazy_pattern(r"://([^\s/?#\"'<>:@]{1,128}@[^\s/?#\"'<>:@]{1,253}:[^\s\"'<>]{1,256})@")),
    ("@", lazy_pattern(r"thin:([^/\s@]{1,64}/[^\n]{1,256})@", re.IGNORECASE)),
    # A data source name of Go.
    ("@", lazy_pattern(r"(?<![\w/])[\w.-]{1,64}:([^\s\"'<>]{1,256})@(?=(?:tcp|udp|unix)\()")),
    (
        "",
        lazy_pattern(
            # The first two letters save the search most of its time.
            rf"(?=[pstacjohmw][acdehilmoprstuw])(?:{_NAMES})[\"']?\s{{0,3}}[=:]\s{{0,3}}[\"']?([^\s\"'&;,<>]{{1,256}})",
            re.IGNORECASE,
        ),
    ),
    ("<", lazy_pattern(rf"<[\w:.-]{{0,40}}(?:{_NAMES})[^<>]{{0,80}}>([^<>]{{1,256}})<", re.IGNORECASE)),
    ("eyJ", lazy_pattern(r"eyJ([A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]+){1,2})")),
    ("@", lazy_pattern(r"([A-Za-z0-9._%+-]{1,64})@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,8}\.[A-Za-z]{2,}")),
)
"""Patterns of secrets, each with a text without which it cannot match."""
_NAMED = lazy_pattern(rf"(?=[pstacjohmw][acdehilmoprstuw])(?:{_NAMES})[\"']?\s{{0,3}}[=:]")
"""The beginning of the pattern for names, for a text in lower case: one that ignores the case takes twice the time."""
_NAME_END = lazy_pattern(r"[cdeghklnpstwy](?<!http)(?<!https)[\"']?\s{0,3}[=:]")
"""The last letter of one of these names, and what follows it; ``http`` and ``https`` end like them, and are none."""
_AUTH_SCHEME = lazy_pattern(
    r"(?=[bdnta])\b(?:Basic|Bearer|Token|Digest|Negotiate|NTLM|Api-?Key)[\s:]{1,3}([A-Za-z0-9+/=._~-]{6,4096})",
    re.IGNORECASE,
)
_LONGEST_NAME = 20
"""At least as many characters as one of the names has."""
_SCHEME_NAMES = ("basic", "bearer", "token", "digest", "negotiate", "ntlm", "apikey", "api-key")
_URL_PATH = lazy_pattern(r"://[^\s/\"'`<>?#]{1,300}(/[^\s\"'`<>?#]{1,2048})")
_PARAMETER = lazy_pattern(r"[?&#;][\w.\[\]-]{0,64}=([^\s\"'`<>&#;]{4,2048})")
_LITERAL = lazy_pattern(r"([\"'`])((?:(?!\1)[^\s<>/]){8,256})\1")
_LETTERS = lazy_pattern(r"hf_[A-Za-z]{34}")
_RUN = lazy_pattern(r"(?<![A-Za-z0-9+/=_-])(?!//)[A-Za-z0-9+=_-]{16,}(?!\.[a-z])|(?<![A-Za-z0-9/+])[A-Za-z0-9/+]{40,}")
"""A possible key or token, or a part of one."""
_SHORT_RUNS = lazy_pattern(r"[^A-Za-z0-9+/=_-]*+(?:[A-Za-z0-9+/=_-]{1,15}+(?![A-Za-z0-9+/=_-])[^A-Za-z0-9+/=_-]*+)*+")
"""A text without such a run."""
_DIGITS = lazy_pattern(r"\d")
_PLAIN_VALUE = lazy_pattern(r"(?:[A-Za-z][a-z]*(?:[-_.,:/][A-Za-z][a-z]*)*|\d{1,6})\Z|[a-z][a-z+]{1,15}://")
"""A value that is a word, several words, a host, a small number or a URL."""
_DOTTED = lazy_pattern(r"[A-Za-z][\w-]*(?:\.[\w-]+)+")
_SYMBOL = lazy_pattern(r"[!$*+~^=#%&@]")
_TURNS = lazy_pattern(r"(?<=[a-z])[A-Z0-9]|(?<=[A-Z])[a-z0-9]|(?<=[0-9])[A-Za-z]")
_CUT_USERINFO = lazy_pattern(r"[^\s\"'<>]{1,600}@")
_MAIL_SEGMENT = lazy_pattern(
    r"[^/@]+(?:@|%40)(?![1-4](?:\.5)?x\.(?:png|jpe?g|gif|webp|svg)\b)[^/@]+\.[A-Za-z]{2,}", re.IGNORECASE
)
_HEX = lazy_pattern(r"[0-9a-fA-F]{24,}")
_PUBLIC = lazy_pattern(r"photo-\d{10,13}-[0-9a-f]{12}")
"""The number of a public photo: https://unsplash.com/documentation#dynamically-resizable-images"""
_PICTURE = lazy_pattern(
    r"\.(?:png|jpe?g|gif|webp|svg|bmp|ico|mp[34]|webm|woff2?|[ot]tf|eot)(?:@?![\w-]{1,40})?\Z", re.IGNORECASE
)
"""End of the address of a picture, film or font, perhaps with the name of a size, as in ``a.jpg!small``."""
_NAME_SEGMENT = lazy_pattern(r"(?!eyJ)[\w.+~,=-]{1,128}(?:@?![\w-]{1,40})?")
_BEFORE_SECRET = frozenset(
    (
        *("token", "tokens", "reset", "verify", "confirm", "activate", "invite", "invitation", "magic", "unsubscribe"),
        *("key", "keys", "apikey", "secret", "secrets", "auth", "session", "sessions", "password", "otp", "code"),
        *("webhook", "webhooks", "hook", "hooks", "incomingwebhook", "jwt", "access", "login", "sso"),
    )
)
"""Segments that a credential usually follows."""


def redact(text: str, *, cut: bool = False) -> str:
    """The text with stars in place of everything that must not be stored; its length does not change.

    Args:
        text: one line.
        cut: True if it begins in the middle of a string, where a credential can be without its scheme.
    """
    if cut:
        text = _CUT_USERINFO.sub(lambda found: "*" * (len(found[0]) - 1) + "@", text, count=1) if "@" in text else text
    # Texts that are not ASCII have other lower-case letters, and other lengths of them.
    lower = text.lower() if text.isascii() else ""
    if not lower or any(name in lower for name in _SCHEME_NAMES):
        text = _AUTH_SCHEME.sub(lambda found: _stars(found) if _is_encoded(found[1]) else found[0], text)
    for needed, pattern in _SECRETS:
        if needed in text if needed else not lower or _may_be_named(lower):
            text = pattern.sub(_stars, text)
    text = _URL_PATH.sub(_starred_path, text)
    text = _PARAMETER.sub(lambda found: found[0] if _PLAIN_VALUE.match(found[1]) else _stars(found), text)
    text = _LITERAL.sub(_starred_literal, text)
    # Keys that have only letters are recognised by their prefix.
    text = _LETTERS.sub(lambda found: "*" * len(found[0]), text) if "hf_" in text else text
    return text if _SHORT_RUNS.fullmatch(text) else _RUN.sub(_starred_run, text)


def _may_be_named(lower: str) -> bool:
    """True if a text in lower case has the name of a secret and a value behind it."""
    ends = _NAME_END.finditer(lower)
    return any(_NAMED.search(lower, max(0, one.start() - _LONGEST_NAME), one.end()) is not None for one in ends)


def redact_path(path: str) -> str:
    """A URL path with ``***`` in place of segments that may be secret, and without parameters of segments."""
    segments = path.split("/")
    before = ("", *segments)
    return "/".join(
        "***" if _is_secret(one, left) else one.partition(";")[0] for left, one in zip(before, segments, strict=False)
    )


def public_prefix(path: str, *, constant: bool = False) -> str:
    """The path up to the first segment that may be secret, or up to its first parameter.

    Args:
        path: the path of an address.
        constant: true if it is in a package, which anyone can read: a random name of a picture is its name only.
    """
    at, left = 0, ""
    picture = constant and _PICTURE.search(path) is not None
    for one in path.split("/"):
        if _is_secret(one, left) and not (picture and _is_name(one, left)):
            return path[:at]
        if ";" in one:
            return path[: at + one.index(";")]
        at, left = at + len(one) + 1, one
    return path


def _is_name(segment: str, before: str) -> bool:
    """True if a segment in the address of a picture is no person and no token."""
    return _NAME_SEGMENT.fullmatch(segment) is not None and before.lower() not in _BEFORE_SECRET


def is_random(word: str, least: int = 16) -> bool:
    """True if a word of at least ``least`` characters mixes letters and digits as keys do, and names do not."""
    if len(word) < least or not _DIGITS.search(word):
        return False
    digits, turns = len(_DIGITS.findall(word)), len(_TURNS.findall(word))
    if word.lower() == word or word.upper() == word:
        return len(word) >= 20 and 4 <= digits < len(word) and turns * 5 >= len(word)
    return turns * 4 >= len(word) or (len(word) >= 20 and digits >= 6)


def _is_secret(segment: str, before: str) -> bool:
    if _MAIL_SEGMENT.match(segment):
        return True
    if segment.startswith("eyJ") and "." in segment:
        return True
    word = segment.partition(";")[0].partition("%")[0]
    if (_HEX.fullmatch(word) and len(set(word)) > 4) or is_random(word):
        return _PUBLIC.fullmatch(word) is None
    follows = before.lower() in _BEFORE_SECRET
    return follows and len(word) >= 8 and _DIGITS.search(word) is not None


def _is_encoded(word: str) -> bool:
    """True if a word after the name of an authentication scheme is no word of a language."""
    rest = word[1:]
    return bool(_DIGITS.search(word)) or word.endswith("=") or (rest.lower() != rest and rest.upper() != rest)


def _starred_path(found: re.Match[str]) -> str:
    return found[0][: found.start(1) - found.start()] + _starred_segments(found[1])


@lru_cache(maxsize=256)
def _starred_segments(path: str) -> str:
    """The path with stars in place of secrets.

    The latest ones are remembered: in a list of addresses, each path is in the context of all those near it.
    """
    segments = path.split("/")
    return "/".join(
        "*" * len(one) if _is_secret(one, left) else one for left, one in zip(("", *segments), segments, strict=False)
    )


def _starred_literal(found: re.Match[str]) -> str:
    """Stars for a quoted text that looks like a value: a password by position, a token, a digest."""
    text = found[2]
    digits = len(_DIGITS.findall(text))
    if "://" in text or _DOTTED.fullmatch(text) or not digits or digits == len(text):
        return found[0]
    if digits < 3 and not _SYMBOL.search(text):
        return found[0]
    return found[1] + "*" * len(text) + found[1]


def _starred_run(found: re.Match[str]) -> str:
    """Stars for a run that mixes digits and letters as keys do; class names and paths are not changed."""
    run = found[0]
    if len(run) < 40 and "/" not in run and is_random(run):
        return "*" * len(run)
    digits = len(_DIGITS.findall(run))
    if len(run) < 20 or digits < 3 or digits == len(run) or run.count("/") * 8 > len(run):
        return run
    if run.lower() == run and (len(run) < 32 or run.count("-") > 3):
        return run
    return "*" * len(run)


def _stars(found: re.Match[str]) -> str:
    begin, end = found.start(1) - found.start(), found.end(1) - found.start()
    return found[0][:begin] + "*" * (end - begin) + found[0][end:]
