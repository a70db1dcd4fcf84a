"""The line of a key in a TOML text, for errors."""

import re


def line_of(text: str, key: str, table: str = "", index: int = 0) -> int | None:
    """The line of a key, or of its table's header if the key is empty or not found; ``None`` if neither is found.

    A text search, for error messages only: a header inside a multi-line string can mislead it.

    Args:
        text: the whole TOML text.
        key: a bare or quoted key.
        table: name of an array of tables or of a plain table, empty for the top level.
        index: which table of the array, from 0.
    """
    wanted = re.compile(rf"\s*(?:\"{re.escape(key)}\"|'{re.escape(key)}'|{re.escape(key)})\s*=") if key else None
    inside, header, seen = not table, None, -1
    for number, line in enumerate(text.split("\n"), start=1):
        found = re.match(r"\s*(\[\[?)\s*[\"']?([^\]\"']+?)[\"']?\s*\]", line)
        if found is not None:
            same = found.group(2) == table
            seen += same
            inside = same and (found.group(1) == "[" or seen == index)
            header = number if inside and header is None else header
        elif inside and wanted is not None and wanted.match(line):
            return number
    return header
