"""Names of the address to which a sign-in returns, in all the forms in which code and texts write them.

Source: RFC 6749, section 4.1.1 (``redirect_uri``). Weibo's SDK has the camel-case form; other software writes URL.
RFC 5849, section 2.1, has a callback instead: only markup, where no server that calls back is told its address.
"""

from tieback.intake.apps.interface import Bytes
from tieback.model.lazy_pattern import lazy_pattern

_NAMES = (("redirect", "uri"), ("redirect", "url"))

CODE_KEYS = (*("_".join(words) for words in _NAMES), *(f"{first}{last.title()}" for first, last in _NAMES))
"""Keys of parameters in code: snake case and camel case."""
NOTIFY_KEYS = ("notify_url", "notifyUrl")
"""Keys of the address that a payment service calls: https://opendocs.alipay.com/open/204/105301"""
ATTRIBUTES = tuple(
    f"{first}{between}{last}"
    for between in ("", "_", "-")
    for first, last in (*_NAMES, ("callback", "uri"), ("callback", "url"))
)
"""Names of attributes in markup, in lower case."""


def _pattern(between: str, *, capitals: bool) -> bytes:
    """A pattern of all names.

    Args:
        between: pattern of what is between the words.
        capitals: each word may begin with a capital letter.
    """
    names = ((f"[{w[0]}{w[0].upper()}]{w[1:]}" if capitals else w for w in words) for words in _NAMES)
    return f"(?:{'|'.join(between.join(words) for words in names)})".encode()


PROPERTY = _pattern("_?", capitals=True)
"""Pattern of the name of a property in a script."""
SETTING = _pattern("[-_]?", capitals=False)
"""Pattern of the name of a setting in a line; to be matched in any case."""
ASSIGNED = lazy_pattern(
    rb"(?:(?<![\w$])redirect_?[uU]ri\s{0,8}=|[wW]eibo\w{0,20}\s{0,4}\.\s{0,4}init\s{0,4}\(\s{0,20}(?:\"[^\"]{0,80}\"|'[^']{0,80}'|[\w.$]{1,60})"
    rb"\s{0,20},)\s{0,20}\Z"
)
"""The name of a variable or member before its value, and the first argument of Weibo's plug-in before the second one.

The name that ends in URL also stands for pages that an app goes to. Source: https://github.com/iVanPan/cordova_weibo
"""
_NAME = lazy_pattern(PROPERTY)
_SIGN_IN = lazy_pattern(
    rb"(?i)client_?id|response_?type|grant_?type|scopes?\b|oauth|oidc|openid|\bsso\b|auth|log_?in|sign_?in|token|msal|google|facebook"
    rb"|twitter|apple|github|linkedin|weibo|wechat|provider|identity"
)
"""Words that are beside the address to which a sign-in returns."""
_AROUND = 500


def is_of_sign_in(data: Bytes, name: bytes, start: int, end: int) -> bool:
    """True if a name before the value ``data[start:end]`` is that of the address to which a sign-in returns.

    A name that ends in URL also stands for a page that an app goes to, unless words of a sign-in are near.
    """
    if b"uri" in name.lower():
        return True
    return _SIGN_IN.search(data, max(0, start - _AROUND), min(len(data), end + _AROUND)) is not None


def is_property(name: str) -> bool:
    """True if a property of a script has the address to which a sign-in returns."""
    return _NAME.fullmatch(name.encode("utf-8", "replace")) is not None
