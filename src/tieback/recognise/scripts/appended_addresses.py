"""A whole address that code appends to another one: each is an address of its own.

A method that completes paths also gets whole addresses. It joins its base address to the first and uses the others as
they are. If its branches are not known, ``https://a.test/`` + ``https://b.test/x`` looks like one address.
"""

import re
from collections.abc import Iterable

_APPENDED = re.compile(r"(?:https?|wss?)://[^\s\"'<>,;|?#]{1,1024}(?=(?:https?|wss?)://[\w\[])")
"""An address up to the beginning of another one."""


def without_base(text: str, parts: Iterable[str]) -> str:
    """The text without the address before another one, if that is one of the constants in the text.

    Args:
        text: what code puts together.
        parts: the constants in it.
    """
    found = _APPENDED.search(text) if text.count("://") > 1 else None
    if found is None:
        return text
    at = found.end()
    whole = any("://" in one and text.startswith(one, at) for one in parts)
    return text[: found.start()] + text[at:] if whole else text
