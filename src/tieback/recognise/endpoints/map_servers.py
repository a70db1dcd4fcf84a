"""Addresses of the tiles of a map, with a placeholder for the server: clients take all servers in turn.

``https://{s}.tile.shop.test/{z}/{x}/{y}.png`` of Leaflet has the servers a, b and c, or those of its option
``subdomains``; ``https://t{0-7}.shop.test/{z}/{x}/{y}`` of OpenLayers has the range itself. Native code numbers them by
a format, ``http://t%d.shop.test/L%d/%d/%d.png``: from 0 to 3, as most services do, since code computes the number.
Sources: https://leafletjs.com/reference.html#tilelayer-subdomains,
https://openlayers.org/en/latest/apidoc/module-ol_source_XYZ-XYZ.html
"""

import re

from tieback.model.lazy_pattern import lazy_pattern

MAX_SERVERS = 26
"""Most servers of one address: the letters."""
REACH = 600
"""Bytes behind an address in which its option is looked for."""
_ADDRESS = lazy_pattern(
    r"(?P<before>[a-z]{2,6}://(?:[\w-]{1,63}\.){0,3}[\w-]{0,20})"
    r"\{(?:s|(?P<first>[a-z0-9])-(?P<last>[a-z0-9]))\}"
    r"(?P<after>[\w-]{0,20}(?:\.[\w-]{1,63}){1,6}(?=[:/]))",
    re.IGNORECASE,
)
_NUMBERED = lazy_pattern(
    r"(?P<before>https?://[\w-]{0,20})%(?:1\$)?d(?P<after>[\w-]{0,20}(?:\.[\w-]{1,63}){2,6}(?=[:/]))", re.IGNORECASE
)
_NUMBERS = tuple("0123")
_NUMBER = lazy_pattern(r"%(?:\d\$)?d")
_PLACE = 3
"""Numbers of the place of a tile: level, row and column."""
_TILE = lazy_pattern(r"\{(?:z|q|quadkey)\}", re.IGNORECASE)
_NEAR = 200
_USUAL = "abc"
_OPTION = lazy_pattern(
    rb"subdomains[\"']?\s{0,4}[:=]\s{0,4}(?:[\"'](?P<letters>[a-z0-9]{1,26})[\"']"
    rb"|\[(?P<names>(?:\s{0,16}[\"'][a-z0-9-]{1,20}[\"']\s{0,16},?){1,26}\s{0,16})\])",
    re.IGNORECASE,
)
_NAME = lazy_pattern(rb"[\"']([A-Za-z0-9-]{1,20})[\"']")
_OTHER = lazy_pattern(rb"\{s\}", re.IGNORECASE)


def server_texts(text: str, listed: tuple[str, ...] = ()) -> list[str]:
    """The addresses of all servers; none if a text is no such address, or if its servers are not known.

    Args:
        text: the address, which begins with its scheme.
        listed: the servers that its option lists.
    """
    numbered = _NUMBERED.match(text) if "%" in text else None
    if numbered is not None:
        behind = text[numbered.end() :]
        is_tile = len(_NUMBER.findall(behind[:_NEAR])) >= _PLACE
        return [f"{numbered['before']}{name}{numbered['after']}{behind}" for name in _NUMBERS if is_tile]
    found = _ADDRESS.match(text)
    if found is None or _TILE.search(text, found.end(), found.end() + _NEAR) is None:
        return []
    before, after = found["before"], found["after"]
    names: tuple[str, ...] = listed
    if found["first"]:
        first, last = found["first"], found["last"]
        is_range = first < last and first.isdigit() == last.isdigit() and first.islower() == last.islower()
        names = tuple(map(chr, range(ord(first), ord(last) + 1))) if is_range else ()
    elif not listed and before.endswith("//") and after.count(".") > 2:
        names = tuple(_USUAL)
    return [f"{before}{name}{after}{text[found.end() :]}" for name in names[:MAX_SERVERS]]


def listed_servers(behind: bytes) -> tuple[str, ...]:
    """The servers that the option of an address lists, from the text behind it; none behind another address."""
    found = _OPTION.search(behind)
    if found is None or _OTHER.search(behind, 0, found.start()):
        return ()
    if found["letters"]:
        return tuple(dict.fromkeys(found["letters"].decode("ascii")))
    return tuple(dict.fromkeys(name.decode("ascii") for name in _NAME.findall(found["names"])))
