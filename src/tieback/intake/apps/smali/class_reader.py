"""One smali file as a class.

Source: https://github.com/google/smali (``smali/src/main/antlr/smaliParser.g``). Debug information is left out.
"""

from collections.abc import Iterator

from tieback.intake.apps.smali.classes import (
    STATIC,
    ClassText,
    FieldText,
    MethodText,
    access_flags,
)
from tieback.intake.apps.smali.method_reader import LineCache, LineKind, MethodBody, parameters, words_of
from tieback.intake.apps.smali.values import (
    VISIBILITY,
    AnnotationText,
    BrokenClassError,
    SmaliError,
    Tokens,
    Value,
    plain,
    quoted,
)
from tieback.model.lazy_pattern import lazy_pattern

MAX_MEMBERS = 65_536
"""Fields, methods and interfaces of one class."""
_MAX_BLOCK = 100_000
"""Lines of one annotation."""
_PARAM = lazy_pattern(r"\.param(?:eter)?\s+p(\d{1,3})")


class ClassReader:
    """Reads classes; lines that it has decoded are kept for the next ones."""

    def __init__(self) -> None:
        self._cache = LineCache()

    def read(self, text: str) -> ClassText:
        """The class of a file.

        Raises:
            SmaliError: it has none that can be read.
        """
        return _OneClass(text, self._cache).whole()


class _OneClass:
    def __init__(self, text: str, cache: LineCache) -> None:
        self._lines = iter(text.split("\n"))
        self._cache = cache
        self._descriptor = self._super = ""
        self._access = self._unread = 0
        self._source: str | None = None
        self._interfaces: list[str] = []
        self._annotations: list[AnnotationText] = []
        self._fields: list[FieldText] = []
        self._methods: list[MethodText] = []
        self._before_field = 0
        """Number of annotations before the last field."""

    def whole(self) -> ClassText:
        for line in self._lines:
            text = line.strip()
            if text and text[0] == ".":
                self._directive(text)
            elif text and text[0] != "#":
                raise SmaliError(f"not a directive: {text[:40]}")
        if not _is_class(self._descriptor):
            raise SmaliError("the file has no class")
        if max(len(self._fields), len(self._methods), len(self._interfaces)) > MAX_MEMBERS:
            raise SmaliError("the class has too many members")
        return ClassText(
            self._descriptor, self._access, self._super, self._interfaces, self._source, self._annotations,
            self._fields, self._methods, self._unread,
        )  # fmt: skip

    def _directive(self, text: str) -> None:
        word, _, rest = text.partition(" ")
        if word == ".method":
            self._method(rest.strip())
        elif word == ".field":
            self._field(rest.strip())
        elif word == ".annotation":
            self._annotations.append(_annotation(rest, self._lines))
        elif word == ".implements":
            self._interfaces.append(_class_name(rest))
        elif word == ".class":
            words = rest.partition("#")[0].split()
            self._descriptor, self._access = _class_name(words[-1] if words else ""), access_flags(words[:-1])
        elif word == ".super":
            self._super = _class_name(rest)
        elif word == ".source":
            self._source = quoted(rest)
        elif text == ".end field":
            # The annotations since the field are its own: those of the class come before the fields.
            self._fields[-1:] = [one._replace(annotations=self._annotations_since()) for one in self._fields[-1:]]
        else:
            raise SmaliError(f"not a directive: {word[:40]}")

    def _annotations_since(self) -> list[AnnotationText]:
        """The annotations after the last field."""
        found = self._annotations[self._before_field :]
        del self._annotations[self._before_field :]
        return found

    def _field(self, text: str) -> None:
        head, has_value, value = _without_value(text)
        words = head.split()
        if not words or ":" not in words[-1]:
            raise SmaliError("a field cannot be read")
        reference = f"{self._descriptor}->{plain(words[-1])}"
        initial: Value | None = Tokens(value).value() if has_value else None
        self._before_field = len(self._annotations)
        self._fields.append(FieldText(reference, access_flags(words[:-1]), initial, []))

    def _method(self, text: str) -> None:
        words = text.partition("#")[0].split()
        name = plain(words[-1]) if words else ""
        at = name.find("(")
        if at <= 0:
            raise SmaliError("a method cannot be read")
        access, proto = access_flags(words[:-1]), name[at:]
        first = 0 if access & STATIC else 1
        its, code, ended = _MethodParts(), None, False
        body = MethodBody(self._cache, words_of(proto) + first)
        try:
            while (line := body.read(self._lines)).kind is not LineKind.END:
                its.directive(line.text, self._lines)
            ended = True
            code = body.code()
        except BrokenClassError:
            raise
        except SmaliError:
            # Only its declaration is kept.
            self._unread += 1
            if not ended:
                self._skip_method()
        of_parameters = {
            place: its.parameters[register]
            for place, register in enumerate(_registers(proto, first))
            if register in its.parameters
        }
        self._methods.append(MethodText(f"{self._descriptor}->{name}", access, code, its.annotations, of_parameters))

    def _skip_method(self) -> None:
        for line in self._lines:
            text = line.strip()
            if text.startswith(".end method"):
                return
            if text.startswith(".method "):
                break
        raise BrokenClassError("a method has no end")


class _MethodParts:
    """Annotations of a method and of its parameters."""

    def __init__(self) -> None:
        self.annotations: list[AnnotationText] = []
        self.parameters: dict[int, list[AnnotationText]] = {}
        """By the number of the first register."""
        self._register = self._before = 0

    def directive(self, text: str, lines: Iterator[str]) -> None:
        """Read a directive that is no part of the code.

        Raises:
            SmaliError: there is none.
        """
        word, _, rest = text.partition(" ")
        if word == ".annotation":
            self.annotations.append(_annotation(rest, lines))
        elif text.startswith(".end param"):
            self.parameters[self._register] = self.annotations[self._before :]
            del self.annotations[self._before :]
        elif (match := _PARAM.match(text)) is not None:
            self._register, self._before = int(match[1]), len(self.annotations)
        elif word == ".method":
            raise BrokenClassError("a method has no end")
        else:
            raise SmaliError(f"not a directive: {word[:40]}")


def _registers(proto: str, first: int) -> Iterator[int]:
    """The first register of each parameter."""
    for kind in parameters(proto):
        yield first
        first += 2 if kind in ("J", "D") else 1


def _annotation(head: str, lines: Iterator[str]) -> AnnotationText:
    """The annotation whose first line this is.

    Raises:
        SmaliError: it cannot be read.
    """
    words = head.partition("#")[0].split()
    if len(words) != 2 or words[0] not in VISIBILITY:
        raise SmaliError("an annotation cannot be read")
    block = []
    for line in lines:
        text = line.strip()
        if text.startswith(".end annotation"):
            break
        block.append(line)
        if len(block) > _MAX_BLOCK or text.startswith(".end method"):
            raise BrokenClassError("an annotation has no end")
    else:
        raise BrokenClassError("an annotation has no end")
    block.append("\n.end")
    return AnnotationText(VISIBILITY[words[0]], plain(words[1]), Tokens("\n".join(block)).elements(".end"))


def _class_name(text: str) -> str:
    name = plain(text.partition("#")[0].strip())
    if not _is_class(name):
        raise SmaliError("not the name of a class")
    return name


def _is_class(name: str) -> bool:
    return len(name) > 2 and name[0] == "L" and name[-1] == ";"


def _without_value(text: str) -> tuple[str, bool, str]:
    """A field without its value, whether it has one, and the value."""
    head, mark, value = text.partition(" = ")
    return (head, True, value) if mark else (text.partition("#")[0], False, "")
