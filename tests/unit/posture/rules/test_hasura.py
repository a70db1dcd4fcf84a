"""Hasura metadata: cases of the documentation."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tests.unit.posture.rules.platform_cases import shown
from tieback.model.errors import InputError
from tieback.posture.rules.hasura import Hasura
from tieback.posture.rules.interface import Requester
from tieback.posture.rules.source import RulesText

READER = Hasura()
EXAMPLES = (
    "https://hasura.io/docs/2.0/auth/authorization/permissions/common-roles-auth-examples/ (graphql-engine 3f773fa6)"
)
PUBLIC = "https://hasura.io/docs/2.0/auth/authentication/unauthenticated-access/"
ROOTS = "https://hasura.io/docs/2.0/auth/authorization/permissions/disabling-root-fields/ (graphql-engine 23f2d3ae)"
COLUMNS = "https://hasura.io/docs/2.0/auth/authorization/permissions/column-level-permissions/"
COUNTS = "https://hasura.io/docs/2.0/auth/authorization/permissions/aggregation-permissions/"
BACKEND = "https://hasura.io/docs/2.0/auth/authorization/permissions/backend-only/"
INHERITED = "https://hasura.io/docs/2.0/auth/authorization/inherited-roles/"
REMOTE = "https://hasura.io/docs/2.0/remote-schemas/auth/remote-schema-permissions/"
ACTIONS = "https://hasura.io/docs/2.0/actions/action-permissions/"
SECRET = "https://hasura.io/docs/2.0/deployment/securing-graphql-endpoint/"
NHOST = "https://docs.nhost.io/products/graphql/permissions"


def metadata(*permissions: tuple[str, str, dict[str, Any]], **others: Any) -> str:
    """An export with one table and permissions: kind, role and content."""
    table: dict[str, Any] = {"table": {"schema": "public", "name": "products"}}
    for kind, role, permission in permissions:
        table.setdefault(f"{kind}_permissions", []).append({"role": role, "permission": permission})
    return json.dumps(
        {
            "resource_version": 1,
            "metadata": {
                "version": 3,
                "sources": [{"name": "default", "kind": "postgres", "tables": [table]}],
                **others,
            },
        }
    )


ALL = {"columns": "*", "filter": {}}
OWN = {"columns": "*", "filter": {"user_id": {"_eq": "X-Hasura-User-Id"}}}
PUBLISHED = {"columns": ["id"], "filter": {"is_published": {"_eq": True}}}
VENDOR = {"columns": "*", "filter": {"vendor_id": {"_eq": "X-Hasura-Vendor-Id"}}}
RELATED = {"columns": "*", "filter": {"reviewers": {"reviewer_id": {"_eq": "X-Hasura-User-Id"}}}}

CASES: list[tuple[str, str, str, str, str, str]] = [
    (
        "all products for anonymous requests",
        metadata(("select", "anonymous", ALL)),
        "anonymous",
        "public.products",
        "r-",
        EXAMPLES,
    ),
    (
        "published products",
        metadata(("select", "anonymous", PUBLISHED)),
        "anonymous",
        "public.products",
        "r?-",
        EXAMPLES,
    ),
    ("no permission", metadata(("select", "user", ALL)), "anonymous", "public.products", "--", EXAMPLES),
    ("any logged-in user", metadata(("select", "user", ALL)), "any-user", "public.products", "r-", EXAMPLES),
    ("own rows", metadata(("select", "user", OWN)), "any-user", "public.products", "--", EXAMPLES),
    (
        "session variables of requests without a login",
        metadata(("select", "anonymous", OWN)),
        "anonymous",
        "public.products",
        "r-",
        PUBLIC,
    ),
    (
        "public or own rows",
        metadata(
            ("select", "user", {"columns": "*", "filter": {"_or": [{"is_public": {"_eq": True}}, OWN["filter"]]}})
        ),
        "any-user",
        "public.products",
        "r?-",
        EXAMPLES,
    ),
    ("a vendor of the session", metadata(("select", "user", VENDOR)), "any-user", "public.products", "r?-", EXAMPLES),
    (
        "own rows by a relationship",
        metadata(("select", "user", RELATED)),
        "any-user",
        "public.products",
        "--",
        EXAMPLES,
    ),
    (
        "a role that nobody is known to have",
        metadata(("select", "manager", ALL)),
        "any-user",
        "public.products",
        "r?-",
        EXAMPLES,
    ),
    (
        "a role beside the one of users",
        metadata(("select", "manager", ALL), ("insert", "user", {"check": {}})),
        "any-user",
        "public.products",
        "-?w",
        EXAMPLES,
    ),
    (
        "anonymous insert",
        metadata(("insert", "anonymous", {"check": {}, "columns": "*"})),
        "anonymous",
        "public.products",
        "-w",
        EXAMPLES,
    ),
    (
        "insert of own rows",
        metadata(("insert", "user", {"check": OWN["filter"], "columns": "*"})),
        "any-user",
        "public.products",
        "-o",
        EXAMPLES,
    ),
    (
        "update of own rows",
        metadata(("update", "user", {"filter": OWN["filter"], "columns": "*"})),
        "any-user",
        "public.products",
        "--",
        EXAMPLES,
    ),
    ("delete of all rows", metadata(("delete", "user", {"filter": {}})), "any-user", "public.products", "-w", EXAMPLES),
    (
        "only for the backend",
        metadata(("insert", "user", {"check": {}, "backend_only": True})),
        "any-user",
        "public.products",
        "--",
        BACKEND,
    ),
    (
        "no columns",
        metadata(("select", "anonymous", {"columns": [], "filter": {}})),
        "anonymous",
        "public.products",
        "--",
        COLUMNS,
    ),
    (
        "no columns, but counts",
        metadata(("select", "anonymous", {"columns": [], "filter": {}, "allow_aggregations": True})),
        "anonymous",
        "public.products",
        "r-",
        COUNTS,
    ),
    (
        "no root fields",
        metadata(("select", "anonymous", {**ALL, "query_root_fields": [], "subscription_root_fields": []})),
        "anonymous",
        "public.products",
        "r?-",
        ROOTS,
    ),
    (
        "root fields of null",
        metadata(("select", "anonymous", {**ALL, "query_root_fields": None})),
        "anonymous",
        "public.products",
        "r-",
        ROOTS,
    ),
    (
        "a short filter",
        metadata(("select", "anonymous", {"columns": "*", "filter": {"is_public": True}})),
        "anonymous",
        "public.products",
        "r?-",
        ROOTS,
    ),
    (
        "not deleted",
        metadata(("select", "anonymous", {"columns": "*", "filter": {"_not": {"deleted_at": {"_is_null": False}}}})),
        "anonymous",
        "public.products",
        "r?-",
        EXAMPLES,
    ),
    (
        "an inherited role",
        metadata(("select", "author", ALL), inherited_roles=[{"role_name": "user", "role_set": ["author"]}]),
        "any-user",
        "public.products",
        "r-",
        INHERITED,
    ),
    ("Nhost's public role", metadata(("select", "public", ALL)), "anonymous", "public.products", "r-", NHOST),
    (
        "a remote schema",
        metadata(("select", "user", ALL), remote_schemas=[{"name": "r", "definition": {}}]),
        "any-user",
        "remote/r",
        "r?w?",
        REMOTE,
    ),
    (
        "a remote schema without a role for requests without a login",
        metadata(("select", "user", ALL), remote_schemas=[{"name": "r", "definition": {}}]),
        "anonymous",
        "remote/r",
        "-?-?",
        REMOTE,
    ),
    (
        "an action for anonymous requests",
        metadata(("select", "user", ALL), actions=[{"name": "a", "permissions": [{"role": "anonymous"}]}]),
        "anonymous",
        "actions/a",
        "r?w?",
        ACTIONS,
    ),
    (
        "an action for administrators",
        metadata(("select", "user", ALL), actions=[{"name": "a"}]),
        "any-user",
        "actions/a",
        "--",
        ACTIONS,
    ),
    (
        "a table that is not in the metadata",
        metadata(("select", "user", ALL)),
        "any-user",
        "public.other",
        "-?-?",
        EXAMPLES,
    ),
]


@each(("text", "who", "path", "expected"), [case[1:5] for case in CASES], ids=[case[0] for case in CASES])
def test_documented_cases(text: str, who: str, path: str, expected: str) -> None:
    policy = READER.read(RulesText("metadata.json", text))
    assert shown(policy.ask(Requester(who), path)) == expected


USERS_YAML = """table:
  name: users
  schema: public
select_permissions:
  - role: visitor
    permission:
      columns:
        - id
      filter: {}
      query_root_fields:
        - select_by_pk
      subscription_root_fields: []
"""
FOLDER = {
    "app/metadata/version.yaml": "version: 3",
    "app/metadata/databases/databases.yaml": (
        '- name: default\n  kind: postgres\n  tables: "!include default/tables/tables.yaml"'
    ),
    "app/metadata/databases/default/tables/tables.yaml": '- "!include public_users.yaml"',
    "app/metadata/databases/default/tables/public_users.yaml": USERS_YAML,
}


def folder(**server: str) -> str:
    """The answer for anonymous requests on the table ``users`` of a folder with files of the server."""
    texts = {**FOLDER, **{f"app/{name.replace('_', '.')}": text for name, text in server.items()}}
    policy = READER.read_project([RulesText(path, text) for path, text in texts.items()])
    return shown(policy.ask(Requester.ANONYMOUS, "public.users"))


@pytest.mark.parametrize(
    ("server", "expected"),
    [
        ({}, "--"),
        ({"_env": "HASURA_GRAPHQL_UNAUTHORIZED_ROLE=visitor\n"}, "r-"),
        (
            {
                "compose_yaml": (
                    "services:\n  h:\n    image: hasura/graphql-engine:v2\n    environment:\n      "
                    "HASURA_GRAPHQL_UNAUTHORIZED_ROLE: visitor\n      HASURA_GRAPHQL_ADMIN_SECRET: x\n"
                )
            },
            "r-",
        ),
        ({"compose_yaml": "services:\n  h:\n    image: hasura/graphql-engine:v2\n"}, "r?w?"),
    ],
    ids=["no setting", "a role of .env", "a role of a Compose file", "no admin secret"],
)
def test_settings_of_the_server_beside_the_metadata_count(server: dict[str, str], expected: str) -> None:
    assert folder(**server) == expected


def test_rows_by_key_only_are_no_list() -> None:
    texts = {**FOLDER, "app/.env": "HASURA_GRAPHQL_UNAUTHORIZED_ROLE=visitor"}
    read = (
        READER.read_project([RulesText(path, text) for path, text in texts.items()])
        .ask(Requester.ANONYMOUS, "public.users")
        .read
    )
    assert (read.operations, read.file, read.line) == (
        ("get",),
        "app/metadata/databases/default/tables/public_users.yaml",
        5,
    )
    assert read.reason == "columns id"


def test_the_answer_names_the_assumed_role() -> None:
    read = READER.read(RulesText("m.json", CASES[0][1])).ask(Requester.ANONYMOUS, "public.products").read
    assert read.reason == "if the role of requests without a login is anonymous"
    chosen = READER.read(RulesText("m.json", CASES[5][1])).ask(Requester.ANONYMOUS, "public.products").read
    assert "requests without a login choose the session variables" in chosen.reason


JSON = st.recursive(
    st.none() | st.booleans() | st.sampled_from(["user", "X-Hasura-User-Id", "*"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "tables",
                    "table",
                    "name",
                    "select_permissions",
                    "role",
                    "permission",
                    "filter",
                    "_and",
                    "_eq",
                    "columns",
                    "actions",
                    "sources",
                    "metadata",
                    "inherited_roles",
                    "role_set",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(JSON)
def test_any_metadata_never_raises_another_error(value: Any) -> None:
    try:
        policy = READER.read(
            RulesText(
                "metadata.json",
                json.dumps(
                    {
                        "tables": [
                            {"table": "t", "select_permissions": [{"role": "user", "permission": {"filter": value}}]}
                        ],
                        "metadata": value,
                    }
                ),
            )
        )
    except InputError:
        return
    for path in policy.paths():
        for who in Requester:
            policy.ask(who, path)
