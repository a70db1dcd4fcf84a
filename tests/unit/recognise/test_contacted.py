"""Hosts that an app contacts although a rule about comments, messages, links, tables or unused pages seems to fit.

The cases are files of an app, in ``contacted/FAMILY.toml``; ``quiet.toml`` has the same forms without a contact, where
the rule must still leave the host out. How many other cases are still hidden is in ``docs/benchmarks/unseen-apps.md``.
"""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from tieback.intake.apps.interface import ArtifactBatch
from tieback.intake.apps.small_files import read_small_file
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch
from tieback.recognise.whole_app.collect import AppFinds, merge_finds

CASES = Path(__file__).with_name("contacted")
FAMILIES = sorted(file.stem for file in CASES.glob("*.toml") if file.stem != "quiet")
RULES = RuleFiles()
SEARCH = AppSearch(RULES)
PAGE = "<html><body><script src='cordova.js'></script><script src='js/app.js'></script></body></html>"
FRAME = "// Platform: android\n// abc\nvar PLATFORM_VERSION_BUILD_LABEL='{}';"
METRO = "var __BUNDLE_START_TIME__=this.nativePerformanceNow?nativePerformanceNow():Date.now(),__DEV__=false;\n"


def cases(family: str) -> list[dict[str, Any]]:
    read: list[dict[str, Any]] = tomllib.loads((CASES / f"{family}.toml").read_text(encoding="utf-8"))["case"]
    return read


def files_of(case: dict[str, Any]) -> dict[str, str]:
    """The files of a hybrid app, of one of React Native, or only those of the case."""
    files: dict[str, str] = dict(case.get("files", {}))
    if "rn" in case:
        files["assets/index.android.bundle"] = METRO + case["rn"]
    elif "kind" not in case:
        files.setdefault("assets/www/index.html", case.get("page", PAGE))
        files.setdefault("assets/www/cordova.js", FRAME.format(case.get("cordova", "12.0.1")))
        if "js" in case:
            files["assets/www/js/app.js"] = case["js"]
    return files


def found(case: dict[str, Any], host: str) -> AppFinds:
    files = {name: text.replace("@H@", host).encode() for name, text in files_of(case).items()}
    batch = ArtifactBatch(tuple(files), tuple(files.values()), read_small_file)
    return merge_finds(None, SEARCH.finds([batch], hybrid="kind" not in case and "rn" not in case), RULES)


@pytest.mark.parametrize("family", FAMILIES)
def test_no_contacted_host_is_left_out(family: str) -> None:
    hidden = []
    for case in cases(family):
        host = f"{case['name']}.shop.test"
        wanted = case.get("host", "@H@").replace("@H@", host)
        if wanted not in {one.endpoint.host for one in found(case, host).sightings}:
            hidden.append(case["name"])
    assert hidden == []


def test_without_a_contact_the_rules_hold() -> None:
    shown = []
    for case in cases("quiet"):
        host = f"{case['name']}.shop.test"
        if host in {one.endpoint.host for one in found(case, host).sightings}:
            shown.append(case["name"])
    assert shown == []
