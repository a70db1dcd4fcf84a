"""Values of the entities that an XML file declares: they are used where the references to them are.

https://www.w3.org/TR/xml/#sec-entity-decl. The address of an external entity is the name of a file, and so is that of a
document type. Parameter entities are parts of declarations.
"""

from collections.abc import Callable
from functools import cached_property
from itertools import islice

from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.texts.prose import COMMENT
from tieback.recognise.texts.spans import Span, SpanKind, Spans

MAX_ENTITIES = 10_000
"""Most entities of a text whose references are looked up. The values of others are taken as used."""
MAX_REFERENCES = 64
"""References of one entity from which on its value is taken as used."""
MAX_NESTED = 16
"""Entities from which on the same holds for a value that one has by way of others."""
MAX_LOOKS = 10_000
"""Most places of references that are looked at for all values of a text; the others are taken as used.

64 bytes of a tag count as one place.
"""
_REACH = 2_000
"""Bytes between the beginning of a declaration and an address in it."""
_NAME = rb"([^\s\"'<>&;%]{1,200})"
_DECLARED = lazy_pattern(rb"<!ENTITY\s{1,40}" + _NAME + rb"\s{1,40}[\"']")
_VALUE = lazy_pattern(_DECLARED.pattern + rb"(?:(?<=\")[^\"]*+|(?<=')[^']*+)\Z")
_REFERENCE = lazy_pattern(rb"&" + _NAME + rb";")


class Entities:
    """The entities of one text."""

    def __init__(self, data: bytes, spans: Spans, judge: Callable[[int], str]) -> None:
        """Set the text.

        Args:
            data: the text.
            spans: its ranges, in which declarations are comments.
            judge: the reason why an address at an offset, outside of declarations, is none that the app uses.
        """
        self._data, self._spans, self._judge = data, spans, judge
        self._left = MAX_LOOKS

    def reason(self, span: Span, offset: int) -> str:
        """Why a URL in a declaration or comment is no address that the app uses; empty if it may be one."""
        names, found = [name for name in (self._name(span, offset),) if name], ""
        for name in names:
            references = self._references.get(name)
            if references is None or len(references) >= MAX_REFERENCES or len(names) > MAX_NESTED:
                return ""
            for at in references:
                place = self._spans.at(at)
                kind = place.kind if place is not None else None
                self._left -= 1 + (place.end - place.start >> 6 if place is not None and kind is SpanKind.TAG else 0)
                if self._left < 0:
                    return ""
                if place is not None and kind is SpanKind.COMMENT:
                    names += {self._name(place, at)} - {b"", *names}
                elif reason := self._judge(at):
                    found = found or reason
                else:
                    return ""
        return found or COMMENT

    def _name(self, span: Span, offset: int) -> bytes:
        """Name of the entity whose value contains an offset; empty if there is none."""
        before = self._data[max(span.start, offset - _REACH) : offset]
        begin = before.rfind(b"<!ENTITY")
        is_comment = before.rfind(b"<!--") > before.rfind(b"-->")
        found = _VALUE.match(before, begin) if begin >= 0 and not is_comment else None
        return found[1] if found else b""

    @cached_property
    def _references(self) -> dict[bytes, list[int]]:
        """Where the references to each declared entity are."""
        declared = islice(_DECLARED.finditer(self._data), MAX_ENTITIES)
        found: dict[bytes, list[int]] = {each[1]: [] for each in declared}
        for each in _REFERENCE.finditer(self._data):
            places = found.get(each[1])
            if places is not None and len(places) < MAX_REFERENCES:
                places.append(each.start())
        return found
