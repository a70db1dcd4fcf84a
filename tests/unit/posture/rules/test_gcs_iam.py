"""IAM policies of Google Cloud."""

import json
from typing import Any

import pytest

from tests.unit.posture.rules.conftest import Ask
from tieback.model.errors import InputError
from tieback.posture.rules.gcs_iam import GcsIam, load_roles
from tieback.posture.rules.interface import Requester
from tieback.posture.rules.source import RulesText

READER = GcsIam()


def bindings(role: str, *members: str, **more: Any) -> str:
    return json.dumps({"bindings": [{"role": role, "members": list(members), **more}]})


@pytest.mark.parametrize(
    ("text", "anonymous", "user"),
    [
        (bindings("roles/storage.objectViewer", "allUsers"), "r-", "r-"),
        (bindings("roles/storage.objectViewer", "allAuthenticatedUsers"), "--", "r-"),
        (bindings("roles/storage.objectAdmin", "allUsers"), "rw", "rw"),
        (bindings("roles/storage.objectCreator", "allUsers"), "-w", "-w"),
        (bindings("roles/storage.legacyBucketReader", "user:a@example.org", "allUsers"), "r-", "r-"),
        (bindings("roles/storage.objectViewer", "user:a@example.org", "domain:example.org"), "--", "--"),
        (bindings("roles/storage.bucketViewer", "allUsers"), "--", "--"),
        (bindings("projects/p/roles/own", "allUsers"), "r?w?", "r?w?"),
        (bindings("roles/storage.objectViewer", "allUsers", condition={"expression": "x"}), "r?-", "r?-"),
        (json.dumps({"bindings": [], "etag": "x"}), "--", "--"),
    ],
)
def test_permissions_by_rules(ask: Ask, text: str, anonymous: str, user: str) -> None:
    assert (ask(READER, text, "anonymous"), ask(READER, text, "any-user")) == (anonymous, user)


def test_prevention_closes(ask: Ask) -> None:
    open_ = json.loads(bindings("roles/storage.objectViewer", "allUsers"))
    assert ask(READER, json.dumps({**open_, "publicAccessPrevention": "enforced"}), "anonymous") == "--"
    assert ask(READER, json.dumps({**open_, "publicAccessPrevention": "inherited"}), "anonymous") == "r-"


def test_verdict_names_the_member() -> None:
    text = '{"bindings": [\n {"role": "roles/storage.objectViewer",\n  "members": [\n "user:a@x.org",\n "allUsers"]}]}'
    read = READER.read(RulesText("iam.json", text)).ask(Requester.ANONYMOUS, "/").read
    assert (read.line, read.rule) == (5, "roles/storage.objectViewer to allUsers")


def test_what_the_policy_does_not_show_is_named() -> None:
    closed = json.loads(bindings("roles/storage.objectViewer", "user:a@example.org"))
    read = READER.read(RulesText("iam.json", json.dumps(closed))).ask(Requester.ANONYMOUS, "/").read
    assert "not known: access lists of objects" in read.reason
    closed["iamConfiguration"] = {"uniformBucketLevelAccess": {"enabled": True}}
    read = READER.read(RulesText("iam.json", json.dumps(closed))).ask(Requester.ANONYMOUS, "/").read
    assert read.reason == "no binding grants this access to this identity"


def test_roles_are_sound() -> None:
    roles = load_roles()
    assert all(name.startswith("roles/") for name in roles)
    assert roles["roles/storage.objectViewer"].read
    assert not roles["roles/storage.objectViewer"].write


@pytest.mark.parametrize("text", ['{"bindings": 5}', '{"bindings": [{"members": []}]}', '{"bindings": ['])
def test_errors_name_the_line(text: str) -> None:
    with pytest.raises(InputError, match=r"iam\.json:1"):
        READER.read(RulesText("iam.json", text))
