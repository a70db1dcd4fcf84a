"""Appwrite permissions: cases of the documentation."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tests.unit.posture.rules.platform_cases import shown
from tieback.model.errors import InputError
from tieback.posture.rules.appwrite import Appwrite
from tieback.posture.rules.interface import Requester
from tieback.posture.rules.source import RulesText

READER = Appwrite()
ROLES = "https://appwrite.io/docs/advanced/platform/permissions (appwrite/website 08950e34)"
STORAGE = "https://appwrite.io/docs/products/storage/permissions"
FUNCTIONS = "https://appwrite.io/docs/products/functions/execute"
CONFIG = "https://appwrite.io/docs/tooling/command-line/non-interactive"


def table(*permissions: str, **settings: Any) -> dict[str, Any]:
    """A project with one table of these permissions."""
    return {
        "projectId": "p",
        "tables": [{"$id": "t", "databaseId": "d", "$permissions": list(permissions), **settings}],
    }


def bucket(*permissions: str, **settings: Any) -> dict[str, Any]:
    """A project with one bucket of these permissions."""
    return {"projectId": "p", "buckets": [{"$id": "b", "$permissions": list(permissions), **settings}]}


def function(*roles: str) -> dict[str, Any]:
    """A project with one function that these roles may execute."""
    return {"projectId": "p", "functions": [{"$id": "f", "name": "f", "execute": list(roles)}]}


CASES: list[tuple[str, dict[str, Any], str, str, str, str]] = [
    ("no permissions", table(), "any-user", "d/t", "--", ROLES),
    ("anyone reads", table('read("any")'), "anonymous", "d/t", "r-", ROLES),
    ("anyone includes users", table('read("any")'), "any-user", "d/t", "r-", ROLES),
    ("write is not read", table('write("any")'), "anonymous", "d/t", "-w", ROLES),
    (
        "write of the own operations",
        table('create("any")', 'update("any")', 'delete("any")'),
        "anonymous",
        "d/t",
        "-w",
        ROLES,
    ),
    ("guests", table('read("guests")'), "anonymous", "d/t", "r-", ROLES),
    ("users are no guests", table('read("guests")'), "any-user", "d/t", "--", ROLES),
    ("users", table('read("users")'), "any-user", "d/t", "r-", ROLES),
    ("guests are no users", table('read("users")'), "anonymous", "d/t", "--", ROLES),
    ("verified users", table('update("users/verified")'), "any-user", "d/t", "-w", ROLES),
    ("a named user", table('read("user:5c1f88b42259e")'), "any-user", "d/t", "--", ROLES),
    ("a team", table('read("team:admin")', 'update("team:writers/owner")'), "any-user", "d/t", "--", ROLES),
    ("a member and a label", table('read("member:x")', 'read("label:vip")'), "any-user", "d/t", "--", ROLES),
    ("private rows", table('create("users")', rowSecurity=True), "any-user", "d/t", "r?w", ROLES),
    ("private rows, without login", table('create("users")', rowSecurity=True), "anonymous", "d/t", "r?w?", ROLES),
    ("row security off", table('create("users")', rowSecurity=False), "any-user", "d/t", "-w", ROLES),
    ("not enabled", table('read("any")', enabled=False), "anonymous", "d/t", "--", CONFIG),
    ("a role that is not known", table('read("role:all")'), "anonymous", "d/t", "r?-", ROLES),
    ("a permission that is not known", table("read any"), "anonymous", "d/t", "r?w?", ROLES),
    (
        "no permissions in the file",
        {"projectId": "p", "tables": [{"$id": "t", "databaseId": "d"}]},
        "anonymous",
        "d/t",
        "-?-?",
        CONFIG,
    ),
    (
        "collections of older versions",
        {
            "projectId": "p",
            "collections": [{"$id": "c", "databaseId": "d", "$permissions": ['read("any")'], "documentSecurity": True}],
        },
        "anonymous",
        "d/c",
        "rw?",
        CONFIG,
    ),
    ("a public bucket", bucket('read("any")'), "anonymous", "storage/b", "r-", STORAGE),
    ("a file of a bucket", bucket('read("any")'), "anonymous", "storage/b/file", "r-", STORAGE),
    ("file security", bucket('create("users")', fileSecurity=True), "any-user", "storage/b", "r?w", STORAGE),
    ("a function for anyone", function("any"), "anonymous", "functions/f", "r?w?", FUNCTIONS),
    ("a function for users", function("users"), "anonymous", "functions/f", "--", FUNCTIONS),
    ("a function for nobody", function(), "any-user", "functions/f", "--", FUNCTIONS),
    ("a table that the file does not have", table(), "anonymous", "d/other", "-?-?", CONFIG),
]


@each(("project", "who", "path", "expected"), [case[1:5] for case in CASES], ids=[case[0] for case in CASES])
def test_documented_cases(project: dict[str, Any], who: str, path: str, expected: str) -> None:
    policy = READER.read(RulesText("appwrite.json", json.dumps(project)))
    assert shown(policy.ask(Requester(who), path)) == expected


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({}, "if anyone can create an account, which the file does not show"),
        ({"auth": {"methods": {"email-password": True}}}, ""),
        (
            {"auth": {"methods": {"email-password": False}}},
            "if anyone can create an account, which the file does not show",
        ),
        (
            {"auth": {"methods": {"anonymous": True}, "security": {"limit": 5}}},
            "if anyone can create an account, which the file does not show",
        ),
    ],
)
def test_the_answer_for_users_says_whether_anyone_can_sign_up(settings: dict[str, Any], reason: str) -> None:
    project = {**table('read("users")'), "settings": settings}
    policy = READER.read(RulesText("appwrite.json", json.dumps(project)))
    assert policy.ask(Requester.ANY_USER, "d/t").read.reason == reason


def test_the_answer_names_the_line() -> None:
    text = json.dumps(table('create("users")', 'read("any")'), indent=1)
    read = READER.read(RulesText("appwrite.json", text)).ask(Requester.ANONYMOUS, "d/t").read
    assert text.splitlines()[read.line - 1].strip() == json.dumps('read("any")')
    assert read.request == "read d/t without signing in"


@given(
    st.recursive(
        st.none() | st.booleans() | st.text(max_size=9),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["projectId", "tables", "buckets", "$permissions", "execute", "$id", "settings", "auth", "methods"]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_any_json_never_raises_another_error(value: Any) -> None:
    try:
        policy = READER.read(RulesText("appwrite.json", json.dumps(value)))
    except InputError:
        return
    for path in policy.paths():
        policy.ask(Requester.ANY_USER, path)
