"""The part of a text that has a pair of key and value: its object, section or block.

``{`` and ``}`` enclose an object (JSON, HOCON, scripts), ``[name]`` begins a section (INI, TOML), and a key without a
value or a hyphen begins a block of the lines that are indented more (YAML 1.2.2, sections 8.2.1 and 8.2.2). All of them
are read in any text, so that damaged files and mixed ones have parts, too. A brace in a comment only makes more parts.
"""

import re

from tieback.model.lazy_pattern import lazy_pattern

LOGINS = ("auth", "authentication", "basicauth", "basic_auth", "credential", "credentials", "login", "user", "account")
"""Names of objects with the login to the server that is named beside them."""
MAX_DEPTH = 64
"""Most objects inside each other; deeper ones count as one part."""
_MARK = lazy_pattern(
    r"(?P<brace>[{}])"
    r"|^[ \t]{0,64}+\[{1,2}+[ \t]*+(?P<section>[\"'A-Za-z_.][^\[\]\r\n]{0,120}+)\]{1,2}+[ \t\r]*+(?=$|[#;])"
    r"|^(?P<indent>[ \t]{0,64}+)(?:-[ \t]"
    r"|(?:[\w.\"'/-]{1,80}+|\"[^\"\r\n]{1,80}+\"|'[^'\r\n]{1,80}+')[ \t]*+:[ \t\r]*+(?=$|[&!#|>]))",
    re.MULTILINE,
)
_BRACE = lazy_pattern(r"[{}]")
_KEY = 48
"""Most characters of a key with the signs between it and its object."""
_KEY_BEFORE = lazy_pattern(r"(?<![\w.-])(?P<name>[A-Za-z_]\w{0,31})[\"'`]?\s{0,4}[:=]\s{0,4}\Z")
_BLOCK_KEY = lazy_pattern(r"[ \t]{0,64}(?:-[ \t]{1,8})?[\"']?(?P<name>[A-Za-z_]\w{0,31})[\"']?[ \t]*:[ \t\r]*\n")
_REACH = 256
"""Most characters before a key that are read, of its line or of its object."""
_INDENT = lazy_pattern(r"[ \t]*")
_LOGIN = lazy_pattern(rf"(?i)(?<![\w.-])(?:{'|'.join(LOGINS)})[\"'`]?\s{{0,4}}[:=]?\s{{0,4}}\Z")
_TAG = lazy_pattern(r"<(?P<end>/)?[A-Za-z][\w:.-]{0,63}(?=[\s/>])|(?P<closed>/>)")
_ATTRIBUTE = lazy_pattern(
    r"<[A-Za-z][\w:.-]{0,63}(?:\s{1,40}[\w:.-]{1,64}=(?:\"[^\"<>]{0,200}\"|'[^'<>]{0,200}')){0,32}\s{1,40}[\w:.-]{0,64}\Z"
)
"""The tag of an element before one of its attributes."""


def is_same_part(text: str, one: int, other: int) -> bool:
    """True if the keys at two offsets of a piece of text are in the same object, section and block.

    The beginning of the text can be missing, so only what is between both places counts.
    """
    first, last = sorted((one, other))
    if _is_attribute(text, last):
        return _is_inside(text, first, last)
    depth, braces = 0, False
    for mark in _MARK.finditer(text, first, last):
        if mark["section"]:
            return False
        if mark["brace"]:
            braces = True
            depth += 1 if mark["brace"] == "{" else -1
            if depth < 0:
                return False
    if depth or braces:
        return not depth
    lines = text[text.rfind("\n", 0, first) + 1 : last].split("\n")
    if len(lines) < 2:
        return True
    key = len(lines[0]) - len(lines[0].lstrip(" \t-"))  # the first key of an item of a list is behind its hyphen
    others = [len(line) - len(line.lstrip()) for line in lines[1:-1] if line.strip()]
    own = len(lines[-1]) - len(lines[-1].lstrip(" \t")) if "-" not in lines[-1] else -1
    return key == own == min((own, *others))


def _is_attribute(text: str, offset: int) -> bool:
    """True if the key at an offset is that of an attribute in XML."""
    begin = text.rfind("<", max(0, offset - _REACH), offset)
    return begin >= 0 and _ATTRIBUTE.match(text, begin, offset) is not None


def _is_inside(text: str, first: int, last: int) -> bool:
    """True if the element at an offset of XML has not ended at another one."""
    depth = 0
    for tag in _TAG.finditer(text, first, last):
        depth += -1 if tag["end"] or tag["closed"] else 1
        if depth < 0:
            return False
    return True


def outer_key(text: str, offset: int) -> re.Match[str] | None:
    """The key of the object or block around an offset of a piece of text; ``None`` if the piece has none."""
    low, depth = max(0, offset - _REACH), 0
    for brace in reversed(list(_BRACE.finditer(text, low, offset))):
        depth += 1 if brace[0] == "}" else -1
        if depth < 0:
            return _KEY_BEFORE.search(text, max(low, brace.start() - _KEY), brace.start())
    lines = text[low:offset].split("\n")
    own = len(lines[-1]) - len(lines[-1].lstrip(" \t"))
    end = offset - len(lines[-1])
    for line in reversed(lines[:-1]):
        end -= len(line) + 1
        if line.strip() and len(line) - len(line.lstrip()) < own:
            return _BLOCK_KEY.match(text, max(low, end), offset)
    return None


class TextParts:
    """Numbers of the parts of one text; the offsets must grow from question to question."""

    def __init__(self, text: str) -> None:
        """Read this text."""
        self._text = text
        self._read = 0
        self._last = 0
        self._section = 0
        self._sections: dict[str, int] = {}
        """The numbers of the sections by their names."""
        self._objects: list[int] = []
        self._deeper = 0
        """Objects around the place that was read last, beyond ``MAX_DEPTH``."""
        self._outer: dict[int, int] = {}
        """The parts around objects and blocks of logins, by their numbers."""
        self._blocks: list[tuple[int, int]] = []
        """Indentation and number of the blocks around the place that was read last."""

    def at(self, offset: int) -> int:
        """The number of the part that has the key at an offset; 0 is the text outside all objects and sections."""
        for mark in _MARK.finditer(self._text, self._read, offset):
            self._enter(mark)
        self._read = offset
        if self._objects:
            return self._objects[-1]
        low = max(0, offset - _REACH)
        line = self._text.rfind("\n", low, offset) + 1
        if line or not low:  # otherwise it is in the block of what is before it in its line
            before = self._text[line:offset]
            found = _INDENT.match(before)
            # A key behind the hyphen of a list is indented as those in the lines below it.
            is_first = not before.strip(" \t-\"'")
            self._leave(offset - line if is_first else found.end() if found else 0)
        return self._block()

    def around(self, part: int) -> int | None:
        """The number of the part that has a part, if that is the login to the server which is named there."""
        return self._outer.get(part)

    def _block(self) -> int:
        return self._blocks[-1][1] if self._blocks else self._section

    def _enter(self, mark: re.Match[str]) -> None:
        if mark["brace"] == "}":
            if self._deeper:
                self._deeper -= 1
            else:
                del self._objects[-1:]
        elif mark["brace"]:
            if len(self._objects) < MAX_DEPTH:
                around = self._objects[-1] if self._objects else self._block()
                self._objects.append(self._next())
                if _LOGIN.search(self._text, max(0, mark.start() - _KEY), mark.start()) is not None:
                    self._outer[self._last] = around
            else:
                self._deeper += 1
        elif self._objects:
            return
        elif mark["section"]:
            self._section = self._next()
            self._blocks.clear()
            self._enter_section(mark["section"].strip("\"'"))
        else:
            indent = len(mark["indent"])
            self._leave(indent)
            around = self._block()
            self._blocks.append((indent, self._next()))
            if mark[0].strip(" \t\r-\"':").lower() in LOGINS:
                self._outer[self._last] = around

    def _enter_section(self, name: str) -> None:
        """``[server.auth]`` of TOML is in ``[server]``."""
        self._sections[name] = self._section
        outer, _, last = name.rpartition(".")
        if last.lower() in LOGINS and outer in self._sections:
            self._outer[self._section] = self._sections[outer]

    def _leave(self, indent: int) -> None:
        """End the blocks that are indented as much, or more."""
        while self._blocks and self._blocks[-1][0] >= indent:
            self._blocks.pop()

    def _next(self) -> int:
        self._last += 1
        return self._last
