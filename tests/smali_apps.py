"""Small apps from smali in a test, and the endpoints that the analysis shows for them."""

import re
from collections.abc import Iterator

from bench.hostile_made.kind import dex
from tieback.intake.apps.dex import read_dex
from tieback.model.sighting import Sighting
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch

_SEARCH = AppSearch(RuleFiles())


def endpoints(smali: str) -> set[str]:
    """The endpoints of an app with these classes, each of which begins with ``.class``."""
    artifact = read_dex("classes.dex", dex(classes(smali)))[0]
    return {find.endpoint.value for find in _SEARCH.finds([artifact]) if isinstance(find, Sighting)}


def classes(smali: str) -> Iterator[str]:
    """The classes of a text, one by one."""
    plain = re.sub(r"(?m)^\s+", "", smali)
    return (f".class {one}" for one in re.split(r"(?m)^\.class ", plain) if one.strip())
