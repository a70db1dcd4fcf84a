"""PocketBase rules: cases of the documentation and of the migrations that PocketBase writes."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tests.unit.posture.rules.platform_cases import Case, answer
from tieback.model.errors import InputError
from tieback.posture.rules.interface import Requester
from tieback.posture.rules.pocketbase import PocketBase
from tieback.posture.rules.source import RulesText

READER = PocketBase(now=1_795_824_000)
RULES = "https://pocketbase.io/docs/api-rules-and-filters/ (pocketbase/site d62dddc3)"
FILTER = "https://github.com/pocketbase/pocketbase/blob/master/tools/search/filter.go"
MIGRATIONS = "https://pocketbase.io/docs/js-migrations/"
OLD = "https://pocketbase.io/old/docs/api-rules-and-filters"
AUTH = "https://pocketbase.io/docs/authentication/"
OPERATIONS = ("listRule", "viewRule", "createRule", "updateRule", "deleteRule")
USERS = {
    "id": "u",
    "name": "users",
    "type": "auth",
    "createRule": "",
    **dict.fromkeys(OPERATIONS[:2], "id = @request.auth.id"),
    "updateRule": "id = @request.auth.id",
    "deleteRule": None,
}


def export(*collections: dict[str, Any]) -> str:
    """An export of collections, with a collection of users that lets everybody sign up."""
    return json.dumps([USERS, *collections])


def posts(rule: str | None, fields: Any = (), **rules: str | None) -> str:
    """A collection ``posts`` with one rule for all operations, or some of them."""
    return export(
        {"id": "p", "name": "posts", "type": "base", "fields": list(fields), **dict.fromkeys(OPERATIONS, rule), **rules}
    )


ROLE = [{"name": "role", "type": "select"}]
OWNER = [{"name": "owner", "type": "relation", "required": True, "collectionId": "u"}]
LOCKED_SIGN_UP = json.dumps(
    [
        {**USERS, "createRule": None},
        {"name": "posts", "type": "base", **dict.fromkeys(OPERATIONS, "@request.auth.id != ''")},
    ]
)
OAUTH = json.dumps(
    [
        {**USERS, "createRule": None, "oauth2": {"enabled": True}},
        {"name": "posts", "type": "base", **dict.fromkeys(OPERATIONS, "@request.auth.id != ''")},
    ]
)
SELF_MADE = json.dumps(
    [
        {**USERS, "fields": ROLE},
        {"name": "posts", "type": "base", **dict.fromkeys(OPERATIONS, '@request.auth.role = "admin"')},
    ]
)
GUARDED = json.dumps(
    [
        {
            **USERS,
            "fields": ROLE,
            "createRule": "@request.body.role:isset = false",
            "updateRule": "id = @request.auth.id && @request.body.role:changed = false",
        },
        {"name": "posts", "type": "base", **dict.fromkeys(OPERATIONS, '@request.auth.role = "admin"')},
    ]
)
MEMBERS = export(
    {"id": "m", "name": "members", "type": "base", **dict.fromkeys(OPERATIONS), "createRule": "@request.auth.id != ''"},
    {
        "name": "rooms",
        "type": "base",
        **dict.fromkeys(OPERATIONS),
        "listRule": "@collection.members.user ?= @request.auth.id",
    },
)
CLOSED_MEMBERS = export(
    {"id": "m", "name": "members", "type": "base", **dict.fromkeys(OPERATIONS)},
    {
        "name": "rooms",
        "type": "base",
        **dict.fromkeys(OPERATIONS),
        "listRule": "@collection.members.user ?= @request.auth.id",
    },
)
VIEW = export({"name": "stats", "type": "view", "listRule": "", "viewRule": ""})
CREATE = """/// <reference path="../pb_data/types.d.ts" />
migrate((app) => {
  const collection = new Collection({ "id": "pbc_1", "name": "notes", "type": "base", "listRule": "", "viewRule": "",
    "createRule": null, "updateRule": null, "deleteRule": null, "fields": [] });
  return app.save(collection);
}, (app) => {
  const collection = app.findCollectionByNameOrId("pbc_1");
  return app.delete(collection);
})
"""
UPDATE = """migrate((app) => {
  const collection = app.findCollectionByNameOrId("pbc_1")
  unmarshal({ "listRule": "@request.auth.id != ''", "viewRule": null }, collection)
  return app.save(collection)
}, (app) => {
  const collection = app.findCollectionByNameOrId("pbc_1")
  unmarshal({ "listRule": "", "viewRule": "" }, collection)
  return app.save(collection)
})
"""
OLD_UPDATE = """migrate((db) => {
  const dao = new Dao(db)
  const collection = dao.findCollectionByNameOrId("pbc_1")
  collection.createRule = "id = @request.auth.id"
  return dao.saveCollection(collection)
}, (db) => {
  const dao = new Dao(db)
  const collection = dao.findCollectionByNameOrId("pbc_1")
  collection.createRule = null
  return dao.saveCollection(collection)
})
"""
SNAPSHOT = """migrate((db) => {
  const snapshot = [
    { "id": "a", "name": "notes", "type": "base", "listRule": "", "viewRule": null, "createRule": null }
  ];
  const collections = snapshot.map((item) => new Collection(item));
  return Dao(db).importCollections(collections, true, null);
}, (db) => null)
"""
DELETE = """migrate((app) => {
  const collection = app.findCollectionByNameOrId("pbc_1");
  return app.delete(collection);
}, (app) => { })
"""
HIDDEN = """migrate((app) => {
  for (const name of names()) {
    const collection = app.findCollectionByNameOrId(name);
    collection.listRule = "";
    app.save(collection);
  }
}, (app) => { })
"""
COMPUTED = CREATE.replace('"listRule": "", "viewRule": ""', '"listRule": makeRule(), "viewRule": null')

CASES = [
    Case("locked", posts(None), "any-user", "posts", "--", RULES),
    Case("empty: anyone", posts(""), "anonymous", "posts", "rw", RULES),
    Case("only registered users, without login", posts('@request.auth.id != ""'), "anonymous", "posts", "--", RULES),
    Case("only registered users", posts('@request.auth.id != ""'), "any-user", "posts", "rw", RULES),
    Case(
        "active or pending",
        posts('@request.auth.id != "" && (status = "active" || status = "pending")'),
        "any-user",
        "posts",
        "r?w",
        RULES,
    ),
    Case(
        "active or pending, without login",
        posts('@request.auth.id != "" && (status = "active" || status = "pending")'),
        "anonymous",
        "posts",
        "--",
        RULES,
    ),
    Case(
        "users in a relation",
        posts(None, listRule='@request.auth.id != "" && allowed_users.id ?= @request.auth.id'),
        "any-user",
        "posts",
        "--",
        RULES,
    ),
    Case(
        "a title that begins with Lorem", posts(None, listRule='title ~ "Lorem%"'), "anonymous", "posts", "r?-", RULES
    ),
    Case("some records only", posts(None, listRule='status = "active"'), "anonymous", "posts", "r?-", RULES),
    Case("the own records", posts("owner = @request.auth.id"), "any-user", "posts", "-o", RULES),
    Case(
        "the own records, without login and owner",
        posts("owner = @request.auth.id"),
        "anonymous",
        "posts",
        "r?w",
        FILTER,
    ),
    Case(
        "the own records, with a required owner",
        posts("owner = @request.auth.id", OWNER),
        "anonymous",
        "posts",
        "--",
        FILTER,
    ),
    Case("the method of the request", posts('@request.method = "GET"'), "anonymous", "posts", "r-", RULES),
    Case(
        "a header that the client sends", posts('@request.headers.x_token = "test"'), "anonymous", "posts", "rw", RULES
    ),
    Case("a query that the client sends", posts('@request.query.page = "1"'), "anonymous", "posts", "rw", RULES),
    Case("a role that one gives oneself", SELF_MADE, "any-user", "posts", "rw", AUTH),
    Case("a role, without login", SELF_MADE, "anonymous", "posts", "--", AUTH),
    Case("a role that rules forbid to set", GUARDED, "any-user", "posts", "--", RULES),
    Case("a role that no field has", posts('@request.auth.role = "admin"'), "any-user", "posts", "rw", AUTH),
    Case("a verified address is anybody's", posts("@request.auth.verified = true"), "any-user", "posts", "rw", AUTH),
    Case("members that everybody joins", MEMBERS, "any-user", "rooms", "r-", RULES),
    Case("members that nobody joins", CLOSED_MEMBERS, "any-user", "rooms", "--", RULES),
    Case("nobody can sign up", LOCKED_SIGN_UP, "any-user", "posts", "--", AUTH),
    Case("sign-up by another service", OAUTH, "any-user", "posts", "rw", AUTH),
    Case("a sign-up is own data", export(), "anonymous", "users", "-o", AUTH),
    Case("the own account", export(), "any-user", "users", "-o", AUTH),
    Case("a view is read only", VIEW, "anonymous", "stats", "r-", "https://pocketbase.io/docs/collections/"),
    Case("without a date", posts("published <= @now"), "anonymous", "posts", "r?w", RULES),
    Case("a past date", posts('@now < "2026-01-01"'), "anonymous", "posts", "--", RULES),
    Case("and before or", posts("1 = 1 || 1 = 2 && 1 = 2"), "anonymous", "posts", "rw", FILTER),
    Case("a comment in a rule", posts("// everybody\n1 = 1"), "anonymous", "posts", "rw", RULES),
    Case(
        "an unknown function",
        posts("geoDistance(a.lon, a.lat, 23.32, 42.69) < 25"),
        "anonymous",
        "posts",
        "r?w?",
        RULES,
    ),
    Case("a syntax error is not decided", posts("a = = b"), "anonymous", "posts", "r?w?", RULES),
    Case("a migration creates", CREATE, "anonymous", "notes", "r-", MIGRATIONS),
    Case("a later migration updates", {"1.js": CREATE, "2.js": UPDATE}, "anonymous", "notes", "--", MIGRATIONS),
    Case(
        "a later migration updates, signed in", {"1.js": CREATE, "2.js": UPDATE}, "any-user", "notes", "r-", MIGRATIONS
    ),
    Case("an old migration", {"1.js": CREATE, "2.js": OLD_UPDATE}, "anonymous", "notes", "r-", OLD),
    Case("a snapshot", SNAPSHOT, "anonymous", "notes", "r-", MIGRATIONS),
    Case(
        "a deleted collection is not known",
        {"1.js": CREATE, "2.js": DELETE, "3.js": SNAPSHOT.replace("notes", "x")},
        "anonymous",
        "notes",
        "-?-?",
        MIGRATIONS,
    ),
    Case("a computed rule is not decided", COMPUTED, "anonymous", "notes", "r?-", MIGRATIONS),
    Case(
        "a migration of unknown collections",
        {"1.js": CREATE, "2.js": UPDATE, "3.js": HIDDEN},
        "anonymous",
        "notes",
        "-?-?",
        MIGRATIONS,
    ),
    Case("users of a new installation", CREATE, "any-user", "users", "-o", AUTH),
    Case("a collection that no file has", CREATE, "anonymous", "others", "-?-?", MIGRATIONS),
]


@each("case", CASES, ids=[case.name for case in CASES])
def test_documented_cases(case: Case) -> None:
    assert answer(READER, case, "1_created.js" if "migrate(" in str(case.files) else "pb_schema.json") == case.expected


def test_get_and_list_are_listed_apart() -> None:
    read = READER.read(RulesText("pb_schema.json", posts(None, viewRule=""))).ask(Requester.ANONYMOUS, "posts").read
    assert read.operations == ("get",)


def test_what_the_requester_sets_first_is_shown() -> None:
    read = READER.read(RulesText("pb_schema.json", SELF_MADE)).ask(Requester.ANY_USER, "posts").read
    assert read.reason == "this identity can first set users.role"


def test_answers_name_the_file_and_line_of_the_last_change() -> None:
    policy = READER.read_project([RulesText("1.js", CREATE), RulesText("2.js", UPDATE)])
    read = policy.ask(Requester.ANY_USER, "notes/abc").read
    assert (read.file, read.line, read.operations) == ("2.js", 3, ("list",))


@given(st.text(alphabet="@request.auth.id!=''\"&|() owner~?<>1:{}\n", max_size=100))
def test_any_rule_never_raises(rule: str) -> None:
    policy = READER.read(RulesText("pb_schema.json", posts(rule)))
    for who in Requester:
        policy.ask(who, "posts")


@given(st.text(alphabet="{}[]()=>:,;'\"` \nappcollectionRulenew.list", max_size=150))
def test_any_migration_never_raises_another_error(text: str) -> None:
    try:
        policy = READER.read(RulesText("1.js", f"migrate((app) => {{ {text} }})"))
    except InputError:
        return
    policy.ask(Requester.ANONYMOUS, "notes")


@pytest.mark.parametrize("rule", ["(" * 5000 + "1=1" + ")" * 5000, " && ".join(["a = 1"] * 5000), "a" * 200_000])
def test_long_and_deep_rules_are_not_decided(rule: str) -> None:
    assert answer(READER, Case("", posts(rule), "anonymous", "posts", "", ""), "pb_schema.json") == "r?w?"
