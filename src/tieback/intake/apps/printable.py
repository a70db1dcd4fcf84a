"""Display of hostile text: removes cursor movements, changes of writing direction and line ends."""


def printable(text: str, limit: int) -> str:
    """``text`` with unprintable characters escaped, cut at ``limit`` characters.

    In Python, control characters, line ends, surrogates and marks of the writing direction are unprintable.
    """
    text = text[:limit]
    if text.isprintable():
        return text
    escaped = (char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text)
    return "".join(escaped)[:limit]
