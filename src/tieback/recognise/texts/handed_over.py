"""Addresses that a script hands to a browser, to another app or to a person, and those that it only compares.

``window.open("https://…", "_system")``, ``socialsharing.share("…", null, null, "https://…")``,
``navigator.clipboard.writeText("https://…")``, ``"whatsapp://send?text=https://…"`` and ``u.startsWith("https://…")``.
Sources: https://github.com/apache/cordova-plugin-inappbrowser, https://ionicframework.com/docs/native/in-app-browser,
https://capacitorjs.com/docs/apis/share, https://capacitorjs.com/docs/apis/app-launcher, https://w3c.github.io/web-share/,
https://github.com/EddyVerbruggen/SocialSharing-PhoneGap-Plugin, https://docs.expo.dev/versions/latest/sdk/webbrowser/
"""

import re

from tieback.intake.apps.interface import Bytes
from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.texts.signs import sign_before

_QUOTED = rb"\"[^\"\n]{0,200}\"|'[^'\n]{0,200}'|`[^`\n]{0,200}`"
_ADDRESS = rb"\s{0,20}(?:encodeURI(?:Component)?\s{0,4}\(\s{0,20})?\Z"
_OPENS = lazy_pattern(rb"(?<![\w$])(?:open|create)\s{0,4}\(" + _ADDRESS)
_SYSTEM = lazy_pattern(rb"(?:[^;{}\"'`,]|" + _QUOTED + rb"){0,200}?,\s{0,20}[\"'`]_system[\"'`]")
"""The target that is the browser of the system, behind an address and what is joined to it."""
_CALLS = lazy_pattern(
    rb"(?:\.\s{0,4}(?:open|canOpen)URL\s{0,4}\(|(?<![\w$])(?:Browser\s{0,4}\.\s{0,4}open|AppLauncher\s{0,4}\.\s{0,4}openUrl)\s{0,4}\("
    rb"\s{0,20}\{\s{0,20}[\"']?url[\"']?\s{0,4}:|\.\s{0,4}(?:openBrowserAsync|openExternal)\s{0,4}\("
    rb"|(?<![\w$])(?:open|launch|show)(?:URL|Url|Link|Page)?(?:In|With)?(?:The)?(?:External|System|Default)Browser\s{0,4}\("
    rb"|clipboard\s{0,4}\.\s{0,4}(?:writeText|copy|setString|setStringAsync|write)\s{0,4}\((?:\s{0,20}\{\s{0,20}\w{1,20}\s{0,4}:)?)"
    + _ADDRESS,
    re.IGNORECASE,
)
"""Calls whose argument is opened in a browser or another app, or kept for a person to paste."""
_PLAYER = lazy_pattern(
    rb"(?i)[\w$]{0,40}(?:play|video|audio|stream|media|reader|view|pdf|book|epub)[\w$]{0,40}\s{0,4}\.\Z"
)
"""A player or viewer, which loads what it opens."""
_FILE = lazy_pattern(rb"(?i)\.(?:png|jpe?g|gif|webp|pdf|mp3|mp4|zip|vcf|docx?|xlsx?)(?:\?[^\"'`]{0,400})?[\"'`]\Z")
"""The end of a literal with a file, which the plug-in for sharing downloads."""
_SHARES = lazy_pattern(
    rb"(?:(?<![\w$])(?:navigator|share)|\w{0,40}social_?sharing)\s{0,4}\.\s{0,4}share\w{0,30}\s{0,4}\("
    rb"(?:\s{0,20}\{)?(?:[^;{}()\"'`]|" + _QUOTED + rb"){0,300}\Z",
    re.IGNORECASE,
)
"""A call that lets a person send a text."""
_MESSAGE = lazy_pattern(
    rb"(?:(?:whatsapp|mailto|sms|tg|viber|line|fb-messenger|twitter|intent):[^\s\"'`]{0,200}"
    rb"|https?://(?:[\w-]{1,20}\.)?(?:facebook|twitter|x|linkedin|whatsapp|telegram|pinterest|wa|t)\.(?:com|me)/[^\s\"'`]{0,200})"
    rb"[?&](?:u|url|text|link|href|body|quote|media)=[^\s]{0,200}\Z",
    re.IGNORECASE,
)
"""A message of another app up to the address in it."""
_COMPARES = lazy_pattern(
    rb"\.\s{0,4}(?:startsWith|endsWith|includes|indexOf|lastIndexOf|search|match)\s{0,4}\(\s{0,20}\Z"
)
_REMOVES = lazy_pattern(rb"\.\s{0,4}replace(?:All)?\s{0,4}\(\s{0,20}\Z")
"""ECMA-262, section 22.1.3: methods of texts whose first argument is compared."""
_POSTS = lazy_pattern(rb"\.\s{0,4}postMessage\s{0,4}\((?P<message>[^;]{1,300}),\s{0,20}\Z")
"""A message to another window, up to the origin that the window must have:
https://html.spec.whatwg.org/multipage/web-messaging.html#posting-messages
"""
_BRACKET = lazy_pattern(rb"[(){}\[\]]|" + _QUOTED)
_ENDS = lazy_pattern(rb"\s{0,20}\)")
_WHOLE = lazy_pattern(rb"\s{0,20}[,)}]")
_NEXT = lazy_pattern(rb"\s{0,20},")
_BEHIND_CALLS = (b"(", b":")
"""The last sign before an argument, and before the value of a key in one."""
_REACH = 120
_SHARE_REACH = 400


def is_name_handed_over(data: Bytes, start: int, end: int) -> bool:
    """True if a name is a whole argument that is opened in a browser or another app, or sent by a person."""
    return _WHOLE.match(data, end, end + 24) is not None and is_handed_over(data, start, end)


def is_handed_over(data: Bytes, start: int, end: int) -> bool:
    """True if a literal or a name ``data[start:end]`` is opened in a browser or another app, or sent by a person."""
    sign = sign_before(data, start)
    before = data[max(0, start - _REACH) : start] if sign in _BEHIND_CALLS else b""
    if before and (call := _CALLS.search(before)) is not None:
        return _PLAYER.search(before, 0, call.start() + 1) is None
    if sign == b"(" and _OPENS.search(before) is not None and _SYSTEM.match(data, end, end + 400) is not None:
        return True
    around = data[max(0, start - _SHARE_REACH) : start]
    if b"hare" not in around or (shared := _SHARES.search(around)) is None:
        return False
    return b"ocial" not in shared[0] or _FILE.search(data, start, end) is None


def is_in_message(data: Bytes, start: int, at: int) -> bool:
    """True if a literal that begins at ``start`` is a message of another app with an address at ``at``."""
    return _MESSAGE.match(data, start + 1, at) is not None


def is_compared(data: Bytes, start: int, end: int) -> bool:
    """True if a literal is the argument of a method that compares texts, the text that one replaces, or an origin."""
    before = data[max(0, start - 40) : start]
    if _COMPARES.search(before) is not None:
        return _ENDS.match(data, end, end + 24) is not None
    if _WHOLE.match(data, end, end + 24) and _is_origin(data[max(0, start - _SHARE_REACH) : start]):
        return True
    return _REMOVES.search(before) is not None and _NEXT.match(data, end, end + 24) is not None


def _is_origin(before: Bytes) -> bool:
    """True if the text before a literal is a call that posts a message, with a whole message."""
    found = _POSTS.search(before) if b"postMessage" in before else None
    depth = 0
    for bracket in _BRACKET.findall(found["message"]) if found is not None else ():
        depth += {b"(": 1, b"[": 1, b"{": 1, b")": -1, b"]": -1, b"}": -1}.get(bracket, 0)
        if depth < 0:
            return False
    return found is not None and not depth
