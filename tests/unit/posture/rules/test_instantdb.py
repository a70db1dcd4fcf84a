"""InstantDB permissions: cases of the documentation and of the server's own tests."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tests.unit.posture.rules.platform_cases import Case, answer
from tieback.model.errors import InputError
from tieback.posture.rules.instantdb import InstantDb
from tieback.posture.rules.interface import Requester
from tieback.posture.rules.source import RulesText

READER = InstantDb()
DOCS = "https://www.instantdb.com/docs/permissions"
USERS = "https://www.instantdb.com/docs/users"
RULES = "https://github.com/instantdb/instant/blob/a4d2ef33/server/src/instant/model/rule.clj"
TESTS = "https://github.com/instantdb/instant/blob/a4d2ef33/server/test/instant/model/rule_test.clj"


def module(rules: str) -> str:
    """A module whose default export is this object."""
    return (
        f"import type {{ InstantRules }} from '@instantdb/react';\nconst rules = {rules} satisfies "
        f"InstantRules;\nexport default rules;\n"
    )


OWNER = module("""{
  "todos": {
    "allow": {
      "view": "auth.id != null",
      "create": "isOwner",
      "update": "isOwner && isStillOwner",
      "delete": "isOwner",
    },
    "bind": {
      "isOwner": "auth.id != null && auth.id == data.creatorId",
      "isStillOwner": "auth.id != null && auth.id == newData.creatorId"
    }
  }
}""")
LISTED = module('{ todos: { allow: { view: "isOwner" }, bind: ["isOwner", "auth.id == data.creator"] } }')
NO_RULES = module("{ /** Right now your rules are empty. */ }")
DEFAULT = json.dumps({"todos": {"allow": {"$default": "false", "view": "true"}}})
NAMESPACE = json.dumps({"$default": {"allow": {"view": False}}, "todos": {"allow": {"view": "true"}}})
ULTIMATE = json.dumps({"$default": {"allow": {"$default": False}}})
ADMINS = json.dumps(
    {"t": {"allow": {"$default": "isAdmin"}, "bind": ["isAdmin", "auth.email in ['joe@instantdb.com']"]}}
)
ROLE = json.dumps({"t": {"allow": {"$default": "'admin' in auth.ref('$user.role.name')"}}})
REF = json.dumps(
    {
        "t": {
            "allow": {
                "view": "auth.id in data.ref('creator.id')",
                "create": "auth.id in data.ref('creator.id')",
                "update": "false",
                "delete": "'joe@instantdb.com' in data.ref('users.email')",
            }
        }
    }
)
PUBLIC_USERS = json.dumps({"$users": {"allow": {"view": "true"}, "fields": {"email": "auth.id == data.id"}}})
NESTED = json.dumps({"t": {"bind": ["parent", "true", "child", "parent || true"], "allow": {"$default": "child"}}})
CYCLE = json.dumps({"t": {"bind": ["a", "b", "b", "a"], "allow": {"$default": "a"}}})
COMPUTED = module("{ todos: { allow: { view: allowed(), $default: `${owner}` } } }")
SPREAD = module("{ ...others, todos: { allow: { $default: 'false' } } }").replace(
    "const rules", "const others = { a: { allow: { $default: 'true' } } };\nconst rules"
)
MACRO = json.dumps({"t": {"allow": {"$default": "data.members.exists(m, m == auth.id)"}}})
NULL_METHOD = json.dumps({"t": {"allow": {"$default": "auth.email.endsWith('@example.org')"}}})
SCHEMA = {
    "app/instant.perms.ts": NO_RULES,
    "app/instant.schema.ts": (
        "import { i } from '@instantdb/react';\nconst _schema = i.schema({ entities: { posts: "
        "i.entity({ a: i.string() }) } });\nexport default _schema;\n"
    ),
}

CASES = [
    Case("signed in users view", OWNER, "any-user", "todos", "ro", DOCS),
    Case("an owner, without login", OWNER, "anonymous", "todos", "--", DOCS),
    Case("an owner without a check of the login", LISTED, "anonymous", "todos", "r?w", DOCS),
    Case("an owner reads the own rows only", LISTED, "any-user", "todos", "-w", DOCS),
    Case("no rules: all open", NO_RULES, "anonymous", "$default", "rw", DOCS),
    Case("no rules: any namespace", NO_RULES, "anonymous", "anything", "rw", DOCS),
    Case("default of a namespace", DEFAULT, "anonymous", "todos", "r-", DOCS),
    Case("default namespace", NAMESPACE, "anonymous", "goals", "-w", DOCS),
    Case("a namespace overrides the default", NAMESPACE, "anonymous", "todos", "rw", DOCS),
    Case("ultimate default", ULTIMATE, "any-user", "todos", "--", DOCS),
    Case("ultimate default covers users", ULTIMATE, "any-user", "$users", "--", RULES),
    Case("named administrators", ADMINS, "any-user", "t", "--", DOCS),
    Case("a role of the own user is stored", ROLE, "any-user", "t", "r?w?", DOCS),
    Case("a role, without login", ROLE, "anonymous", "t", "--", DOCS),
    Case("linked data", REF, "any-user", "t", "-o", DOCS),
    Case("linked data, without login", REF, "anonymous", "t", "-w?", DOCS),
    Case("users by default", NO_RULES, "anonymous", "$users", "--", USERS),
    Case("the own user by default", NO_RULES, "any-user", "$users", "--", USERS),
    Case("users made public", PUBLIC_USERS, "anonymous", "$users", "r-", USERS),
    Case("files by default", NO_RULES, "any-user", "$files", "--", RULES),
    Case("aliases use aliases", NESTED, "anonymous", "t", "rw", TESTS),
    Case("a cycle of aliases is refused by the server", CYCLE, "anonymous", "t", "r?w?", TESTS),
    Case(
        "booleans instead of texts",
        json.dumps({"t": {"allow": {"view": True, "$default": False}}}),
        "anonymous",
        "t",
        "r-",
        TESTS,
    ),
    Case("attributes may be created by default", NO_RULES, "anonymous", "attrs", "-w", DOCS),
    Case("attributes locked", json.dumps({"attrs": {"allow": {"create": "false"}}}), "anonymous", "attrs", "--", DOCS),
    Case("computed rules are not decided", COMPUTED, "anonymous", "todos", "r?w?", DOCS),
    Case("constants are spread", SPREAD, "anonymous", "a", "rw", DOCS),
    Case("a macro is not decided", MACRO, "any-user", "t", "r?w?", DOCS),
    Case("a method of null is an error", NULL_METHOD, "anonymous", "t", "--", RULES),
    Case("the address of a domain", NULL_METHOD, "any-user", "t", "r?w?", DOCS),
    Case("namespaces of the schema", SCHEMA, "anonymous", "posts", "rw", DOCS),
]


@each("case", CASES, ids=[case.name for case in CASES])
def test_documented_cases(case: Case) -> None:
    name = (
        "instant.perms.ts" if isinstance(case.files, str) and not case.files.startswith("{") else "instant.perms.json"
    )
    assert answer(READER, case, name) == case.expected


def test_the_schema_lists_namespaces_without_rules() -> None:
    policy = READER.read_project([RulesText(path, text) for path, text in SCHEMA.items()])
    assert list(policy.paths()) == ["posts", "$users", "$files", "attrs"]
    read = policy.ask(Requester.ANONYMOUS, "posts").read
    assert (read.reason, read.file) == ("no rule: InstantDB allows it by default", "app/instant.perms.ts")


def test_the_answer_names_the_line_and_fields_with_own_rules() -> None:
    policy = READER.read(RulesText("instant.perms.ts", OWNER))
    assert policy.ask(Requester.ANY_USER, "todos").read.line == 5
    read = READER.read(RulesText("p.json", PUBLIC_USERS)).ask(Requester.ANONYMOUS, "$users").read
    assert read.reason == "fields with rules of their own: email"


def test_rules_that_the_file_does_not_show_are_an_error() -> None:
    with pytest.raises(InputError, match="computed"):
        READER.read(RulesText("instant.perms.ts", "export default makeRules() satisfies InstantRules;"))


@given(st.text(alphabet="auth.id!=null&|()'\"[]{},:newData rf\n", max_size=100))
def test_any_expression_never_raises(rule: str) -> None:
    policy = READER.read(RulesText("f", json.dumps({"a": {"allow": {"$default": rule}, "bind": ["x", rule]}})))
    for who in Requester:
        policy.ask(who, "a")


@given(st.text(alphabet="{}[]()=>:,;'\"`$ \nabrulesconstexportdefault.", max_size=150))
def test_any_source_never_raises_another_error(text: str) -> None:
    try:
        policy = READER.read(RulesText("instant.perms.ts", f"const rules = {{ {text} }};\nexport default rules;"))
    except InputError:
        return
    policy.ask(Requester.ANONYMOUS, "a")
