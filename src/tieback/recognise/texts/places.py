"""What the place of a URL in a text is: why it is no address that the app uses, if that is so.

A URL is dropped only if its place is certain: a comment, a sentence for people, text that a page shows, metadata of a
package, a table or a text of a known shape. Everything else is kept. The language is chosen by the name of the file and
by its first bytes. Bounds: texts of up to 16 MiB; strings inside strings to a depth of three.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from enum import Enum, auto
from functools import cached_property
from itertools import islice

from tieback.recognise.dataflow.trace import COMPARED, LINK
from tieback.recognise.texts import (
    dart_scripts,
    handed_over,
    joins,
    link_targets,
    literal_names,
    markup,
    markup_links,
    names_before,
    other_code,
    policy,
    prose,
    redirects,
    search_engines,
    structured,
    tables,
)
from tieback.recognise.texts.markup import markup_spans
from tieback.recognise.texts.messages import MAX_READ, declared_name, is_part_of_message, reason_of_uses
from tieback.recognise.texts.prose import COMMENT, EXAMPLE
from tieback.recognise.texts.script import ScriptSpans, script_spans
from tieback.recognise.texts.sheet import sheet_spans
from tieback.recognise.texts.spans import Span, SpanKind, Spans

MAX_SIZE = 16 * 1024 * 1024
MAX_DEPTH = 3
MAX_EMBEDDED = 8 * 1024 * 1024
"""Most bytes of the strings of one text that are read as texts."""
MAX_ATTRIBUTES = 10_000
SHOWN = "only in text that a page shows"
FEED = "only in the entries of a news feed"
METADATA = "only in metadata of a package or page"
PERMITTED = "only in a list of addresses that the app permits"
MISNAMED = "only in a text that is stored as a picture"
UNUSED_FILE = "only in a file that was left from an earlier version, or in commands for Windows"


_TELLS = re.compile(
    rb"(?:(?<![\w$])(?:[A-Z]\w{0,40})?Error|(?<![\w$])console\s{0,4}\.\s{0,4}(?:log|warn|error|info|debug|trace))"
    rb"\s{0,4}\(\s{0,20}\Z"
)
"""The beginning of a call whose first argument is a message."""
_NATIVE = (".bundle", ".jsbundle")
"""Scripts of React Native, which run in no web view."""
_IS_EQUAL = re.compile(rb"(?:(?<![\w$.])case|[!=]==?)\s{0,20}\Z")
_EQUALS = re.compile(rb"\s{0,20}[!=]==?")
"""A comparison, and the label of a case, which is compared: ECMA-262, section 14.12.4."""
_BEFORE_LITERAL = re.compile(
    rb"(?P<quote>[\"'`])(?P<text>(?:(?!(?P=quote))[^\\\n]){3,400})(?P=quote)\s{0,40}[+,]\s{0,40}\Z"
)
"""The text before a literal that is joined to it, or that is the line before it in a list of lines."""
_MESSAGE = 500
_REDIRECT_LINE = re.compile(rb"\s*[\"']?(?:[\w.-]{0,60}[._-])?%b[\"']?\s*[:= ]" % redirects.SETTING, re.IGNORECASE)
_DRAWABLE = re.compile(r"(?:^|/)res/(?:drawable|mipmap)[\w-]{0,80}/[^/]{1,200}\.(?:png|jpe?g|gif|webp)$")
"""Files that the system only reads as pictures: https://developer.android.com/guide/topics/resources/drawable-resource"""
_RESOURCE_FORK = b"\0\0\1\0"
"""Beginning of a font of macOS in a data fork (``.dfont``)."""


class Language(Enum):
    """How a text is read."""

    SCRIPT = auto()
    SHEET = auto()
    HTML = auto()
    XML = auto()
    JSON = auto()
    LINES = auto()
    """Lines with comments that begin with ``#`` or ``;``."""
    OTHER_CODE = auto()
    """Source of other languages, in ``other_code``."""
    DOCUMENT = auto()
    SHADER = auto()
    OTHER = auto()


_LANGUAGES = {
    Language.SCRIPT: (
        "js mjs cjs jsx ts tsx mts cts bundle jsbundle java kt kts swift c h m mm cc cpp hpp cs go dart groovy gradle"
        " cup flex jflex g4 jj jjt"
    ),
    Language.SHEET: "css scss sass less styl",
    Language.HTML: "html htm xhtml vue svelte hbs ejs mustache php jsp asp aspx",
    Language.XML: "xml svg plist xsd xsl xslt dtd rss atom pom nuspec tmx gpx kml storyboard xib",
    Language.JSON: "json map webmanifest geojson json5 jsonc topojson arb",
    Language.LINES: (
        "properties yml yaml ini cfg conf toml sh pl pro env prop lock editorconfig gitignore gitattributes"
        " npmignore sql pem crt"
    ),
    Language.OTHER_CODE: " ".join((*other_code.PYTHON, *other_code.LUA)),
    Language.DOCUMENT: "md markdown rst adoc textile mdx podspec afm",
    Language.SHADER: "glsl vert frag vsh fsh vs fs shader hlsl metal cg cginc",
}
_BY_SUFFIX = {suffix: language for language, names in _LANGUAGES.items() for suffix in names.split()}
OF_GIT = b"git+"
"""Before the address of a source repository: https://docs.npmjs.com/cli/configuring-npm/package-json#git-urls-as-dependencies"""
_SCHEMAS = (".xsd", ".dtd")
"""Definitions of kinds of documents: https://www.w3.org/TR/xmlschema11-1/"""
_ENVIRONMENT = (".env.", "env.")
"""Beginnings of the names of files with the settings of one mode: ``.env.production``."""
_LINE_COMMENT = re.compile(rb"\s*(?:#|;|!|//|--\s|rem )|[^\"']*\s#\s", re.IGNORECASE)
_CODE_COMMENT = re.compile(rb"[ \t]{0,80}//[ \t]")
"""A line of code that is a comment, in a file without the suffix of its language."""
_JAVADOC = re.compile(rb"<!-- Generated by javadoc|\blocation\.href\.indexOf\([\"']is-external=true")
"""Pages of javadoc, also without its name: only they can be in the frames of other pages of javadoc."""
_NUMBER_SIGN = re.compile(rb"[ \t]*#+(?:[ \t\r\n]|\Z)")
_SCHEMA = re.compile(
    rb"<(?:\w+:)?schema\s[^>]{0,4000}?=\s?[\"']http://www\.w3\.org/(?:2001/XMLSchema|1999/XMLSchema)[\"']"
)
"""The root of a schema: https://www.w3.org/TR/xmlschema-1/#declare-schema"""
_METADATA_LINE = re.compile(
    rb"\s*[\"']?(?:homepage|home[-_]?url|repository|issue_tracker|documentation|license|licence|author|funding|bundle-\w+|specification-\w+"
    rb"|implementation-\w+|project[-_]url|scm|resolved)[\"']?\s*[:= ]",
    re.IGNORECASE,
)
_PYTHON_METADATA = re.compile(r"[^/!]\.(?:dist|egg)-info/", re.IGNORECASE)
"""A folder that describes an installed package of Python: PEP 376, PEP 627."""
_LEFT = re.compile(r"\.(?:orig|rej|bat|cmd|ps1)$", re.IGNORECASE)
_DATA_URI = re.compile(rb"\s{0,8}data:(?:font|image|audio|video|application/(?:x-)?(?:font|vnd\.ms-fontobject))")
_IN_PICTURE = re.compile(rb"data:(?:font|image)/[\w.+-]{1,40};base64,[\w+/=]{0,4000}\Z")
_PICTURE_REACH = 4_096
_SHEET_DATA = re.compile(rb"[\s\"']{0,8}data:(?!text/)")
"""A picture or font in a style sheet, whatever its type; a style sheet can import another one as text."""
_PAGE = re.compile(rb"(?i)<!doctype html|<html|<head|<body|<div")
_ESCAPED = re.compile(rb"[a-z]{2,8}\??:\\/\\/")
"""The beginning of an address in a regular expression, where slashes have escapes; a division has none."""
_PATTERN = re.compile(rb"\bRegExp\(\s{0,8}\Z")
_EVAL = re.compile(rb"\beval\(\s{0,8}(?:__webpack_require__\.ts\(\s{0,8})?\Z")
"""A call whose literal is code, also with trusted types: https://webpack.js.org/configuration/output/#outputtrustedtypes"""
_WORKER = re.compile(rb"(?:\\?[\"'](?:no )?use strict\\?[\"'];|[!(]function\s?\()")
"""The beginning of a script in a string, as editors have for their workers: https://ace.c9.io (``worker``)."""
_LEAST_WORKER = 1_000
_PARSE = re.compile(rb"\bJSON\.parse\(\s{0,8}\Z")
"""A JSON file in a script: https://webpack.js.org/guides/asset-modules/, https://v8.dev/features/subsume-json"""
_MARKUP = re.compile(rb"</[A-Za-z]|<!--|\\x3[cC]/|\\u003[cC]/|<[\w:]{1,20} [\w:-]{1,20}=")
_HTML = re.compile(
    rb"(?i)<(?:a|b|i|p|br|div|span|strong|em|ul|ol|li|h\d|img|html|body|table|td|tr|iframe|script|form|button)\b"
)
_CODE_TYPES = (b"", b"module", b"text/javascript", b"application/javascript", b"text/babel", b"text/typescript")
_META_NAMES = re.compile(
    rb"\b(?:og:|twitter:|article:|fb:|author|generator|copyright|publisher|dc\.|keywords|description)", re.IGNORECASE
)
_LINK_RELS = re.compile(
    rb"\b(?:author|license|help|canonical|profile|alternate|shortlink|me|pingback|publisher|mask-icon|apple-touch-icon"
    rb"(?:-precomposed)?)\b",
    re.IGNORECASE,
)
_NAMESPACES = (
    "xmlns",
    "itemtype",
    "itemprop",
    "vocab",
    "typeof",
    "prefix",
    "schemalocation",
    "targetnamespace",
    "xsi:schemalocation",
    "cite",
)
_WIDGET_NAMES = (("author", "href"), ("author", "email"), ("feature", "name"), ("widget", "id"))
"""Attributes of a widget's ``config.xml`` that are names (https://www.w3.org/TR/widgets/)."""
_BY_ATTRIBUTE = {
    **dict.fromkeys(redirects.ATTRIBUTES, prose.REDIRECT),
    **dict.fromkeys(("title", "alt", "aria-label", "label"), SHOWN),
    **dict.fromkeys(literal_names.PLUG_IN_ATTRIBUTES, literal_names.PLUG_IN),
    **dict.fromkeys(("placeholder", "hint"), EXAMPLE),
}  # fmt: skip
"""The reason in an attribute, whatever its element."""
_CLICKS = frozenset(("onclick", "ng-click", "data-ng-click", "(click)", "@click", "v-on:click", "on-tap", "(tap)"))
"""Code that runs when a person taps an element, also of AngularJS, Angular and Vue."""
_TARGET = re.compile(r"(?:v-bind:|:|ng-|x-bind:)?href|\[(?:attr\.)?href\]")
"""The address of a link, also as the expression of a template of Vue, AngularJS, Alpine or Angular."""
_SVG_LOADS = ("href", "xlink:href", "src", "style")
_FEED = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:\s++|<\?[^>]*+>|<!--(?:[^-]++|-(?!->))*+-->|<![A-Za-z][^>]*+>)*+"
    rb"<(?:rss|(?:atom:)?feed|rdf:RDF)[\s>]"
)
"""The root of a feed: https://www.rssboard.org/rss-specification, RFC 4287."""
_FEED_LOADS = frozenset(("enclosure", "content", "thumbnail", "player", "cloud"))
"""Elements of a feed whose attributes are files or servers, with the names of Media RSS."""
_POM = re.compile(rb"<ti:app[\s>]|http://maven\.apache\.org/POM/|/nuspec\.xsd|http://apache\.org/cordova/ns/plugins")
_METADATA_ELEMENTS = frozenset((
    "url", "license", "licenses", "issue", "repo", "author", "name", "description", "scm", "organization", "developers",
    "connection", "developerconnection", "repository", "projecturl", "licenseurl", "iconurl", "keywords", "info", "id",
    "engine", "system", "issuemanagement",
))  # fmt: skip


_DEVELOPER = re.compile(r"https?://\d{1,3}(?:\.\d{1,3}){3}(?![\w.])")
"""A computer in the network of a developer, from which an app under development loads its pages."""


def is_permission(element: str, address: str) -> bool:
    """True if an element of ``config.xml`` only permits an address, and does not name a page of the app.

    Source: https://cordova.apache.org/docs/en/latest/guide/appdev/allowlist/
    """
    if element == "allow-navigation":
        return _DEVELOPER.match(address) is not None
    return element in {"access", "allow-intent"}


def _by_name(file: str) -> str:
    """The reason that the name of a file gives."""
    if _DRAWABLE.search(file):
        return MISNAMED
    return METADATA if _PYTHON_METADATA.search(file) else UNUSED_FILE if _LEFT.search(file) else ""


class TextPlaces:
    """One text of a package. Each lexer runs at the first question that needs it."""

    def __init__(
        self,
        file: str,
        data: bytes,
        *,
        binary: bool = False,
        depth: int = 0,
        code: Callable[[], ScriptSpans] | None = None,
    ) -> None:
        """Set the text.

        Args:
            file: name of the entry.
            data: its bytes, one per character.
            binary: true for content that is not text.
            depth: number of strings around this text.
            code: gives the ranges of the text as a script, if another reader needs them, too.
        """
        self._file, self._data, self._binary, self._depth = file, data, binary, depth
        self._shared = code
        self._inner: dict[int, tuple[structured.Unescaped, TextPlaces] | None] = {}
        self._budget, self._names = MAX_EMBEDDED, MAX_READ
        self._parts: dict[int, ScriptSpans | Spans | TextPlaces] = {}
        self._attributes: tuple[int, list[markup.Attribute]] = (-1, [])

    def reason(self, offset: int) -> str:
        """Why a URL at this offset is no address that the app uses; empty if it may be one."""
        if len(self._data) > MAX_SIZE:
            return ""
        if self._whole:
            return self._whole
        if not self._binary and self._data[max(0, offset - 4) : offset] == OF_GIT:
            return METADATA
        if self._has_suffixes and tables.is_in_names(self._data, offset):
            return tables.SUFFIXES
        match self._language:
            case Language.SCRIPT:
                return self._script(self._code, offset)
            case Language.SHEET:
                return self._sheet(self._spans, offset)
            case Language.HTML | Language.XML:
                return self._markup(offset)
            case Language.JSON:
                return self._json(offset)
            case Language.LINES:
                return self._lines(offset)
            case Language.OTHER_CODE:
                return self._other_code.reason(offset)
            case Language.OTHER:
                return "" if self._binary else self._plain(offset)
            case _:
                return ""

    @cached_property
    def _language(self) -> Language:
        if self._binary:
            return Language.OTHER
        name = self._file.lower().rpartition("/")[2].removesuffix(".gz").removesuffix(".gzip").rstrip("~")
        name = name.removesuffix(".download")  # the files of a page that a browser saved
        suffix = name.rpartition(".")[2].partition("~")[0]  # both sides of a merge: a.js~HEAD
        language = _BY_SUFFIX.get(suffix, Language.OTHER)
        if language is Language.OTHER and name.startswith(_ENVIRONMENT):
            language = Language.LINES
        head = self._data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
        if head[:1] == b"#" and language is Language.JSON:
            language = Language.OTHER  # a table of characters of JavaMail, no source map
        if head[:1] == b"<" and language in {Language.SCRIPT, Language.JSON, Language.OTHER, Language.LINES}:
            return Language.HTML if _PAGE.search(head) else Language.XML
        if language is Language.OTHER and head[:1] in (b"{", b"[") and re.match(rb"[\[{]\s*[\"\[{]", head):
            return Language.JSON
        return language

    @cached_property
    def _other_code(self) -> other_code.OtherCode:
        return other_code.OtherCode(self._data, self._file.lower().rpartition(".")[2])

    @cached_property
    def _whole(self) -> str:
        """The reason if all of the text is a table, a picture, a licence or a document."""
        data, language = self._data, self._language
        if named := _by_name(self._file):
            return named
        found = tables.picture_reason(data, binary=self._binary)
        if self._binary and self._file.endswith(".dfont") and data.startswith(_RESOURCE_FORK):
            return tables.PICTURE
        if language is Language.XML and tables.is_network_table(data):
            return tables.NETWORKS
        if found or self._binary:
            return found
        if language is Language.HTML and _JAVADOC.search(data, 0, 2048):
            return tables.DOCUMENT
        if language is Language.XML and (described := self._described()):
            return described
        if language is Language.HTML and tables.is_about_page(self._file, data):
            return tables.LICENCE
        if language is Language.SHADER:
            return tables.PICTURE
        if language is Language.DOCUMENT:
            return tables.DOCUMENT
        if language in {Language.OTHER, Language.LINES, Language.JSON}:
            found = tables.table_reason(data)
            if not found and language is Language.JSON and structured.is_lock(data):
                return METADATA
            if not found and language is Language.OTHER:
                found = tables.LICENCE if tables.is_licence(data) else tables.PICTURE if tables.is_shader(data) else ""
                found = found or (tables.REFERENCE if tables.is_reference(data) else "")
        return found

    def _described(self) -> str:
        """The reason if an XML text is a definition of documents, or a map of a site."""
        if self._file.lower().endswith(_SCHEMAS):
            return METADATA
        return search_engines.SITE_MAP if search_engines.is_site_map(self._data) else ""

    @cached_property
    def _has_suffixes(self) -> bool:
        return tables.has_suffixes(self._data)

    @cached_property
    def _code(self) -> ScriptSpans:
        return self._shared() if self._shared is not None else script_spans(self._data)

    @cached_property
    def _spans(self) -> Spans:
        match self._language:
            case Language.SHEET:
                return sheet_spans(self._data)
            case Language.JSON:
                return structured.json_spans(self._data)
            case _:
                return markup_spans(self._data, html=self._language is Language.HTML)

    def _script(self, spans: ScriptSpans, offset: int) -> str:
        span = spans.at(offset)
        if span is None:
            return ""
        if span.kind is SpanKind.REGEX:
            return prose.PATTERN if _ESCAPED.match(self._data, offset, span.end) else ""
        if span.kind is SpanKind.COMMENT:
            return COMMENT
        found = self._literal(span, offset)
        if not found and offset == span.start + 1:
            found = self._reason_of_name(span)
        return found or (joins.BEGINNING if joins.is_beginning(self._data, offset, span.end - 1) else "")

    def _reason_of_name(self, span: Span) -> str:
        """The reason for a literal that is the value of a name, from the uses of the name."""
        name, own = declared_name(self._data, span.start, span.end)
        if not name or self._names < len(self._data):
            return ""
        self._names -= len(self._data)
        return reason_of_uses(self._data, name, own)

    def _sheet(self, spans: Spans, offset: int) -> str:
        span = spans.at(offset)
        if span is None:
            return ""
        if span.kind is SpanKind.COMMENT:
            return COMMENT
        data = self._data
        if data[span.start - 1 : span.start] == b"=":
            return prose.PATTERN  # an attribute selector
        start = span.start + (4 if data[span.start : span.start + 4].lower() == b"url(" else 1)
        return tables.PICTURE if _SHEET_DATA.match(data, start, span.end) else ""

    def _literal(self, span: Span, offset: int) -> str:
        """The reason in a string literal, with its quotes at ``span``."""
        data, start, end = self._data, span.start + 1, span.end - 1
        if _DATA_URI.match(data, start, end) or _IN_PICTURE.search(data, max(start, offset - _PICTURE_REACH), offset):
            return tables.PICTURE
        if structured.is_metadata_key(data, span.start):
            return METADATA
        if _PATTERN.search(data, max(0, span.start - 24), span.start):
            return prose.PATTERN
        if literal_names.is_of_server(data, span.start):
            return literal_names.SERVER
        found = names_before.reason(data, span.start, offset, span.end) or self._reason_of_key(span, offset)
        if not found and self._is_link(span, offset):
            return LINK
        if not found and offset == start and markup_links.is_content(data, span.start):
            return SHOWN
        if found := found or self._compared_or_opened(span, offset):
            return found
        known = self._code_in(span)
        if known is None:
            found = prose.literal_reason(data, start, offset, end)
            # The words can be in another line of the message.
            told = not found and offset > start and _TELLS.search(data, max(0, span.start - 60), span.start)
            if told or (not found and (self._follows_sentence(span, offset) or is_part_of_message(data, span.start))):
                return prose.MESSAGE
            return found
        text, places = known
        return places.reason(text.offset(offset))

    def _is_link(self, span: Span, offset: int) -> bool:
        """True if a literal is, or ends with, the target of a link which a person taps."""
        data, start, end = self._data, span.start, span.end
        if link_targets.is_target(data, start, end, native=self._file.endswith(_NATIVE)):
            return True
        if offset > start + 1:
            return markup_links.is_completed(data, start, offset, end) or markup_links.is_markdown(data, start, offset)
        return markup_links.is_attribute(data, start, end) or dart_scripts.is_launched(data, start, self._launchers)

    @cached_property
    def _launchers(self) -> bytes:
        return dart_scripts.launchers(self._data) if self._file.endswith(dart_scripts.SUFFIX) else b""

    def _reason_of_key(self, span: Span, offset: int) -> str:
        """The reason in a literal by the names before it, and by those of the objects around it."""
        data, start = self._data, span.start + 1
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

    def _compared_or_opened(self, span: Span, offset: int) -> str:
        """The reason in a literal that is an operand of a comparison, or the address of a call that opens a browser."""
        data = self._data
        if handed_over.is_handed_over(data, span.start, span.end) or handed_over.is_in_message(
            data, span.start, offset
        ):
            return LINK
        is_compared = _IS_EQUAL.search(data, max(0, span.start - 24), span.start) is not None
        is_compared = is_compared or handed_over.is_compared(data, span.start, span.end)
        return COMPARED if is_compared or _EQUALS.match(data, span.end, span.end + 24) else ""

    def _follows_sentence(self, span: Span, offset: int) -> bool:
        """True if a literal is the page that the message in the literal before it tells a person to read."""
        if self._data[span.start + 1 : offset] not in (b"", b"("):
            return False
        before = _BEFORE_LITERAL.search(self._data, max(0, span.start - _MESSAGE), span.start)
        if before is None:
            return False
        text, url = before["text"], self._data[offset : span.end - 1]
        return prose.points_to_page(text, url) and prose.is_sentence(text)

    def _code_in(self, span: Span) -> "tuple[structured.Unescaped, TextPlaces] | None":
        """The code or markup in a string literal, without its escapes; ``None`` if it has none."""
        if span.start not in self._inner:
            data, start, end = self._data, span.start + 1, span.end - 1
            file = ""
            if _EVAL.search(data, max(0, span.start - 48), span.start):
                file = "eval.js"
            elif data[start : start + 1] in (b"{", b"[") and _PARSE.search(data, max(0, span.start - 24), span.start):
                file = "parsed.json"
            elif end - start > _LEAST_WORKER and _WORKER.match(data, start, end):
                file = "worker.js"
            elif end - start > 16 and _MARKUP.search(data, start, end):
                file = "text.html" if _HTML.search(data, start, end) else "text.xml"
            self._inner[span.start] = self._embedded(file, start, end) if file else None
        return self._inner[span.start]

    def _embedded(self, file: str, start: int, end: int) -> "tuple[structured.Unescaped, TextPlaces] | None":
        self._budget -= end - start
        if self._depth >= MAX_DEPTH or self._budget < 0:
            return None
        text = structured.Unescaped(self._data, start, end)
        return text, TextPlaces(file, text.text, depth=self._depth + 1)

    def _plain(self, offset: int) -> str:
        start = self._data.rfind(b"\n", max(0, offset - 400), offset) + 1
        if start and _CODE_COMMENT.match(self._data, start, offset):
            return COMMENT
        if self._begins_with_comment and (start or offset <= 400) and _NUMBER_SIGN.match(self._data, start, offset):
            return COMMENT
        if tables.is_web_site(tables.column_at(self._data, offset)) and self._has_many_owners:
            return tables.REFERENCE
        return prose.sentence_reason(self._data, offset)

    @cached_property
    def _begins_with_comment(self) -> bool:
        return _NUMBER_SIGN.match(self._data.lstrip(b"\xef\xbb\xbf \t\r\n")[:200]) is not None

    @cached_property
    def _has_many_owners(self) -> bool:
        return tables.has_many_owners(self._data)

    def _json(self, offset: int) -> str:
        span = self._spans.at(offset)
        if span is None:
            return ""
        if self._source_map is not None:
            source = self._source_map.source(span)
            if source is None:
                return METADATA
            name = source.partition("?")[0]
            name = name if name.lower().rpartition(".")[2] in _BY_SUFFIX else "source.js"
            if span.start not in self._inner:
                self._inner[span.start] = self._embedded(name, span.start + 1, span.end - 1)
            known = self._inner[span.start]
            return known[1].reason(known[0].offset(offset)) if known else ""
        if self._is_package and structured.is_metadata_key(self._data, span.start, package=True):
            return METADATA
        if self._is_api and structured.is_metadata_key(self._data, span.start, api=True):
            return METADATA
        if tables.is_web_site(structured.key_before(self._data, span.start)) and self._has_many_owners:
            return tables.REFERENCE
        return self._literal(span, offset)

    @cached_property
    def _source_map(self) -> structured.SourceMap | None:
        return structured.SourceMap(self._data, self._spans) if structured.is_source_map(self._data) else None

    @cached_property
    def _is_package(self) -> bool:
        return structured.is_package(self._data, self._file)

    @cached_property
    def _is_api(self) -> bool:
        return structured.is_api(self._data)

    def _lines(self, offset: int) -> str:
        start = self._data.rfind(b"\n", 0, offset) + 1
        line = self._data[max(start, offset - 400) : offset]
        if start >= offset - 400 and _LINE_COMMENT.match(line):
            return COMMENT
        if _REDIRECT_LINE.match(line):
            return prose.REDIRECT
        if _METADATA_LINE.match(line) or (self._is_api and structured.is_page_of_api(self._data, offset)):
            return METADATA
        return ""

    def _markup(self, offset: int) -> str:
        if self._is_schema:
            return METADATA
        span = self._spans.at(offset)
        if self._is_feed:
            return self._entry(span)
        html = self._language is Language.HTML
        if span is None:
            return self._shown(offset) if html else self._xml_text(offset)
        match span.kind:
            case SpanKind.COMMENT:
                return COMMENT
            case SpanKind.TAG:
                return self._tag(span, offset)
            case SpanKind.SCRIPT:
                return self._script_element(span, offset)
            case SpanKind.STYLE:
                part = self._part(span, "style")
                return self._sheet(part, offset) if isinstance(part, Spans) else ""
            case _:
                return ""

    def _entry(self, span: Span | None) -> str:
        """The reason in a feed: its entries link to pages for people. Files and the feed's own address stay."""
        if span is None or span.kind is not SpanKind.TAG:
            return FEED
        name = markup.tag_name(self._data, span).rpartition(":")[2]
        values = {one.name: one.value for one in islice(markup.attributes(self._data, span), MAX_ATTRIBUTES)}
        own = name == "link" and values.get("rel", b"").strip().lower() in {b"self", b"hub", b"next", b"enclosure"}
        return "" if own or name in _FEED_LOADS else FEED

    def _script_element(self, span: Span, offset: int) -> str:
        tag = self._spans.at(span.start - 1)
        values = {one.name: one.value for one in markup.attributes(self._data, tag)} if tag else {}
        kind = values.get("type", b"").strip().lower()
        if kind == search_engines.LINKED_DATA:
            return search_engines.SITE_MAP
        if kind in _CODE_TYPES:
            if "src" in values:
                return COMMENT  # a browser runs only the file: https://html.spec.whatwg.org/multipage/scripting.html
            file = ""
        elif b"json" in kind:
            file = "script.json"
        elif b"template" in kind or b"html" in kind:
            file = "template.html"
        else:
            return ""
        part = self._part(span, file)
        if isinstance(part, ScriptSpans):
            forbidden = any(one.start < span.start and one.forbids_code() for one in self._policies)
            return self._script(part, offset) or (policy.FORBIDDEN if forbidden else "")
        return part.reason(offset - span.start) if isinstance(part, TextPlaces) else ""

    def _part(self, span: Span, file: str) -> "ScriptSpans | Spans | TextPlaces | None":
        """The content of an element: code if ``file`` is empty, a style sheet, or a text in the language of a file."""
        if span.start not in self._parts:
            if not file:
                self._parts[span.start] = script_spans(self._data, span.start, span.end)
            elif file == "style":
                self._parts[span.start] = sheet_spans(self._data, span.start, span.end)
            elif self._depth < MAX_DEPTH:
                content = self._data[span.start : span.end]
                self._parts[span.start] = TextPlaces(file, content, depth=self._depth + 1)
        return self._parts.get(span.start)

    def _shown(self, offset: int) -> str:
        data = self._data
        if data.rfind(b"{{", max(0, offset - 300), offset) > data.rfind(b"}}", max(0, offset - 300), offset):
            return ""  # an expression of a template
        return "" if markup.element_at(data, self._spans, offset) == "option" else SHOWN

    def _xml_text(self, offset: int) -> str:
        name = markup.element_at(self._data, self._spans, offset).rpartition(":")[2]
        if self._is_picture or (self._is_project and name in _METADATA_ELEMENTS):
            return tables.PICTURE if self._is_picture else METADATA
        return METADATA if name in {"license", "licence", "copyright", "author-website"} else ""

    @cached_property
    def _is_picture(self) -> bool:
        is_xml = self._language is Language.XML
        return is_xml and re.search(rb"<(?:\w+:)?svg[\s>]", self._data[:4096]) is not None

    @cached_property
    def _is_schema(self) -> bool:
        return self._language is Language.XML and _SCHEMA.search(self._data, 0, 8192) is not None

    @cached_property
    def _is_feed(self) -> bool:
        return self._language is Language.XML and _FEED.match(self._data, 0, 4096) is not None

    @cached_property
    def _is_widget(self) -> bool:
        is_xml = self._language is Language.XML
        return is_xml and re.search(rb"<widget[\s>]", self._data[:4096]) is not None

    @cached_property
    def _is_project(self) -> bool:
        return _POM.search(self._data, 0, 4096) is not None

    @cached_property
    def _policies(self) -> list[policy.Policy]:
        return policy.policies(self._data, self._spans) if self._language is Language.HTML else []

    def _tag(self, span: Span, offset: int) -> str:
        """The reason in an attribute of a tag."""
        name = markup.tag_name(self._data, span)
        if self._attributes[0] != span.start:
            self._attributes = (span.start, list(islice(markup.attributes(self._data, span), MAX_ATTRIBUTES)))
        values = self._attributes[1]
        number = bisect_right(values, offset, key=lambda one: one.start) - 1
        if number < 0 or offset > values[number].start + len(values[number].value):
            return ""
        own = values[number]
        if own.name.startswith(_NAMESPACES):
            return METADATA
        if self._is_widget and is_permission(name, own.value.decode("ascii", "replace")):
            return PERMITTED
        if own.name in _BY_ATTRIBUTE:
            return _BY_ATTRIBUTE[own.name]
        if own.name in _CLICKS and TextPlaces("onclick.js", own.value).reason(offset - own.start) == LINK:
            return LINK
        if found := _reason_of_element(name, own, values):
            return found
        if own.value.lstrip()[:5] == b"data:":
            return tables.PICTURE if _DATA_URI.match(own.value) else ""
        if self._is_picture and own.name not in _SVG_LOADS and not name.startswith(("script", "image", "use")):
            return tables.PICTURE
        if self._language is Language.XML and (name, own.name) in _WIDGET_NAMES:
            return METADATA
        found = prose.literal_reason(self._data, own.start, offset, own.start + len(own.value))
        is_forbidden = not found and policy.is_forbidden(self._policies, name, own, values)
        return policy.FORBIDDEN if is_forbidden else found


def _is_new_window(attribute: markup.Attribute) -> bool:
    """True if a link opens another window, which is that of a browser."""
    return attribute.name == "target" and attribute.value.strip().lower() == b"_blank"


def _reason_of_element(name: str, own: markup.Attribute, values: Sequence[markup.Attribute]) -> str:
    """The reason in an attribute of an element, by its other attributes."""
    match name:
        case "a":
            return LINK if _TARGET.fullmatch(own.name) and any(map(_is_new_window, values)) else ""
        case "meta" if any(_META_NAMES.match(one.value) for one in values if one.name in {"name", "property"}):
            return METADATA
        case "meta":
            return PERMITTED if own.name == "content" and any(map(_is_policy, values)) else ""
        case "link":
            return METADATA if any(_describes(one) for one in values if one.name == "rel") else ""
        case _:
            return ""


def _is_policy(attribute: markup.Attribute) -> bool:
    """True if an element only permits addresses (https://www.w3.org/TR/CSP3/#meta-element)."""
    return attribute.name == "http-equiv" and attribute.value.strip().lower() == b"content-security-policy"


def _describes(rel: markup.Attribute) -> bool:
    """True if a page does not load what has this relation to it."""
    return b"stylesheet" not in rel.value.lower() and _LINK_RELS.search(rel.value) is not None
