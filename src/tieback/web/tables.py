"""Tables that are cards on a narrow screen: each cell gets the name of its column, which the style sheet shows there.

Explicit roles keep the rows and columns for screen readers, because some browsers drop them with another ``display``.
"""

import re

_TAG = re.compile(r"<(table|thead|tbody|tr|th|td)(?=[\s>])([^>]*)>(?:([^<]*(?:<(?!/?t[hdr]\b)[^<]*)*)</th>)?")
_DAY = re.compile(r"\s*\d{4}-\d\d-\d\d\s*(?=<)")
_CLASS = re.compile(r'\bclass="')
_MARKUP = re.compile(r"<[^>]*>")
_SPAN = re.compile(r'\bcolspan="(\d+)"')
_ROLES = {"table": "table", "thead": "rowgroup", "tbody": "rowgroup", "tr": "row", "td": "cell"}


def labelled[T: str](table: T) -> T:
    """The table of a template with the names of its columns in its cells, as ``data-label``.

    A cell that begins with a day has the class ``day``, so that no hyphen of it ends a line.

    Args:
        table: markup of our own templates, in which other text is escaped.
    """
    heads: list[str] = []
    inside_head, column = False, 0

    def tag(found: re.Match[str]) -> str:
        nonlocal inside_head, column
        name, attributes = found[1], found[2]
        rest = found[0][found.end(2) - found.start() :]
        role, label = _ROLES.get(name, ""), ""
        if name == "table":
            heads.clear()
        elif name in ("thead", "tbody"):
            inside_head = name == "thead"
        elif name == "tr":
            column = 0
        elif inside_head:
            role = "columnheader"
            heads.append(" ".join(_MARKUP.sub(" ", found[3] or "").split()).replace('"', "&#34;"))
        else:
            if name == "th":
                role = "rowheader"
            elif column < len(heads) and not _SPAN.search(attributes):
                label = heads[column]
            if name == "td" and _DAY.match(found.string, found.end()):
                marked = _CLASS.sub('class="day ', attributes, count=1)
                attributes = marked if marked != attributes else f'{attributes} class="day"'
            span = _SPAN.search(attributes)
            column += int(span[1]) if span else 1
        return f'<{name}{attributes} role="{role}"{f' data-label="{label}"' if label else ""}{rest}'

    return type(table)(_TAG.sub(tag, table))  # markup stays markup, and plain text stays plain text
