"""Literals of a script that are only the beginning of an address: another literal continues its last word."""

from tieback.model.lazy_pattern import lazy_pattern

BEGINNING = "only the beginning of an address that the script puts together"

_NEXT = lazy_pattern(rb"[\"']\s{0,9}(?:\+\s{0,9}|\.concat\(\s{0,9})[\"'`][A-Za-z0-9_.~%-]")
_REPLACED = lazy_pattern(rb"[\"']\s{0,9}\.replace(?:All)?\(\s{0,9}(?:\"([^\"\\\n]{1,40})\"|'([^'\\\n]{1,40})')")
_WHOLE = lazy_pattern(rb"[A-Za-z0-9+.-]{2,20}://[A-Za-z0-9._~%@:/-]{1,1000}(?<![/:])\Z")
_ANY = lazy_pattern(rb"[^\s\"'`]{1,1024}\Z")


def is_beginning(data: bytes, at: int, end: int) -> bool:
    """True if the URL at ``at`` goes on behind its literal, or has a mark that is replaced.

    Args:
        data: the script.
        at: offset of the URL.
        end: offset of the closing quote of its literal.
    """
    if _NEXT.match(data, end) and _WHOLE.match(data, at, end):
        return True
    found = _REPLACED.match(data, end)
    if found is None or _ANY.match(data, at, end) is None:
        return False
    return (found[1] or found[2]) in data[at:end].partition(b"?")[0]
