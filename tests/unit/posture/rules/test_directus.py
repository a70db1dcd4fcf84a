"""Directus permissions before and since version 11: cases of the documentation."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tests.unit.posture.rules.platform_cases import shown
from tieback.model.errors import InputError
from tieback.posture.rules.directus import PUBLIC_POLICY, Directus
from tieback.posture.rules.interface import Requester
from tieback.posture.rules.source import RulesText

READER = Directus()
ACCESS = "https://directus.io/docs/guides/auth/access-control (directus/docs 085181e7)"
FILTERS = "https://directus.io/docs/guides/connect/filter-rules"
OLD = "https://docs.directus.io/reference/system/permissions (version 10)"
FIELDS = "https://app.unpkg.com/@directus/api@33.3.1/files/dist/permissions/modules/fetch-allowed-fields/fetch-allowed-fields.js"
REGISTRATION = "https://directus.io/docs/guides/auth/creating-users"
SYNC = "https://github.com/tractr/directus-sync"
WRITER = "7c2c2f1e-0000-4000-8000-000000000001"
ROLE = "7c2c2f1e-0000-4000-8000-000000000002"


def row(
    action: str = "read", rule: Any = None, fields: Any = ("*",), validation: Any = None, **holder: Any
) -> dict[str, Any]:
    """A permission on ``posts``; by default of the public policy."""
    fields = list(fields) if isinstance(fields, tuple) else fields
    return {
        "collection": "posts",
        "action": action,
        "permissions": rule,
        "validation": validation,
        "presets": None,
        "fields": fields,
        **(holder or {"policy": PUBLIC_POLICY}),
    }


OWN = {"_and": [{"user_created": {"_eq": "$CURRENT_USER"}}]}
PUBLISHED = {"_and": [{"status": {"_eq": "published"}}]}
REGISTERED = {"public_registration": True, "public_registration_role": ROLE}


def registered(*rows: dict[str, Any], settings: Any = None) -> dict[str, Any]:
    """An installation whose users register with a role that has the policy ``WRITER``."""
    return {
        "directus_permissions": list(rows),
        "directus_access": [
            {"role": ROLE, "user": None, "policy": WRITER},
            {"role": None, "user": None, "policy": PUBLIC_POLICY},
        ],
        "directus_settings": settings or REGISTERED,
    }


CASES: list[tuple[str, Any, str, str, str]] = [
    ("public reads all", [row()], "anonymous", "r-", ACCESS),
    ("public creates", [row("create")], "anonymous", "-w", ACCESS),
    ("public updates and deletes", [row("update"), row("delete", fields=None)], "anonymous", "-w", ACCESS),
    ("an empty filter is all", [row(rule={})], "anonymous", "r-", FILTERS),
    ("published posts only", [row(rule=PUBLISHED)], "anonymous", "r?-", FILTERS),
    ("another policy", [row(policy=WRITER)], "anonymous", "--", ACCESS),
    ("a permission without a policy is nobody's", [row(policy=None)], "anonymous", "--", ACCESS),
    ("no fields", [row(fields=[])], "anonymous", "--", FIELDS),
    ("fields of null are no fields", [row(fields=None)], "anonymous", "--", FIELDS),
    ("some fields", [row(fields=["id", "title"])], "anonymous", "r-", ACCESS),
    ("version 10: a public permission", [row(role=None)], "anonymous", "r-", OLD),
    ("version 10: fields as a text", [row(role=None, fields="*")], "anonymous", "r-", OLD),
    ("version 10: a role", [row(role=ROLE)], "anonymous", "--", OLD),
    ("an answer of the API", {"data": [row(role=None)]}, "anonymous", "r-", OLD),
    ("policies are additive", [row(rule=PUBLISHED), row()], "anonymous", "r-", ACCESS),
    (
        "a public policy by its access",
        {"permissions": [row(policy=WRITER)], "access": [{"role": None, "user": None, "policy": WRITER}]},
        "anonymous",
        "r-",
        ACCESS,
    ),
    (
        "a policy of a user is not public",
        {"permissions": [row(policy=WRITER)], "access": [{"role": None, "user": "u", "policy": WRITER}]},
        "anonymous",
        "--",
        ACCESS,
    ),
    (
        "a public policy by its name",
        {
            "permissions": [row(policy=WRITER)],
            "policies": [{"id": WRITER, "name": "$t:public_label", "admin_access": False}],
        },
        "anonymous",
        "r-",
        ACCESS,
    ),
    (
        "public administrators",
        {
            "permissions": [row(policy=WRITER)],
            "policies": [{"id": PUBLIC_POLICY, "name": "$t:public_label", "admin_access": True}],
        },
        "anonymous",
        "rw",
        ACCESS,
    ),
    (
        "a policy for some networks",
        {
            "permissions": [row()],
            "policies": [{"id": PUBLIC_POLICY, "name": "x", "admin_access": False, "ip_access": ["10.0.0.0/8"]}],
        },
        "anonymous",
        "r?-",
        ACCESS,
    ),
    (
        "the public policy of directus-sync",
        {
            "permissions": [row(policy="_sync_default_public_policy")],
            "policies": [{"_syncId": "_sync_default_public_policy", "name": "x", "admin_access": False}],
        },
        "anonymous",
        "r-",
        SYNC,
    ),
    (
        "directus-sync leaves out the users of a policy",
        {
            "permissions": [row(policy="p")],
            "policies": [{"_syncId": "p", "name": "Open", "admin_access": False, "roles": [{"role": None}]}],
        },
        "anonymous",
        "r?-",
        SYNC,
    ),
    ("who registers is not in the files", [row(policy=WRITER)], "any-user", "-?-", ACCESS),
    ("what is public is for all", [row()], "any-user", "r-", ACCESS),
    ("the role of users who register", registered(row(policy=WRITER)), "any-user", "r-", REGISTRATION),
    ("own items", registered(row(policy=WRITER, rule=OWN)), "any-user", "--", ACCESS),
    (
        "own items or published ones",
        registered(row(policy=WRITER, rule={"_or": [OWN, PUBLISHED]})),
        "any-user",
        "r?-",
        FILTERS,
    ),
    (
        "items of others",
        registered(row(policy=WRITER, rule={"user_created": {"_neq": "$CURRENT_USER"}})),
        "any-user",
        "r-",
        FILTERS,
    ),
    (
        "the own department",
        registered(row(policy=WRITER, rule={"department": {"_eq": "$CURRENT_USER.department"}})),
        "any-user",
        "r?-",
        ACCESS,
    ),
    (
        "a list of users",
        registered(row(policy=WRITER, rule={"owner": {"_in": ["$CURRENT_USER"]}})),
        "any-user",
        "--",
        FILTERS,
    ),
    (
        "a new item is validated",
        registered(row("create", policy=WRITER, validation={"owner": {"_eq": "$CURRENT_USER"}})),
        "any-user",
        "-o",
        ACCESS,
    ),
    (
        "registration is off",
        registered(row(policy=WRITER), settings={"public_registration": False, "public_registration_role": None}),
        "any-user",
        "--",
        REGISTRATION,
    ),
]


@each(("rows", "who", "expected"), [case[1:4] for case in CASES], ids=[case[0] for case in CASES])
def test_documented_cases(rows: Any, who: str, expected: str) -> None:
    policy = READER.read(RulesText("permissions.json", json.dumps(rows)))
    assert shown(policy.ask(Requester(who), "posts")) == expected


def test_files_of_one_installation_are_read_together() -> None:
    texts = {
        "permissions.json": [row(policy="p")],
        "policies.json": [{"id": "p", "name": "Public", "admin_access": False}],
    }
    policy = READER.read_project([RulesText(name, json.dumps(rows)) for name, rows in texts.items()])
    read = policy.ask(Requester.ANONYMOUS, "posts/1").read
    assert (read.allowed, read.file, read.request) == (True, "permissions.json", "GET /items/posts without a token")


def test_a_collection_without_a_permission_is_closed() -> None:
    policy = READER.read(RulesText("permissions.json", json.dumps([row()])))
    assert shown(policy.ask(Requester.ANONYMOUS, "orders")) == "--"


def test_the_reason_names_the_fields() -> None:
    policy = READER.read(RulesText("permissions.json", json.dumps([row(fields=["id", "title"], rule=PUBLISHED)])))
    read = policy.ask(Requester.ANONYMOUS, "posts").read
    assert read.reason == "stored data decides; fields id, title"
    assert read.rule == "read posts: {_and: [{status: {_eq: published}}]}"


FILTER_JSON = st.recursive(
    st.none() | st.booleans() | st.sampled_from(["$CURRENT_USER", "$NOW", "x"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["_and", "_or", "_not", "_eq", "_in", "_some", "_null", "owner"]), inner, max_size=3
        )
    ),
    max_leaves=12,
)


@given(FILTER_JSON)
def test_any_filter_never_raises(rule: Any) -> None:
    policy = READER.read(RulesText("permissions.json", json.dumps([row(rule=rule), row("create", validation=rule)])))
    for who in Requester:
        policy.ask(who, "posts")


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["collection", "action", "policy", "role", "fields", "admin_access", "roles", "data"]),
            FILTER_JSON,
            max_size=6,
        ),
        max_size=4,
    )
)
def test_any_rows_never_raises_another_error(rows: Any) -> None:
    try:
        policy = READER.read(RulesText("permissions.json", json.dumps(rows)))
    except InputError:
        return
    for path in policy.paths():
        policy.ask(Requester.ANY_USER, path)
