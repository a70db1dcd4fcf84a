"""Access levels of Azure's containers, in documents shaped as the command line tool prints them."""

import json
from typing import Any

import pytest

from tests.unit.posture.rules.conftest import Ask
from tieback.posture.rules.azure_container import AzureContainer
from tieback.posture.rules.interface import Requester
from tieback.posture.rules.source import RulesText

READER = AzureContainer()
LISTED = [
    {"name": "site", "properties": {"publicAccess": "container"}},
    {"name": "img", "properties": {"publicAccess": "blob"}},
    {"name": "own", "properties": {"publicAccess": None}},
]
CASES: list[tuple[str, Any, str, str]] = [
    ("listed container", LISTED, "site", "r-"),
    ("blob of a listed container", LISTED, "site/a.txt", "r-"),
    ("blobs alone: the list", LISTED, "img", "--"),
    ("blobs alone: a blob", LISTED, "img/a.png", "r-"),
    ("private", LISTED, "own/a", "--"),
    ("not there", LISTED, "other", "--"),
    ("one container", {"publicAccess": "container"}, "any", "r-"),
    ("switched off", {"publicAccess": "off"}, "any", "--"),
    ("account allows", {"allowBlobPublicAccess": True}, "/", "r?-"),
    ("account forbids", {"allowBlobPublicAccess": False, "containers": LISTED}, "site", "--"),
    ("account allows, containers known", {"allowBlobPublicAccess": True, "containers": LISTED}, "site", "r-"),
    ("no public network", {"allowBlobPublicAccess": True, "publicNetworkAccess": "Disabled"}, "/", "--"),
    ("firewall", {"allowBlobPublicAccess": True, "networkRuleSet": {"defaultAction": "Deny"}}, "/", "--"),
]


@pytest.mark.parametrize(("value", "path", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_permissions_by_rules(ask: Ask, value: Any, path: str, expected: str) -> None:
    assert ask(READER, json.dumps(value), "anonymous", path) == expected


def test_an_account_that_is_not_in_the_file_is_named() -> None:
    def reason(value: Any) -> str:
        return READER.read(RulesText("c.json", json.dumps(value))).ask(Requester.ANONYMOUS, "site").read.reason

    assert reason(LISTED) == "unless the account, which is not in the file, forbids it"
    assert reason({"allowBlobPublicAccess": True, "containers": LISTED}) == ""


def test_paths_and_line() -> None:
    policy = READER.read(RulesText("c.json", json.dumps(LISTED, indent=1)))
    assert list(policy.paths()) == ["site", "img", "own"]
    assert policy.ask(Requester.ANONYMOUS, "img/a").read.line == 11
