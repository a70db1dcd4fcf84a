"""Lexer of scripts: comments, string literals, templates and regular expressions of ECMAScript.

Only the tokens that can contain a URL are read: https://tc39.es/ecma262/#sec-ecmascript-language-lexical-grammar. All
other code is skipped at the speed of ``re``, so that a minified bundle of many MB costs about as much as inflating it.
Languages with the same comments and strings (TypeScript, Java, Kotlin, Swift, C, GLSL) are read with it too.

A slash begins a regular expression or a division. The token before it decides. After a closing parenthesis the keyword
before the opening one decides; after a closing brace the text behind the slash. Bounds: one pass; 100 nested templates;
``_REREAD`` bytes in all that are read twice. A literal that does not end on its line ends there, so that an
error affects one line.
"""

import re
from array import array
from collections.abc import Iterator
from itertools import chain, islice

from tieback.intake.apps.interface import Bytes
from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.texts.spans import MAX_SPANS, Span, SpanKind, Spans

MAX_DEPTH = 100
"""Most templates inside each other; the rest of the text is then not read."""
_REREAD = 4 * 1024 * 1024
"""Most bytes that are read in vain for the end of a regular expression, or again for the beginning of a parenthesis.
After that every slash is a division.
"""
_MAX_REGEX = 64 * 1024
_PAREN_REACH = 4096
_STEP = 64
"""Cost of a step from one parenthesis to the next, in bytes."""

_LITERAL = rb"\"(?:[^\"\\\n\r]++|\\(?:\r\n|[\s\S]))*+\"?|'(?:[^'\\\n\r]++|\\(?:\r\n|[\s\S]))*+'?"
_STRING = lazy_pattern(_LITERAL)
_CODE = lazy_pattern(rb"(?:[^\"'`/]++|" + _LITERAL + rb")*+")
_CODE_INSIDE = lazy_pattern(rb"(?:[^\"'`/{}]++|" + _LITERAL + rb")*+")
"""In a substitution of a template, where braces count."""
_COMMENT = lazy_pattern(rb"//[^\n\r]*+|/\*(?:[^*]++|\*(?!/))*+(?:\*/)?")
_TEMPLATE = lazy_pattern(rb"(?:[^`\\$]++|\\[\s\S]|\$(?!\{))*+(?:`|\$\{)?")
_REGEX = lazy_pattern(rb"/(?:[^\\/\[\n\r]++|\\[^\n\r]|\[(?:[^\]\\\n\r]++|\\[^\n\r])*+\])++/[A-Za-z]*+")
_AFTER_REGEX = lazy_pattern(rb"[ \t]*+(?:[.,;:)\]}?&|=\n\r]|\Z)")
_EDGES = re.Match[bytes].span
_QUOTES = b"\"'"
_SPACE = b" \t\r\n\v\f"
_WORD = lazy_pattern(rb"[A-Za-z0-9_$\x80-\xff]+\Z")
_NOT_VALUES = frozenset(
    b"return typeof case do else in instanceof new void delete throw yield await of default extends".split()
)
"""Keywords that a regular expression can follow."""
_CONDITIONS = frozenset((b"if", b"while", b"for", b"with"))


class ScriptSpans:
    """The comments, literals and regular expressions of a script; string literals are located when one is needed."""

    def __init__(self, data: Bytes, start: int, end: int) -> None:
        self._data, self._start, self._end = data, start, end
        self._spans = Spans()
        self._strings: dict[int, Spans] = {}
        self._reread = _REREAD
        self._value_end = -1
        """Where the last template or regular expression ended: a slash behind it is a division."""
        self._comment = (-1, -1)
        """The last comments, with only white space between them."""
        self._read()

    def at(self, offset: int) -> Span | None:
        """The range that contains the offset, or ``None``."""
        found = self._spans.at(offset)
        if found is not None or not self._start <= offset < self._end:
            return found
        begin, end = self._spans.gap(offset, self._start, self._end)
        if begin not in self._strings:
            self._strings[begin] = _strings(self._data, begin, end)
        return self._strings[begin].at(offset)

    def __iter__(self) -> Iterator[Span]:
        """All ranges in order."""
        at = self._start
        for span in self._spans:
            yield from _strings(self._data, at, span.start)
            yield span
            at = span.end
        yield from _strings(self._data, at, self._end)

    def ranges(self) -> "array[int]":
        """Where all ranges begin and end, in turn and in order; cheaper than the ranges themselves."""
        found = array("I")
        at = self._start
        for edges in chain(self._spans.edges(), ((self._end, self._end),)):
            strings = islice(_STRING.finditer(self._data, at, edges[0]), MAX_SPANS)
            found.extend(chain.from_iterable(map(_EDGES, strings)))
            found.extend(edges)
            at = edges[1]
        return found

    def comments(self) -> "tuple[array[int], array[int]]":
        """Where the comments begin, and where they end."""
        return self._spans.edges_of(SpanKind.COMMENT)

    def _read(self) -> None:
        data, at, end, add = self._data, self._start, self._end, self._spans.add
        depths: list[int] = []
        while not self._spans.is_full:
            found = (_CODE_INSIDE if depths else _CODE).match(data, at, end)
            first = found.end() if found else end
            if first >= end:
                return
            head = data[first]
            if head == 0x2F:
                comment = _COMMENT.match(data, first, end)
                if comment is None:
                    at = self._slash(first)
                    continue
                at = comment.end()
                add(first, at, SpanKind.COMMENT)
                joins = self._comment[1] >= 0 and not data[self._comment[1] : first].strip(_SPACE)
                self._comment = (self._comment[0] if joins else first, at)
            elif head == 0x7B:
                depths[-1] += 1
                at = first + 1
            elif head == 0x7D and depths[-1]:
                depths[-1] -= 1
                at = first + 1
            else:  # a template begins, or goes on after a substitution
                if head == 0x7D:
                    depths.pop()
                at = _template(data, first + 1, end)
                add(first, at, SpanKind.STRING)
                self._value_end = at
                if data[at - 2 : at] == b"${":
                    depths.append(0)
                    self._value_end = -1
                    if len(depths) > MAX_DEPTH:
                        return

    def _slash(self, at: int) -> int:
        """The end of the regular expression that begins here, or of the slash."""
        if self._reread <= 0 or not self._may_begin(at):
            return at + 1
        most = min(self._end, at + _MAX_REGEX)
        found = _REGEX.match(self._data, at, most)
        if found is None:
            line = self._data.find(b"\n", at, most)
            self._reread -= (line if line >= 0 else most) - at
            return at + 1
        if self._ends_block(at) and _AFTER_REGEX.match(self._data, found.end(), self._end) is None:
            return at + 1
        self._spans.add(at, found.end(), SpanKind.REGEX)
        self._value_end = found.end()
        return found.end()

    def _code_before(self, at: int) -> int:
        """The offset after the last character of code before ``at``."""
        while at > self._start and self._data[at - 1] in _SPACE:
            at -= 1
        begin, end = self._comment
        if at == end:
            at = begin
            while at > self._start and self._data[at - 1] in _SPACE:
                at -= 1
        return at

    def _ends_block(self, at: int) -> bool:
        before = self._code_before(at)
        return before > self._start and self._data[before - 1] == 0x7D

    def _may_begin(self, at: int) -> bool:
        """True if the code before a slash is no value."""
        end = self._code_before(at)
        if end <= self._start:
            return True
        last = self._data[end - 1]
        if end == self._value_end or last in _QUOTES:
            return False
        if last == 0x29:
            return self._closes_condition(end - 1)
        if last == 0x5D or (last == 0x3C and end == at):  # a closing tag of JSX
            return False
        if last in b"+-":
            return self._data[end - 2 : end] not in (b"++", b"--")
        word = _WORD.search(self._data, max(self._start, end - 16), end)
        if word is None:
            return True
        return word[0] in _NOT_VALUES and self._data[word.start() - 1 : word.start()] != b"."

    def _closes_condition(self, at: int) -> bool:
        """True if the parenthesis at ``at`` belongs to a statement such as ``if``."""
        data, low = self._data, max(self._start, at - _PAREN_REACH)
        opening, closing, depth = data.rfind(b"(", low, at), at, 0
        while opening >= 0:
            self._reread -= _STEP
            if closing > opening:
                depth += 1
                closing = data.rfind(b")", low, closing)
                continue
            depth -= 1
            if not depth:
                end = self._code_before(opening)
                word = _WORD.search(data, max(self._start, end - 16), end)
                return word is not None and word[0] in _CONDITIONS
            opening = data.rfind(b"(", low, opening)
        self._reread -= at - low
        return False


def _template(data: Bytes, at: int, end: int) -> int:
    found = _TEMPLATE.match(data, at, end)
    return found.end() if found else end


def _strings(data: Bytes, start: int, end: int) -> Spans:
    spans = Spans()
    for found in islice(_STRING.finditer(data, start, end), MAX_SPANS):
        spans.add(found.start(), found.end(), SpanKind.STRING)
    return spans


def script_spans(data: Bytes, start: int = 0, end: int | None = None) -> ScriptSpans:
    """The comments, literals and regular expressions in ``data[start:end]``; never raises."""
    return ScriptSpans(data, start, len(data) if end is None else end)


class LastScript:
    """The ranges of the script that was read last: several readers need those of the same text."""

    def __init__(self) -> None:
        self._data: Bytes | None = None
        self._spans: ScriptSpans | None = None

    def spans(self, data: Bytes) -> ScriptSpans:
        """The ranges of a script, read once for the same object."""
        if self._spans is None or self._data is not data:
            self._data, self._spans = data, script_spans(data)
        return self._spans

    def clear(self) -> None:
        """Release the script."""
        self._data = self._spans = None
