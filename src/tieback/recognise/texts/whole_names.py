"""Whether a text has a host as a whole name. One pass reads a text, so that each host of a large file costs little."""

from tieback.model.lazy_pattern import lazy_pattern

_RUN = lazy_pattern(r"[\w-][\w.-]*")
_END = lazy_pattern(r"\.(?!\w)")
"""The dot at the end of a sentence, and not between two labels."""
_LONGEST = 253
"""Most characters of a host (RFC 1035, section 2.3.4)."""


def whole_names(text: str) -> frozenset[str]:
    """Each run of letters, digits, dots and hyphens of a text, up to the dot that ends a sentence."""
    names = set()
    for run in _RUN.finditer(text):
        end = _END.search(text, run.start(), run.end())
        name = text[run.start() : end.start() if end is not None else run.end()]
        if len(name) <= _LONGEST:
            names.add(name)
    return frozenset(names)
