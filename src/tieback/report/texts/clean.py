"""Untrusted text, made safe for a line of a terminal or of Markdown."""

import unicodedata

from tieback.model.safe_text import escape_markup, isolate

_UNSAFE = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})

_JOINERS = frozenset("\u200c\u200d")
"""Format characters needed in Persian, Indic scripts and emoji; they do not change the text direction."""


def clean(text: str, limit: int = 200) -> str:
    """Return untrusted text, safe on one line: no control, direction or line characters, at most ``limit`` long.

    Such characters become U+FFFD, so that an app name cannot move the cursor or change the text direction.
    """
    if len(text) > limit:
        text = text[: max(limit - 1, 0)] + "…"
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        "\ufffd" if unicodedata.category(sign) in _UNSAFE and sign not in _JOINERS else sign for sign in text
    )


def escape_markdown(text: str, limit: int = 200) -> str:
    """Escape untrusted text so that Markdown shows it literally, on one line."""
    return isolate(escape_markup(clean(text, limit)))
