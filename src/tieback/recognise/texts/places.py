"""What the place of a URL in a text is: why it is no address that the app uses, if that is so.

A URL is dropped only if its place is certain: a comment, a sentence for people, text that a page shows, metadata of a
package, a table or a text of a known shape. Everything else is kept. The language is chosen by the name of the file and
by its first bytes. Bounds: texts of up to 16 MiB; strings inside strings to a depth of three.
"""

from bisect import bisect_right
from collections.abc import Callable
from functools import cached_property
from itertools import islice

from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.reasons import LINK, UNREAD
from tieback.recognise.texts import (
    dart_scripts,
    joins,
    literal_names,
    literals,
    markup,
    markup_links,
    names_before,
    other_code,
    policy,
    prose,
    read_names,
    redirects,
    requests,
    search_engines,
    structured,
    tables,
)
from tieback.recognise.texts.elements import PERMITTED, is_permission, reason_of_element
from tieback.recognise.texts.embedded import embedded_file
from tieback.recognise.texts.entities import Entities
from tieback.recognise.texts.languages import (
    METADATA,
    Language,
    has_language,
    is_native,
    language_of,
)
from tieback.recognise.texts.markup import markup_spans
from tieback.recognise.texts.messages import MAX_READ, declared_name, is_replaced, reason_of_uses
from tieback.recognise.texts.prose import COMMENT, EXAMPLE, SHOWN
from tieback.recognise.texts.script import ScriptSpans, script_spans
from tieback.recognise.texts.setting_lines import SettingLines
from tieback.recognise.texts.sheet import is_loaded, sheet_spans
from tieback.recognise.texts.spans import MAX_SIZE, Span, SpanKind, Spans
from tieback.recognise.texts.whole import is_apart, whole_reason
from tieback.recognise.texts.xml_kinds import XmlKinds, entry_reason

MAX_DEPTH = 3
MAX_EMBEDDED = 8 * 1024 * 1024
"""Most bytes of the strings of one text that are read as texts."""
OF_GIT = b"git+"
"""Before the address of a source repository: https://docs.npmjs.com/cli/configuring-npm/package-json#git-urls-as-dependencies"""
_CODE_COMMENT = lazy_pattern(rb"[ \t]{0,80}//[ \t]")
"""A line of code that is a comment, in a file without the suffix of its language."""
_BLOCK_LINE = lazy_pattern(rb"[ \t]{0,80}\*[ \t][^\n]{0,400}")
_BLOCK_REACH = 4_000
_NO_TEXT = lazy_pattern(rb"[\0-\x08\x0e-\x1f]")
"""A line of a comment with several lines, how long such a comment can be, and what no text has."""
_NUMBER_SIGN = lazy_pattern(rb"[ \t]*#+(?:[ \t\r\n]|\Z)")
_SHEET_DATA = lazy_pattern(rb"[\s\"']{0,8}data:(?!text/)")
"""A picture or font in a style sheet, whatever its type; a style sheet can import another one as text."""
_ESCAPED = lazy_pattern(rb"[a-z]{2,8}\??:\\/\\/")
"""The beginning of an address in a regular expression, where slashes have escapes; a division has none."""
_CODE_TYPES = (b"", b"module", b"text/javascript", b"application/javascript", b"text/babel", b"text/typescript")
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
_WIDGET_NAMES = (
    ("author", "href"), ("author", "email"), ("feature", "name"), ("widget", "id"), ("plugin", "spec"),
    ("engine", "spec"),
)  # fmt: skip
"""Attributes of a widget's ``config.xml`` that are names (https://www.w3.org/TR/widgets/), or from where the command
line of Cordova gets a plugin or platform (https://cordova.apache.org/docs/en/latest/config_ref/)."""
_WIDGET_TEXTS = ("name", "description", "author")
"""Its elements with texts about the app."""
_BY_ATTRIBUTE = {
    **dict.fromkeys(redirects.ATTRIBUTES, prose.REDIRECT),
    **dict.fromkeys(("title", "alt", "aria-label", "label"), SHOWN),
    **dict.fromkeys(literal_names.PLUG_IN_ATTRIBUTES, literal_names.PLUG_IN),
    **dict.fromkeys(("placeholder", "hint"), EXAMPLE),
}  # fmt: skip
"""The reason in an attribute, whatever its element."""
_CLICKS = frozenset(("onclick", "ng-click", "data-ng-click", "(click)", "@click", "v-on:click", "on-tap", "(tap)"))
"""Code that runs when a person taps an element, also of AngularJS, Angular and Vue."""
_SVG_LOADS = ("href", "xlink:href", "src", "style", "data-")
_OF_AUTHORS = (b"<author", b"<copyright", b"<notice", b"<description", b"creativecommons", b"<rights")
"""What is beside the element with the licence of a text or a library."""
_BY_NAME = frozenset((
    METADATA, LINK, SHOWN, EXAMPLE, prose.REDIRECT, prose.NOTIFIED, prose.REFERER, prose.NAMESPACE, prose.PATTERN,
    search_engines.SITE_MAP,
))  # fmt: skip
"""Reasons that the name of a literal gives."""
_METADATA_ELEMENTS = frozenset((
    "url", "license", "licenses", "issue", "repo", "author", "name", "description", "scm", "organization", "developers",
    "connection", "developerconnection", "repository", "projecturl", "licenseurl", "iconurl", "keywords", "info", "id",
    "engine", "system", "issuemanagement",
))  # fmt: skip


def _is_namespace(own: markup.Attribute, offset: int) -> bool:
    """True if an attribute declares or names a namespace; ``prefix`` of RDFa has a name before each address."""
    if own.name == "prefix" and offset <= own.start + len(own.value) - len(own.value.lstrip()):
        return False
    return own.name in _NAMESPACES or own.name.partition(":")[0] == "xmlns"


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
        self._requested: dict[bytes, bool] = {}
        self._parts: dict[int, ScriptSpans | Spans | TextPlaces] = {}
        self._attributes: tuple[int, list[markup.Attribute]] = (-1, [])

    def reason(self, offset: int) -> str:
        """Why a URL at this offset is no address that the app uses; empty if it may be one."""
        if len(self._data) > MAX_SIZE:
            return ""
        if self._whole:
            return "" if self._is_apart(offset) else self._whole
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
                return self._setting_lines.reason(offset)
            case Language.OTHER_CODE:
                return self._other_code.reason(offset)
            case Language.OTHER:
                return self._in_resource(offset) if self._binary else self._plain(offset)
            case _:
                return ""

    def _is_apart(self, offset: int) -> bool:
        """True if an address in a table, a licence or a page for people is not part of it: code contacts it."""
        return not self._binary and is_apart(self._data, offset, self._whole, self._file)

    def names(self, offset: int, reason: str) -> frozenset[bytes]:
        """The names by which a script of the app can read the address at an offset, which has a reason."""
        if self._binary or len(self._data) > MAX_SIZE:
            return frozenset()
        if self._language is Language.HTML:
            return read_names.names_in_page(self._data, self._spans, offset)
        if reason == search_engines.SITE_MAP:
            return frozenset((self._file.rpartition("/")[2].lower().encode("utf-8", "replace"),))
        span = self._spans.at(offset) if self._language is Language.JSON else None
        return read_names.names_in_json(self._file, self._data, span.start) if span is not None else frozenset()

    @cached_property
    def _language(self) -> Language:
        return Language.OTHER if self._binary else language_of(self._file, self._data)

    @cached_property
    def _setting_lines(self) -> SettingLines:
        return SettingLines(self._file, self._data)

    @cached_property
    def _other_code(self) -> other_code.OtherCode:
        return other_code.OtherCode(self._data, self._file.lower().rpartition(".")[2])

    @cached_property
    def _whole(self) -> str:
        return whole_reason(self._file, self._data, self._language, binary=self._binary)

    @cached_property
    def _builds_pages(self) -> bool:
        return literals.builds_pages(self._data)

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
                return sheet_spans(self._data, plain=self._file.endswith(".css"))
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
            return "" if literals.is_read_comment(self._data, span) else COMMENT
        found = self._literal(span, offset)
        if not found and offset == span.start + 1:
            found = self._reason_of_name(span)
        return found or (joins.BEGINNING if joins.is_beginning(self._data, offset, span.end - 1) else "")

    def _reason_of_name(self, span: Span) -> str:
        """The reason for a literal that is the value of a name, from the uses of the name."""
        name, own = declared_name(self._data, span.start, span.end)
        if name and is_replaced(self._data, name, span.end):
            return UNREAD
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
        """The reason in a string literal, with its quotes at ``span``; none if code requests what has its name."""
        found = self._reason_of_literal(span, offset)
        if not found or found not in _BY_NAME or offset != span.start + 1:
            return found
        native = is_native(self._file, self._data)
        return "" if self._is_requested(requests.name_before(self._data, span.start, native=native)) else found

    def _is_requested(self, name: bytes) -> bool:
        """True if the text is a script that requests the value of a name; each name is looked for once."""
        if not name or self._language is Language.JSON:
            return False
        if name not in self._requested:
            if self._names < len(self._data):
                return False
            self._names -= len(self._data)
            self._requested[name] = requests.is_requested(self._data, name)
        return self._requested[name]

    def _reason_of_literal(self, span: Span, offset: int) -> str:
        data, start = self._data, span.start + 1
        if literals.is_picture(data, span, offset):
            return tables.PICTURE
        if structured.is_metadata_key(data, span.start):
            return METADATA
        if literals.is_pattern(data, span):
            return prose.PATTERN
        if literal_names.is_of_server(data, span.start) and "nodejs-project/" not in self._file:
            return literal_names.SERVER
        found = names_before.reason(data, span.start, offset, span.end) or literals.reason_of_name(data, span, offset)
        if found:
            return found
        native = is_native(self._file, data)
        if literals.is_link(data, span, offset, native=native, launchers=self._launchers):
            return LINK
        is_script = native and offset == start and literals.is_page_script(data, start) and not self._builds_pages
        if is_script and not requests.is_value_requested(data, start, start):
            return literals.PAGE_SCRIPT
        if offset == start and markup_links.is_content(data, span.start):
            return SHOWN
        if found := literals.reason_of_use(data, span, offset):
            return found
        known = self._code_in(span) or (self._sheet_in(span) if is_loaded(data, start, offset) else None)
        if known is None:
            return literals.reason_of_words(data, span, offset)
        text, places = known
        found = places.reason(text.offset(offset))
        return found or (prose.NAMESPACE if prose.is_namespace(data, start, offset) else "")

    @cached_property
    def _launchers(self) -> bytes:
        return dart_scripts.launchers(self._data) if self._file.endswith(dart_scripts.SUFFIX) else b""

    def _code_in(self, span: Span) -> "tuple[structured.Unescaped, TextPlaces] | None":
        """The code or markup in a string literal, without its escapes; ``None`` if it has none."""
        if span.start not in self._inner:
            file = embedded_file(self._data, span)
            self._inner[span.start] = self._embedded(file, span.start + 1, span.end - 1) if file else None
        return self._inner[span.start]

    def _sheet_in(self, span: Span) -> "tuple[structured.Unescaped, TextPlaces] | None":
        """The style sheet in a string literal, without its escapes."""
        if ~span.start not in self._inner:
            self._inner[~span.start] = self._embedded("text.css", span.start + 1, span.end - 1)
        return self._inner[~span.start]

    def _embedded(self, file: str, start: int, end: int) -> "tuple[structured.Unescaped, TextPlaces] | None":
        self._budget -= end - start
        if self._depth >= MAX_DEPTH or self._budget < 0:
            return None
        text = structured.Unescaped(self._data, start, end)
        return text, TextPlaces(file, text.text, depth=self._depth + 1)

    def _in_resource(self, offset: int) -> str:
        """The reason in a comment of a script or style sheet in a file with many, as the ``.pak`` of a web view."""
        before = self._data[max(0, offset - _BLOCK_REACH) : offset]
        block = before[before.rfind(b"/*") :] if b"/*" in before else b""
        is_block = block and b"*/" not in block and _NO_TEXT.search(block) is None
        return COMMENT if is_block and _BLOCK_LINE.fullmatch(before, before.rfind(b"\n") + 1) else ""

    def _plain(self, offset: int) -> str:
        start = self._data.rfind(b"\n", max(0, offset - 400), offset) + 1
        if start and _CODE_COMMENT.match(self._data, start, offset):
            return COMMENT
        if self._begins_with_comment and (start or offset <= 400) and _NUMBER_SIGN.match(self._data, start, offset):
            return COMMENT
        if tables.is_web_site(tables.column_at(self._data, offset)) and self._has_many_owners:
            return tables.REFERENCE
        found = prose.sentence_reason(self._data, offset)
        return "" if found == prose.MESSAGE and self._lists_addresses else found

    @cached_property
    def _lists_addresses(self) -> bool:
        return tables.is_list_of_addresses(self._data)

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
            name = name if has_language(name) else "source.js"
            if span.start not in self._inner:
                self._inner[span.start] = self._embedded(name, span.start + 1, span.end - 1)
            known = self._inner[span.start]
            return known[1].reason(known[0].offset(offset)) if known else ""
        named = structured.is_package_file(self._file)
        if self._is_package and structured.is_metadata_key(self._data, span.start, package=True, named=named):
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

    def _markup(self, offset: int) -> str:
        if self._xml.is_schema:
            return METADATA
        span = self._spans.at(offset)
        if self._xml.is_feed:
            return entry_reason(self._data, span, offset)
        html = self._language is Language.HTML
        if self._spans.is_beyond(offset):
            return ""
        if span is None:
            return self._shown(offset) if html else self._xml_text(offset)
        match span.kind:
            case SpanKind.COMMENT:
                return COMMENT if html else self._entities.reason(span, offset)
            case SpanKind.TAG:
                return self._tag(span, offset)
            case SpanKind.SCRIPT:
                return self._script_element(span, offset)
            case SpanKind.STYLE:
                part = self._part(span, "style")
                return self._sheet(part, offset) if isinstance(part, Spans) else ""
            case _:
                return ""

    @cached_property
    def _entities(self) -> Entities:
        return Entities(self._data, self._spans, self._markup)

    def _script_element(self, span: Span, offset: int) -> str:
        tag = self._spans.at(span.start - 1)
        values = {one.name: one.value for one in markup.attributes(self._data, tag)} if tag else {}
        kind = values.get("type", b"").strip().lower()
        if kind == search_engines.LINKED_DATA:
            return "" if search_engines.is_read(self._data) else search_engines.SITE_MAP
        if kind in _CODE_TYPES:
            # A browser runs only the file, which can read data in the element:
            # https://html.spec.whatwg.org/multipage/scripting.html
            is_data = "src" in values and self._data[span.start : span.end].lstrip()[:1] in (b"{", b"[")
            if "src" in values and not is_data:
                return COMMENT
            file = "script.json" if is_data else ""
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
                self._parts[span.start] = sheet_spans(self._data, span.start, span.end, plain=True)
            elif self._depth < MAX_DEPTH:
                content = self._data[span.start : span.end]
                self._parts[span.start] = TextPlaces(file, content, depth=self._depth + 1)
        return self._parts.get(span.start)

    def _shown(self, offset: int) -> str:
        data = self._data
        if data.rfind(b"{{", max(0, offset - 300), offset) > data.rfind(b"}}", max(0, offset - 300), offset):
            return ""  # an expression of a template
        if markup.is_hidden_address(data, self._spans, offset):
            return ""
        return "" if markup.element_at(data, self._spans, offset) == "option" else SHOWN

    def _xml_text(self, offset: int) -> str:
        name = markup.element_at(self._data, self._spans, offset).rpartition(":")[2]
        if self._xml.is_picture and name in ("script", "style"):
            return ""
        if self._xml.is_picture or (self._xml.is_project and name in _METADATA_ELEMENTS):
            return tables.PICTURE if self._xml.is_picture else METADATA
        if self._xml.is_widget and name in _WIDGET_TEXTS:
            return METADATA
        is_root = self._data.lstrip().startswith(b"<licen")
        if name in {"license", "licence"} and not is_root and not any(mark in self._data for mark in _OF_AUTHORS):
            return ""  # the server of licences for films or programs
        return METADATA if name in {"license", "licence", "copyright", "author-website"} else ""

    @cached_property
    def _xml(self) -> XmlKinds:
        return XmlKinds(self._data, is_xml=self._language is Language.XML)

    @cached_property
    def _policies(self) -> list[policy.Policy]:
        return policy.policies(self._data, self._spans) if self._language is Language.HTML else []

    def _is_data(self, own: markup.Attribute, offset: int) -> bool:
        """True for an attribute whose value code reads: of XML as a whole, of a page if a script in it requests it.

        Without words of a sign-in near it, an address to return to is that of a page.
        """
        if own.name in redirects.ATTRIBUTES:
            end = own.start + len(own.value)
            return not redirects.is_of_sign_in(self._data, own.name.encode(), own.start, end)
        if self._language is Language.XML:
            return own.name in ("label", "title") and offset == own.start
        return self._is_requested(own.name.encode())

    def _tag(self, span: Span, offset: int) -> str:
        """The reason in an attribute of a tag."""
        name = markup.tag_name(self._data, span)
        if self._attributes[0] != span.start:
            self._attributes = (span.start, list(islice(markup.attributes(self._data, span), markup.MAX_ATTRIBUTES)))
        values = self._attributes[1]
        number = bisect_right(values, offset, key=lambda one: one.start) - 1
        if number < 0 or offset > values[number].start + len(values[number].value):
            return ""
        own = values[number]
        if _is_namespace(own, offset):
            return METADATA
        if self._xml.is_widget and is_permission(name):
            return PERMITTED
        if own.name == "placeholder" and names_before.is_example_read(self._data):
            return ""
        if own.name in _BY_ATTRIBUTE and not self._is_data(own, offset):
            return _BY_ATTRIBUTE[own.name]
        if own.name in _CLICKS and TextPlaces("onclick.js", own.value).reason(offset - own.start) == LINK:
            return LINK
        if found := reason_of_element(name, own, values):
            return found
        if own.value.lstrip()[:5] == b"data:":
            return tables.PICTURE if literals.DATA_URI.match(own.value) else ""
        if (
            self._xml.is_picture
            and not own.name.startswith(_SVG_LOADS)
            and not name.startswith(("script", "image", "use"))
        ):
            return tables.PICTURE
        if self._language is Language.XML and (name, own.name) in _WIDGET_NAMES:
            return METADATA
        loads = own.name == "style" and is_loaded(self._data, own.start, offset)
        end = own.start + len(own.value)
        found = "" if loads else prose.literal_reason(self._data, own.start, offset, end)
        is_forbidden = not found and policy.is_forbidden(self._policies, name, own, values)
        return policy.FORBIDDEN if is_forbidden else found
