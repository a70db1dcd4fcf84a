"""Text from hostile input that people will see: nothing that moves a cursor, turns the direction or ends a line."""


def printable(text: str, limit: int) -> str:
    """``text`` with what is not printable escaped, cut at ``limit`` characters.

    Python counts control characters, line ends, surrogates and the marks that turn the direction of writing as such.
    """
    text = text[:limit]
    if text.isprintable():
        return text
    escaped = (char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text)
    return "".join(escaped)[:limit]
