"""The web site of a maker that a builder writes into the code of an app, as a part of its description.

Titanium copies it from ``tiapp.xml`` into a class of each app, from which a script can read it as ``Ti.App.url``.
Source: https://titaniumsdk.com/api/titanium/app.html#url
"""

from typing import TYPE_CHECKING

from tieback.recognise.dataflow.dex.operand_uses import MAX_SITES

if TYPE_CHECKING:
    from tieback.recognise.dataflow.ends.uses import ConstantUses

DESCRIBED = "only the web site of the maker in the description of the app"
_METHODS = {"Lorg/appcelerator/titanium/ITiAppInfo;": frozenset(("getCopyright", "getDescription", "getUrl"))}
"""Methods of the class with the description, by the interface of that class."""


def description_reason(uses: "ConstantUses", raw: bytes) -> str:
    """``DESCRIBED`` for a constant that only methods of such a class have; else empty.

    Args:
        uses: the code of the app.
        raw: the MUTF-8 bytes of the whole constant.
    """
    reason = ""
    interfaces = {name for name in _METHODS if uses.app.class_of(name) is not None}
    for number, index in uses.places_of(raw) if interfaces else ():
        places = uses.places.strings(number, index)
        if len(places) >= MAX_SITES or uses.is_value(number, index):
            return ""
        for place in places:
            owner, name, _ = uses.app.ref_at(number, uses.file(number).code_around(place, every=True))
            above = interfaces.intersection(uses.app.ancestors(owner)) if owner else ()
            if not any(name in _METHODS[one] for one in above):
                return ""
            reason = DESCRIBED
    return reason
