"""Hostile text in output: the one place that knows which characters are dangerous.

Control characters (C0, C1, DEL) drive terminals. Marks of the writing direction and invisible characters disguise
text. U+2028 and U+2029 are line ends for many readers. A CI runner executes lines of a log that look like commands.
"""

import re

from tieback.model.lazy_pattern import lazy_pattern

_CONTROLS = "\x00-\x1f\x7f-\x9f"
_MARKS = "\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
"""Direction, line ends and invisible characters. U+200C and U+200D are needed in Persian, Indic scripts and emoji."""
_UNSAFE = lazy_pattern(f"[{_CONTROLS}{_MARKS}\ud800-\udfff]")
_UNSAFE_IN_JSON = lazy_pattern(f"[\x7f-\x9f{_MARKS}]|(?<=##)\\[")
_UNSAFE_SHOWN = lazy_pattern(f"(?![\n\t])[{_CONTROLS}{_MARKS}\ud800-\udfff]")
_COMMAND = lazy_pattern(r"^([^\S\n]*)(::.*?::)", re.MULTILINE)
_OLD_COMMAND = "##["
_MARKUP = lazy_pattern(r"[\\`*_{}\[\]#!|<>~&@$]|^[-=]|^\+(?=\s|$)|^\d{1,9}[.)](?=\s|$)|:(?=//)|(?<=\bwww)\.")
"""Characters that would be markup, a mention, a list item or an automatic link."""


_RTL = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff"
"""Blocks of scripts that are written from right to left."""
_RTL_RUN = lazy_pattern(rf"[{_RTL}](?:(?:[{_RTL}]|[^\w\n\t;,:|/<>]|[\d_])*[{_RTL}])?[)\]\"'\u2019\u201d!?]*")
"""Words from right to left, with the spaces and digits between them and brackets after them; not over a sign that
separates names."""
_ISOLATE, _END = "\u2068", "\u2069"
RTL_LANGUAGES = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "syr", "ug", "ur", "yi"})
"""ISO 639 codes of languages whose texts run from right to left."""


def isolate(text: str) -> str:
    """Text whose names from right to left do not reorder what is beside them, such as a version number.

    Each run is between U+2068 and U+2069 (UAX #9). For people only, and after the text was made safe: elsewhere these
    characters count as unsafe.
    """
    return text if text.isascii() else _RTL_RUN.sub(lambda run: f"{_ISOLATE}{run[0]}{_END}", text)


def shown_text(text: str) -> str:
    """A text with line ends for people: as ``replace_unsafe``, with the isolates that it has anew."""
    return isolate(replace_unsafe(text.replace(_ISOLATE, "").replace(_END, "")))


def shown_line(text: str) -> str:
    """As ``escape_line``, for people: names from right to left are isolated."""
    return isolate(escape_line(text))


def escape_line(text: str) -> str:
    r"""Text as one line: unsafe characters become ``\x1b`` or ``\u202e``, and no part is a command of a CI log."""
    if not (text.isascii() and text.isprintable()):
        text = _UNSAFE.sub(_escaped, text)
    return escape_commands(text)


def escape_commands(text: str) -> str:
    """Text of which GitHub Actions executes no line: ``::error::`` at its start, ``##[error]`` anywhere."""
    if "::" in text:
        text = _COMMAND.sub(r"\1\\\2", text)
    return text.replace(_OLD_COMMAND, "##\\[")


def escape_markup(text: str) -> str:
    """Text that Markdown (CommonMark, GitHub) shows literally. It must be one line, and clean."""
    return _MARKUP.sub(lambda match: f"{match[0][:-1]}\\{match[0][-1]}", text)


def replace_unsafe(text: str) -> str:
    """Text with U+FFFD for each unsafe character; line ends and tabs stay. The width in a terminal stays known."""
    return text if text.isascii() and text.isprintable() else _UNSAFE_SHOWN.sub("\ufffd", text)


def escape_json(document: bytes) -> bytes:
    r"""The same JSON document with ``\u`` escapes for characters that JSON allows, but terminals and logs do not."""
    if document.isascii() and b"\x7f" not in document and b"##[" not in document:
        return document
    return _UNSAFE_IN_JSON.sub(_json_escape, document.decode()).encode()


def _escaped(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape").decode("ascii")


def _json_escape(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))
