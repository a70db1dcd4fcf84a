"""What a URL in a string literal is, by the code around the literal and the words in it."""

from tieback.intake.apps.interface import Bytes
from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.reasons import COMPARED, LINK
from tieback.recognise.texts import (
    dart_scripts,
    handed_over,
    link_targets,
    literal_names,
    markup_links,
    prose,
    search_engines,
    structured,
)
from tieback.recognise.texts.languages import METADATA
from tieback.recognise.texts.messages import is_part_of_message
from tieback.recognise.texts.prose import SHOWN
from tieback.recognise.texts.signs import sign_before
from tieback.recognise.texts.spans import Span

PAGE_SCRIPT = "only a script for web pages, which an app of React Native does not load"
_PAGE_SCRIPT = lazy_pattern(
    rb"https://(?:www\.(?:google\.com|recaptcha\.net)/recaptcha/(?:api|enterprise)\.js|apis\.google\.com/js/(?:api|client|platform)\.js"
    rb"|www\.googletagmanager\.com/gtag/js|accounts\.google\.com/gsi/client|maps\.googleapis\.com/maps/api/js"
    rb"|connect\.facebook\.net/(?:[a-z]{2}_[A-Z]{2}/)?(?:sdk|all|fbevents)\.js)(?:[?\"'`#]|\Z)"
)
"""Scripts that only an element of a page can load, as the library of Firebase does in a browser: React Native has no
document (https://github.com/firebase/firebase-js-sdk, ``packages/auth/src/platform_browser``)."""
_READS = lazy_pattern(rb"(?:\bfetch\(|\baxios(?:\.get)?\(|\buri[\"']?\s{0,4}:)\s{0,8}[\"'`]?\Z")
"""What is before an address that a request reads, or that a web view of React Native shows."""
_BUILT = lazy_pattern(
    rb"(?:<script\b[^<>\n]{0,200}?\bsrc\s{0,4}=\s{0,4}(?:[\"'`]\s{0,4}(?:\+|,|\.concat\()|\\?[\"']?\$\{)"
    rb"|(?:<script\b[^<>\n]{0,200}?\bsrc|\.src)\s{0,4}=\s{0,4}(?:(?:\\[\"'][\"'`]|'[\"`]|\"['`])\s{0,4}(?:\+|,|\.concat\()|\\?[\"']\$\{))"
)
"""An element or a script for a page, in a text, with an address that code puts there."""
_TELLS = lazy_pattern(
    rb"(?:(?<![\w$])(?:[A-Z]\w{0,40})?Error|(?<![\w$])console\s{0,4}\.\s{0,4}(?:log|warn|error|info|debug|trace)"
    rb"|(?<![\w$.])(?:window\s{0,4}\.\s{0,4}|Alert\s{0,4}\.\s{0,4})?alert)\s{0,4}\(\s{0,20}\Z"
)
"""The beginning of a call whose first argument is a message."""
_IS_EQUAL = lazy_pattern(rb"(?:(?<![\w$.])case|[!=]==?)\s{0,20}\Z")
_EQUALS = lazy_pattern(rb"\s{0,20}[!=]==?")
"""A comparison, and the label of a case, which is compared: ECMA-262, section 14.12.4."""
_OTHER_BEFORE = lazy_pattern(
    rb"(?<![\w$.])(?P<name>[A-Za-z_$][\w$.]{0,60}?)\s{0,4}(?:={2,3}\s{0,20}|\.(?:startsWith|indexOf)\(\s{0,4})\Z"
)
_OTHER_BEHIND = lazy_pattern(rb"\s{0,20}={2,3}\s{0,20}(?P<name>[A-Za-z_$][\w$.]{0,60})")
"""The variable that is compared with a literal before or behind it."""
_SWITCH = lazy_pattern(
    rb"\bswitch\s{0,4}\(\s{0,4}(?P<name>[A-Za-z_$][\w$.]{0,60})\s{0,4}\)\s{0,4}\{[^{}]{0,600}\bcase\s{0,20}\Z"
)
_SWITCH_REACH = 700
"""The variable of a switch up to one of its cases."""
_REQUESTED = lazy_pattern(
    rb"(?:\b(?:fetch|load\w{0,20}|connect|ajax|axios|request|import|importScripts|sendBeacon|get(?:JSON|Script)?|post)\s{0,4}\(\s{0,8}"
    rb"|\bopen\s{0,4}\(\s{0,4}[\"'][A-Z]{3,6}[\"']\s{0,4},\s{0,8}|\blocation\s{0,4}\.\s{0,4}(?:assign|replace)\s{0,4}\(\s{0,8}|\b(?:href|src|location|ur[il])\s{0,4}[=:]\s{0,4})"
    rb"(?P<name>[A-Za-z_$][\w$.]{0,60})(?![\w$.(\[])"
)
"""A request for what is in a variable, or an element with it."""
_BRANCH = 400
"""Most bytes behind a comparison in which the code for a true one is."""
_BEFORE_LITERAL = lazy_pattern(rb"(?P<quote>[\"'`])\s{0,40}[+,]\s{0,40}\Z")
"""The end of the text before a literal that is joined to it, or that is the line before it in a list of lines."""
_WHOLE_TEXT = lazy_pattern(rb"[^\\\n]{3,400}")
"""Such a text without its quotes."""
_MESSAGE = 500
_ITEM_END = lazy_pattern(rb"\s{0,20}[,\]]")
_CUTS = lazy_pattern(rb"\.split\(\s{0,4}[\"'`](?: |\||,|;|\\t| [-|:=>]{1,2} |: )[\"'`]\s{0,4}\)")
_CUT_REACH = 400
_IN_PICTURE = lazy_pattern(rb"data:(?:font|image)/[\w.+-]{1,40};base64,[\w+/=]{0,4000}\Z")
_PICTURE_REACH = 4_096
_ONLY_BEFORE = lazy_pattern(rb"(?:\bfunction\b[^{}()]{0,40}\([^{}()]{0,40}\)|=>)\s{0,8}\{\s{0,20}\Z")
_ONLY_BEHIND = lazy_pattern(rb"\s{0,20}\}")
_TEXT_OF_CODE = lazy_pattern(rb"\.toString\(\)\s{0,8}\.\s{0,8}(?:match|replace|split)\s{0,4}\([^;{}\n]{0,60}?\\?/\\?\*")
"""https://github.com/sindresorhus/multiline: templates of scripts before ES6."""
_PATTERN = lazy_pattern(rb"\bRegExp\(\s{0,8}\Z")
DATA_URI = lazy_pattern(rb"\s{0,8}data:(?:font|image|audio|video|application/(?:x-)?(?:font|vnd\.ms-fontobject))")


def is_page_script(text: Bytes, at: int) -> bool:
    """True if the address at an offset is that of a script for web pages; markup with it is another text."""
    return _PAGE_SCRIPT.match(text, at) is not None and _READS.search(text, max(0, at - 40), at) is None


def builds_pages(text: Bytes) -> bool:
    """True if a script puts an address into markup with a script: React Native shows such texts in web views.

    https://github.com/react-native-webview/react-native-webview/blob/master/docs/Reference.md (``source``,
    ``injectedJavaScript``)
    """
    return _BUILT.search(text) is not None


def is_picture(data: bytes, span: Span, offset: int) -> bool:
    """True if a literal is, or ends before the address with, the data of a picture, a font or a recording."""
    start = span.start + 1
    return (
        DATA_URI.match(data, start, span.end - 1) is not None
        or _IN_PICTURE.search(data, max(start, offset - _PICTURE_REACH), offset) is not None
    )


def is_read_comment(data: Bytes, span: Span) -> bool:
    """True for a comment that is all of a function whose text a script reads: ``f(function(){/*<b>…</b>*/})``."""
    if (
        _ONLY_BEFORE.search(data, max(0, span.start - 80), span.start) is None
        or _ONLY_BEHIND.match(data, span.end) is None
    ):
        return False
    return _TEXT_OF_CODE.search(data) is not None


def is_pattern(data: bytes, span: Span) -> bool:
    """True if a literal is a regular expression."""
    return _PATTERN.search(data, max(0, span.start - 24), span.start) is not None


def is_link(data: bytes, span: Span, offset: int, *, native: bool, launchers: bytes) -> bool:
    """True if a literal is, or ends with, the target of a link which a person taps.

    Args:
        data: the text.
        span: the literal, with its quotes.
        offset: the address in it.
        native: true for code of an app with links of native pages.
        launchers: names of the functions that open a browser.
    """
    start, end = span.start, span.end
    if link_targets.is_target(data, start, end, native=native):
        return True
    if offset > start + 1:
        return markup_links.is_completed(data, start, offset, end) or markup_links.is_markdown(data, start, offset)
    return markup_links.is_attribute(data, start, end) or dart_scripts.is_launched(data, start, launchers)


def reason_of_name(data: bytes, span: Span, offset: int) -> str:
    """The reason in a literal by the names before it, and by those of the objects around it."""
    start = span.start + 1
    if offset == start and structured.is_of_explorer(data, span.start):
        return LINK
    if offset > start and structured.is_of_package_script(data, span.start):
        return METADATA
    if offset == start and structured.is_page_of_software(data, span.start, span.end):
        return METADATA
    if literal_names.is_of_head(data, span.start):
        return METADATA
    if literal_names.is_content(data, span.start, offset) or literal_names.is_barcode(data, span.start):
        return SHOWN
    if search_engines.is_in_linked_data(data, span.start):
        return search_engines.SITE_MAP
    return literal_names.reason_of_name(data, span.start, offset, span.end)


def reason_of_use(data: bytes, span: Span, offset: int) -> str:
    """The reason in a literal that is an operand of a comparison, or the address of a call that opens a browser."""
    if handed_over.is_handed_over(data, span.start, span.end) or handed_over.is_in_message(data, span.start, offset):
        return LINK
    is_compared = _IS_EQUAL.search(data, max(0, span.start - 24), span.start) is not None
    is_compared = is_compared or handed_over.is_compared(data, span.start, span.end)
    is_compared = is_compared or _EQUALS.match(data, span.end, span.end + 24) is not None
    return COMPARED if is_compared and not _is_other_requested(data, span) else ""


def _is_other_requested(data: bytes, span: Span) -> bool:
    """True if code requests what a literal is compared with, shortly behind: ``if (url === "…") fetch(url)``."""
    other = _OTHER_BEFORE.search(data, max(0, span.start - 100), span.start) or _OTHER_BEHIND.match(data, span.end)
    other = other or _SWITCH.search(data, max(0, span.start - _SWITCH_REACH), span.start)
    if other is None:
        return False
    requests = _REQUESTED.finditer(data, span.end, span.end + _BRANCH)
    return any(one["name"] == other["name"] for one in requests)


def reason_of_words(data: bytes, span: Span, offset: int) -> str:
    """The reason in a literal whose words are for people, alone or with those of the literals before it."""
    start = span.start + 1
    found = prose.literal_reason(data, start, offset, span.end - 1)
    if found:
        return "" if found == prose.MESSAGE and _is_cut(data, span) else found
    # The words can be in another line of the message.
    if (offset > start and begins_message(data, span.start)) or _follows_sentence(data, span, offset):
        return prose.MESSAGE
    return prose.MESSAGE if is_part_of_message(data, span.start) else ""


def _is_cut(data: bytes, span: Span) -> bool:
    """True if a literal is in a list whose texts code cuts: ``["One https://…", …].map(x => x.split(" "))``."""
    is_item = (
        sign_before(data, span.start) in (b"[", b",") and _ITEM_END.match(data, span.end, span.end + 40) is not None
    )
    return is_item and _CUTS.search(data, span.end, span.end + _CUT_REACH) is not None


def begins_message(data: Bytes, start: int) -> bool:
    """True if the literal at an offset is the first argument of an error, the console or an alert."""
    return _TELLS.search(data, max(0, start - 60), start) is not None


def _follows_sentence(data: bytes, span: Span, offset: int) -> bool:
    """True if a literal is the page that the message in the literal before it tells a person to read."""
    if data[span.start + 1 : offset] not in (b"", b"("):
        return False
    if sign_before(data, span.start) not in (b"+", b","):
        return False
    first = max(0, span.start - _MESSAGE)
    quote = _BEFORE_LITERAL.search(data, first, span.start)
    # The search goes back from the end: one from each quote of a list of addresses would take most of its time.
    begin = data.rfind(quote["quote"], first, quote.start()) if quote is not None else -1
    if quote is None or begin < 0 or _WHOLE_TEXT.fullmatch(data, begin + 1, quote.start()) is None:
        return False
    text, url = data[begin + 1 : quote.start()], data[offset : span.end - 1]
    return prose.points_to_page(text, url) and prose.is_sentence(text)
