"""Sentences, user agents and comments of embedded code around a URL in a string."""

import re

from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.texts import redirects

COMMENT = "only in a comment"
SHOWN = "only in text that a page shows"
EXAMPLE = "only in an example of what to enter"
NAMESPACE = "only the name of an XML namespace or schema"
MESSAGE = "only in a message for people"
NOTICE = "only in a notice for developers that code logs"
USER_AGENT = "only in the name of a browser or crawler"
REDIRECT = "only the address to which a sign-in returns"
NOTIFIED = "only an address that another server calls"
AUTHOR = "only the web site of an author"
REFERER = "only in a header that names the page from which a request comes"
ISSUER = "only the name of the issuer of a token"
SCOPE = "only the name of what a token is for"
PATTERN = "only in a pattern that other texts are compared with"
_REACH = 400
"""Bytes on each side of a URL that are read."""

_SHORT = 16

_URL_END = lazy_pattern(rb"[\0\s\"'<>\\`|]")
_KEYWORD = lazy_pattern(rb"[A-Za-z][A-Za-z _]{0,39}=")
_KEYWORDS_END = lazy_pattern(rb"[\0\n\r\"<>]")
"""The beginning and the end of ``Server=db;Initial Catalog=shop``: its words are no sentence."""
_LINE_END = lazy_pattern(rb"\r\n?|\n|\\r\\n|\\n|\\r")
_WORD = lazy_pattern(
    rb"(?<![\w./@=&%$:{-])(?:[A-Za-z][A-Za-z']+|[\xc3-\xf4][\x80-\xbf][\x80-\xff]+)(?=[\s,.;:!?)(\"'\\]|\Z)"
    rb"|\x7f{4,40}"
)
"""Words; other characters of UTF-16 are DEL, see ``span.narrow_text``."""
_URL = lazy_pattern(rb"[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\0\s\"'<>\\`|,;]{0,300}")
_NO_SENTENCE = lazy_pattern(
    rb"(?:-src\b|'self'|\b(?:GET|POST|PUT|HEAD|PATCH|DELETE|OPTIONS|CONNECT) \Z|\bcurl\b|\bwget\b|[=?&][\w%.-]*\Z|<\w"
    rb"|\A\s{0,20}(?:git (?:clone|remote add|fetch|pull)|deb(?:-src)?|ffmpeg|ffprobe|rsync|svn (?:co|checkout)"
    rb"|pip3? install|hg clone) "
    rb"|#EXTM3U|[|\t]\Z|[^\s\d][,;]\Z)"
)
"""A policy of a page, a request line, a command, a query or a tag before a URL: the words are no sentence.

So are the name before a sign that separates it from its address, as in ``Radio One Hits|https://…``, and a playlist.
"""
_ELEMENT = lazy_pattern(rb"(?:`?</?[A-Za-z][\w:-]{0,40}\s?/?>)+`?(?!\Z)")
"""The name of an element in a sentence: it has no attributes, and ends before the address."""
_POINTER = lazy_pattern(
    rb"(?:\b(?:see|visit|at|docs?|via|info|information|details|read|check|help|more|documentation|refer to|by|here)"
    rb"\b\W{0,3})\Z",
    re.IGNORECASE,
)
"""A single word that leads to a page for people."""
_READ_MORE = lazy_pattern(
    rb"\b(?:see|see also|visit|refer to|read|read more|learn more|further reading|instructions|documentation|docs|"
    rb"wiki|manual|guide|faq|tutorial|"
    rb"details|(?:more )?info(?:rmation)?|(?:official )?(?:web ?site|home ?page)|e\.g\.,?|for example,?)"
    rb"(?: (?:at|here|on|see|is))?[\s:(]{1,3}\Z",
    re.IGNORECASE,
)
"""The end of a sentence that tells a person to read a page, or that gives an example."""
_EXAMPLES = (
    "e.g.", "e.g", "eg.", "eg", "i.e.", "ex", "ej", "z.b",
    "for example", "for instance", "example", "such as", "z.b.", "z. b.", "zum beispiel", "beispiel",
    "bspw.", "p.ej.", "p. ej.", "ej.", "por ejemplo", "ejemplo", "p.ex.", "p. ex.", "ex.", "por exemplo", "exemplo",
    "par exemple", "exemple", "ad es.", "es.", "per esempio", "esempio", "bijv.", "bijvoorbeeld", "voorbeeld", "np.",
    "na przykład", "przykład", "например", "напр.", "пример", "наприклад", "приклад", "örn.", "ör.", "örneğin", "örnek",
    "t.ex.", "till exempel", "f.eks.", "for eksempel", "esim.", "pl.", "například", "např.", "de exemplu", "misalnya",
    "misal", "contoh", "ví dụ", "例如", "比如", "示例", "如", "例", "例えば", "예", "예를 들어", "مثال", "مثلا", "مثلاً",
    "למשל", "उदाहरण", "ตัวอย่าง", "เช่น", "π.χ.",
)  # fmt: skip
"""Words before an example in the languages of apps."""


def _in_scripts(word: str) -> bytes:
    """A pattern of a word: as it is, at the beginning of a sentence, and both as minified scripts write them."""
    forms = [word] if word.isascii() else [word, word.capitalize()]
    escaped = ["".join(one if one.isascii() else f"\\u{ord(one):04x}" for one in form) for form in forms]
    return b"|".join(re.escape(form.encode()) for form in dict.fromkeys((*forms, *escaped)))


_EXAMPLE = lazy_pattern(
    lambda: (
        rb"(?:(?<![\w./@#\x80-\xff-])|(?<=[\x80-\xff])(?=[\xe3-\xed])|(?<=\\u[0-9a-f]{4}))(?:"
        + b"|".join(_in_scripts(word) for word in sorted(_EXAMPLES, key=len, reverse=True))
        + rb")(?:\s|\\[nr]|&nbsp;|[:,([\"']|\xef\xbc[\x9a\x88\x8c]|\\uff(?:1a|08|0c))*+\Z"
    ),
    re.IGNORECASE,
)
"""The end of a text that leads to an example, in the languages of apps."""
_IS_EXAMPLE = lazy_pattern(
    lambda: rb"\s{0,4}[(\[]\s?(?:" + b"|".join(map(_in_scripts, _EXAMPLES)) + rb")\s?[)\]]", re.IGNORECASE
)
_SEE = lazy_pattern(rb"\W{0,3}(?:please )?(?:see|see also|visit|refer to):?\s{1,2}\(?\Z", re.IGNORECASE)
"""A text that only tells a person to read a page, without other words before the address."""
_ALTERNATIVE = lazy_pattern(rb"https?://[^\s]{1,200}\s{1,3}(?:or|and)\s{1,3}\Z")
"""Another address before one."""
_AFTER_ADDRESS = lazy_pattern(rb"(?:\A|[\s\"'(])(?:\d{1,3}\.){3}\d{1,3}\s{1,3}[^\s\d\"':;,=#]{1,16}\s{1,3}\Z")
"""An example of an address, and one word before another, in any language: ``192.168.1.100 or https://myserver.test``."""
_PAGE = lazy_pattern(
    rb"https?://(?:(?:docs?|help|support|wiki|developers?|blog)\."
    rb"|[^/\s]{1,253}/(?:[^\s?#]{0,200}/)?(?:docs?|faq|wiki|guides?|help|issues|howto|manual|documentation)(?:[/.#?]|\Z)"
    rb"|[^\s?#]{1,400}\.html?#)",
    re.IGNORECASE,
)
"""An address of documentation."""
_SCHEMA = lazy_pattern(
    rb"https?://[^\s\"'<>]{1,300}(?:\.(?:dtd|xsd)|/(?:ns|xmlns)/v?\d{1,4}(?:\.\d{1,4}){0,3}/?)\Z", re.IGNORECASE
)
"""A schema, or a namespace with a version, such as ``http://cordova.apache.org/ns/1.0``."""
_COMMENT = lazy_pattern(rb"(?:^|[\s;{})])(?://(?!\w)|/\*|<!--)|^\s*(?:\*|#)(?:\s|\Z)")
_AGENT = lazy_pattern(rb"(?:Mozilla/\d|[A-Za-z]/(?:\d|%s)[\w.]*)[^\"]{0,200}[\s;(+,-]\+?\Z|\(compatible;[^\"]{0,200}\Z")
_DENSITY = lazy_pattern(rb"\s\d{1,5}(?:\.\d{1,3})?[xwh],\s{0,20}\Z")
"""The end of an image candidate before the next one: https://html.spec.whatwg.org/multipage/images.html#srcset-attributes"""
_MEDIA_TYPE = lazy_pattern(rb"\s{0,4}(?:application|audio|font|image|text|video)/[\w.+-]{1,60}\s{0,4}[;,]")
"""RFC 6838: its second part can begin with a digit, as that of ``audio/3gpp``."""
_BROKEN = lazy_pattern(rb"\A(?:\s|\\[nrt]|[\])}.,;:!>-])*(?:\\n|\n|[\])}])(?:\s|\\[nrt])*+\Z")
"""Only the end of a sentence or of a line before the URL: the rest of a message whose beginning is another string."""
_ESCAPED_WORD = lazy_pattern(rb"(?:\\u(?:[1-9a-dA-D][0-9a-fA-F]{3}|0[3-9a-fA-F][0-9a-fA-F]{2})){2,40}")
"""A word of another alphabet with escapes, as minifiers write it."""
_LEADING = lazy_pattern(rb"(?:(?:[A-Za-z\x80-\xff]|\\u[0-9a-fA-F]{4}):|\xef\xbc\x9a)(?:\s|\\[nr])+\Z")
"""A line of a message, in any language, that leads to the URL in the next one."""
_PAGES_OF_PEOPLE = (
    "官网", "官方", "网站", "網站", "网页", "網頁", "主页", "主頁", "首页", "首頁", "演示", "项目", "項目", "源码",
    "源碼", "开源", "博客", "部落格", "文档", "文檔", "帮助", "幫助", "教程", "说明", "說明", "详情", "詳情",
    "作者", "论坛", "論壇", "反馈", "协议", "隐私", "购买", "申请", "参考", "參考", "来源", "來源", "出处", "版权",
    "ホームページ", "サイト", "ブログ", "詳細", "参照", "出典", "홈페이지", "웹사이트", "사이트", "블로그", "문서",
    "참고", "출처", "자세히",
)  # fmt: skip
"""Words of Chinese, Japanese and Korean for pages that people read, such as a web site, a demo or a blog."""
_LABEL = lazy_pattern(
    lambda: (
        rb"(?:"
        + b"|".join(map(_in_scripts, _PAGES_OF_PEOPLE))
        + rb")(?:[\xe3-\xed][\x80-\xbf]{2}|\\u[3-9a-d][0-9a-f]{3}){0,4}\s?(?::|\xef\xbc\x9a|\\uff1a)\s?\Z"
    ),
    re.IGNORECASE,
)
"""Such a word, as it is or with escapes, a few more characters, and a colon. An address behind another label, such as
those for a server or an interface, can be one that code cuts off and contacts.
"""
_STYLED = lazy_pattern(rb"%c(?:[\s%]|\Z)")
"""The beginning of a style in a text of the console: https://console.spec.whatwg.org/#formatting-specifiers"""
_PERSON = lazy_pattern(rb"<[^<>\s@]{1,64}@[^<>\s@]{1,253}>\s?\(\Z")
"""The address of a person before that of the person's web site: https://docs.npmjs.com/cli/configuring-npm/package-json"""
_PARAMETER = lazy_pattern(
    rb"(?:\A|[&?,{;\s])\\?[\"']?(?:(?P<redirect>%b)|notify_?[uU]rl)\\?[\"']?\s?[=:]\s?\\?[\"']?\Z" % redirects.PROPERTY
)
"""The name of a parameter whose value another server contacts, as a payment service that tells of its end:
https://opendocs.alipay.com/open/204/105301
"""
_SCOPE = lazy_pattern(
    rb"(?:\A|[&?])(?:scope|resource|audience)=(?:[\w.:/~-]{1,200}(?:\+|%20|\s)){0,8}\Z", re.IGNORECASE
)
_TOKEN = lazy_pattern(rb"(?:\A|[&?])(?:grant_type|response_type|client_id)=", re.IGNORECASE)
"""A parameter that names what a token is for, and others of the same request: RFC 6749, section 3.3; RFC 8707."""
_WHOLE_URL = lazy_pattern(rb"https?://")
_GOES = lazy_pattern(
    rb"(?:(?<![\w$.])(?:(?:window|document)\s{0,4}\.\s{0,4})?location(?:\s{0,4}\.\s{0,4}href)?\s{0,4}=|\blocation\s{0,4}\.\s{0,4}(?:assign|replace)\s{0,4}\("
    rb"|\.\s{0,4}src\s{0,4}=)\s{0,8}[\"'`]\Z"
)
"""Code by which a page, or a frame in it, goes to an address; a sign-in of a browser opens another window."""
_NAMESPACE = lazy_pattern(
    rb"(?:(?:\A|[\s<])xmlns(?::[\w.-]{1,40})?=\\?[\"']?|<!DOCTYPE\s[^<>]{0,200}\s\\?[\"']"
    rb"|\sxsi:schemaLocation=\\?[\"'][^\"'<>\\]{0,1000})\Z",
    re.IGNORECASE,
)
"""An attribute for a namespace, the identifier of a type of document, or pairs of a namespace and its schema."""
_GO_TO = lazy_pattern(
    "(?:请到|请访问|请前往|请参考|请参阅|请查看|详见|参见)".encode() + rb"\s?(?::|\xef\xbc\x9a)?\s?\Z"
    rb"|(?:\A|[.!?:;\n]|\\n)\s{0,8}(?i:contact(?: us)?(?: at| on| via)?|follow us(?: at| on)?)[\s:]{1,3}\Z"
    rb"|\b(?i:besuchen sie|visitez|consultez|rendez-vous sur|visite|visita|visitate|acesse|bezoek)[\s:]{1,3}\Z"
)
"""Chinese, German, French, Spanish, Italian, Portuguese and Dutch for: go to, visit, refer to, see.

At the beginning of a sentence also contact, which elsewhere has a server: ``Failed to contact https://…``.
"""
_EXPRESSION = lazy_pattern(
    rb"[^\s\"'<>`]{0,400}?(?:\(\?[:>=!<]|\((?:\\[dDwWsS]|\.[*+]|\[)|\[\^|\\[dDwWsS][+*{]|\[\\?[\w-]{1,40}\][+*{])"
)
"""An address with groups and classes of a regular expression, which no address has: ``https://shop.test/(\\w+)``."""
_FRAME = lazy_pattern(rb"\s*([|*#+=])\s+\Z")
"""The left side of a frame of characters around a message for developers; the same character ends the line."""
_FUNCTION_WORDS = frozenset(
    (
        b"the to of for and in is are be at on see or from with this that you your it can by as an if not we our please"
        b" visit de la el les des der die das und ist ein para por que con una il per di em um uma est pour dans"
    ).split()
)


_TAG = lazy_pattern(rb"<[^<>]{0,400}+>?")
_IN_TAG = lazy_pattern(rb"<([A-Za-z]{1,20})\s[^<>]{0,400}\Z")
_LINK_TEXT, _LINK_END = lazy_pattern(rb"`[^`<>\n]{1,80}\s<\Z"), b">`"
"""Around the address of a link with a text: https://docutils.sourceforge.io/docs/ref/rst/restructuredtext.html"""
_LEAST_LINES = 3
_LONG = 20
_FEW = 3
_SENTENCE = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ ,.'`():-"
"""The characters of a sentence: no quotes, brackets and signs of code or of a list."""
_SENTENCE_WORDS = 8
_GRAMMAR = _FUNCTION_WORDS - frozenset(b"for in if this not it".split())
"""Function words that are no words of a programming language."""


def url_end(data: bytes, at: int, end: int) -> int:
    """The offset after the URL, or the keyword connection string, that begins at ``at``."""
    pattern = _KEYWORDS_END if _KEYWORD.match(data, at, end) else _URL_END
    found = pattern.search(data, at, min(end, at + 2048))
    return found.start() if found else min(end, at + 2048)


def line_around(data: bytes, start: int, at: int, end: int) -> tuple[bytes, bytes]:
    """The text of the line before and after a URL; an escaped line end in a string counts."""
    left = _LINE_END.split(data[max(start, at - _REACH) : at])[-1]
    after = url_end(data, at, end)
    right = _LINE_END.split(data[after : min(end, after + _REACH)], maxsplit=1)[0]
    return left, right


def is_namespace(data: bytes, start: int, at: int) -> bool:
    """True for a URL in the attribute for a namespace; its tag can begin in another string: ``' xmlns:n="URL"/>'``."""
    return _NAMESPACE.search(data, max(start, at - _REACH), at) is not None


def literal_reason(data: bytes, start: int, at: int, end: int) -> str:
    """Why the URL at ``at`` in the string ``data[start:end]`` is no address that code uses; empty if it may be one."""
    left, right = line_around(data, start, at, end)
    if not left.strip():
        before = data[max(start, at - _REACH) : at - len(left)]
        # Not so in a playlist: https://www.rfc-editor.org/rfc/rfc8216#section-4.3.2.1
        if (
            b"#EXTINF:" not in before
            and _LEADING.search(before)
            and _words(before) + len(_ESCAPED_WORD.findall(before)) >= 3
        ):
            return MESSAGE
    if at - start <= _SHORT and _BROKEN.match(data[start:at]):
        return MESSAGE
    if _COMMENT.search(left):
        return COMMENT
    if _STYLED.search(left) and b"://" not in left:
        return MESSAGE
    if _is_agent(left):
        return USER_AGENT
    if _NAMESPACE.search(left) or _SCHEMA.match(data[at : url_end(data, at, end)]):
        return NAMESPACE
    if (named := _PARAMETER.search(left[-40:])) and not _is_gone_to(data, start, left):
        return REDIRECT if named["redirect"] else NOTIFIED
    if found := _reason_around(left, right, data[at : min(end, at + _REACH)]):
        return found
    if left and _NO_SENTENCE.search(_ELEMENT.sub(b" ", left)):
        return ""
    words = _words(left)
    if left and (words >= 2 or (words == 1 and _POINTER.search(left))) and not left.endswith((b'"', b"'", b"=")):
        return MESSAGE
    if right[:1] in (b" ", b"\t") and _words(right) >= 3:
        return MESSAGE
    return MESSAGE if _LABEL.search(left[-72:]) else ""


def _is_gone_to(data: bytes, start: int, left: bytes) -> bool:
    """True if a URL is a parameter of another one, to which a page or a frame goes, and from there to this one."""
    return _WHOLE_URL.match(left) is not None and _GOES.search(data, max(0, start - 60), start) is not None


def _reason_around(left: bytes, right: bytes, url: bytes) -> str:
    """The reason by a frame, by the form of a URL, by the words directly before it, or by the parameters around it."""
    if _SCOPE.search(left[-_REACH:]) and (_TOKEN.search(left) or _TOKEN.search(right)):
        return SCOPE
    if _is_framed(left, right):
        return NOTICE
    if _EXPRESSION.match(url):
        return PATTERN
    if _GO_TO.search(left) or _AFTER_ADDRESS.search(left):
        return MESSAGE
    if _EXAMPLE.search(left[-80:]) or _IS_EXAMPLE.match(right):
        return EXAMPLE
    return AUTHOR if _PERSON.search(left) else ""


def _words(text: bytes) -> int:
    """Number of words in a text, without those of other addresses in it, as in a list of servers."""
    return len(_WORD.findall(_URL.sub(b" ", text)))


def is_sentence(text: bytes) -> bool:
    """True if a text has three words."""
    return _words(text) >= 3


def points_to_page(before: bytes, url: bytes) -> bool:
    """True if the words before a URL tell a person to read its page, or if it is one of documentation.

    Code does not contact such a page.
    """
    before = _ALTERNATIVE.sub(b"", before[-_REACH:])
    if _GO_TO.search(before[-80:]) or _SEE.match(before) or _PAGE.match(url):
        return True
    return _READ_MORE.search(before[-80:]) is not None and len(_WORD.findall(before)) >= 3


def is_long_text(before: bytes, behind: bytes) -> bool:
    """True if the text around a URL is a paragraph for people, as in help that a library contains; tags may be in it.

    Pictures and scripts of a page stay: their address is in an attribute other than the target of a link.
    """
    tag = _IN_TAG.search(before)
    if tag is not None and tag[1].lower() != b"a":
        return False
    if tag is None and before[-1:] not in (b" ", b"\t", b"\n", b"(", b"<", b">"):
        return False
    words = [word.lower() for word in _WORD.findall(_TAG.sub(b" ", before + b" " + behind))]
    return len(words) >= _LONG and len(_GRAMMAR.intersection(words)) >= _FEW


def is_documentation(before: bytes, behind: bytes) -> bool:
    """True if the text around a URL is a paragraph of several lines, and the URL is in a sentence or a link of it."""
    if (before + behind).count(b"\n") < _LEAST_LINES or not is_long_text(before, behind):
        return False
    left = before.rpartition(b"\n")[2]
    if _LINK_TEXT.search(left) and behind.startswith(_LINK_END):
        return True
    return _words(left) >= 2 and _NO_SENTENCE.search(left) is None


def ends_sentence(before: bytes) -> bool:
    """True if the words directly before a URL are a sentence for people: eight words, three of them of its grammar."""
    if not before.endswith((b" ", b"(")):
        return False
    tail = before[-_REACH:]
    words = [word.lower() for word in _WORD.findall(tail[len(tail.rstrip(_SENTENCE)) :])]
    return len(words) >= _SENTENCE_WORDS and sum(word in _GRAMMAR for word in words) >= _FEW


def sentence_reason(data: bytes, at: int) -> str:
    """The same for a file that is no code: the line must read as a sentence."""
    left, right = line_around(data, 0, at, len(data))
    if _is_agent(left):
        return USER_AGENT
    words = [word.lower() for word in (*_WORD.findall(left), *_WORD.findall(right))]
    return MESSAGE if len(words) >= 5 and sum(word in _FUNCTION_WORDS for word in words) >= 2 else ""


def _is_framed(left: bytes, right: bytes) -> bool:
    """True if a URL is alone in a line of a frame, as ``| https://shop.test/help |``."""
    found = _FRAME.match(left)
    return found is not None and right[:1].isspace() and right.strip() == found[1]


def _is_agent(left: bytes) -> bool:
    if b"://" in left or _DENSITY.search(left) or _MEDIA_TYPE.match(left):
        return False
    return _AGENT.search(left) is not None
