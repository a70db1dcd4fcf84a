"""Rules of the Realtime Database, as https://firebase.google.com/docs/database/security describes them."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tests.unit.posture.rules.conftest import Ask
from tieback.model.errors import InputError
from tieback.posture.rules.firebase_rtdb import FirebaseRtdb
from tieback.posture.rules.interface import Requester
from tieback.posture.rules.source import RulesText

NOW = 1_700_000_000.0
READER = FirebaseRtdb(NOW)
OWN = {"users": {"$uid": {".read": "auth.uid === $uid", ".write": "$uid === auth.uid"}}}
STARTING = {".read": f"now < {int(NOW + 1000)}000", ".write": f"now < {int(NOW - 1000)}000"}
DEEP = {"public": {".read": True, "secret": {".read": False, ".write": "auth != null"}}}
ADMINS = {".read": "root.child('admins').child(auth.uid).exists()", ".write": "auth.token.admin === true"}
CHAT = {
    "rooms": {
        "$room": {
            ".read": "data.child('members').child(auth.uid).exists()",
            "messages": {
                "$id": {".write": "auth != null && newData.child('from').val() === auth.uid && !data.exists()"}
            },
        }
    }
}

SELF_MADE = {
    "users": {"$uid": {".read": "auth.uid === $uid", ".write": "auth.uid === $uid"}},
    "patients": {".read": "root.child('users').child(auth.uid).child('role').val() === 'doctor'"},
    "wards": {".read": "root.child('users/' + auth.uid + '/wards').hasChild('a')"},
}
CHECKED = {
    "users": {
        "$uid": {
            ".write": "auth.uid === $uid",
            "role": {".validate": "newData.val() === 'patient'"},
            "$other": {".validate": "$other === 'name'"},
        }
    },
    "patients": {".read": "root.child('users').child(auth.uid).child('role').val() === 'doctor'"},
    "own": {".read": "root.child('users').child(auth.uid).child('role').val() === 'patient'"},
    "admins": {".read": "root.child('users').child(auth.uid).child('admin').val() === true"},
}
INVITED = {
    "members": {"$uid": {".write": "root.child('members').child(auth.uid).exists()"}},
    "secrets": {".read": "root.child('members').child(auth.uid).exists()"},
}
FLAGS = {
    "flags": {".write": "auth != null"},
    "posts": {".read": "root.child('flags/open').val() === true"},
}
OWN_POSTS = {"posts": {"$id": {".write": "newData.child('owner').val() === auth.uid", ".read": "data.exists()"}}}
PARENT = {"rooms": {"$room": {"name": {".write": "newData.parent().child('open').val() === true"}}}}
OF_OWNER = {
    "rooms": {
        "$room": {
            ".read": "data.child('owner').val() === auth.uid",
            ".write": "!data.exists() || data.child('owner').val() === auth.uid",
        }
    }
}

CASES: list[tuple[str, Any, str, str, str]] = [
    ("a role that one gives oneself", SELF_MADE, "any-user", "/patients", "r-"),
    ("a list that one gives oneself", SELF_MADE, "any-user", "/wards", "r-"),
    ("a role, without login", SELF_MADE, "anonymous", "/patients", "--"),
    ("a role that validation forbids", CHECKED, "any-user", "/patients", "--"),
    ("a role that validation allows", CHECKED, "any-user", "/own", "r-"),
    ("a name that validation forbids", CHECKED, "any-user", "/admins", "--"),
    ("members invite members", INVITED, "any-user", "/secrets", "--"),
    ("a flag that anybody sets", FLAGS, "any-user", "/posts", "r-"),
    ("a flag that anybody sets, without login", FLAGS, "anonymous", "/posts", "r?-"),
    ("own posts", OWN_POSTS, "any-user", "/posts/1", "rw"),
    ("data beside the written place is stored", PARENT, "any-user", "/rooms/1/name", "-w?"),
    ("the room of another", OF_OWNER, "any-user", "/rooms/1", "-w?"),
    ("a name in a path is never null", OWN, "anonymous", "/users/$uid", "--"),
    ("a snapshot is no value", {".read": "root.child('foo') != null"}, "anonymous", "/", "--"),
    ("an unknown property of a query", {".read": "query.foo == 1"}, "anonymous", "/", "--"),
    ("a method in brackets", {".read": "root['child']('a')['exists']()"}, "anonymous", "/", "r?-"),
    ("a division by zero", {".read": "(1/0 + '') == 'NaN'"}, "anonymous", "/", "r-"),
    ("above the root", {".read": "root.parent().exists() || true"}, "anonymous", "/", "--"),
    ("a start that the requester chooses", {".read": "query.startAt == 'a'"}, "anonymous", "/", "r-"),
    ("a list with a null", {".read": "root.hasChildren([auth.uid]) || true"}, "anonymous", "/", "--"),
    ("a flag that Firebase refuses", {"$a": {".read": "$a.matches(/x/g) || true"}}, "anonymous", "/x", "--"),
    ("all open", {".read": True, ".write": True}, "anonymous", "/", "rw"),
    ("all open, as texts", {".read": "true", ".write": "true"}, "anonymous", "/users/alice", "rw"),
    ("all closed", {".read": False, ".write": False}, "any-user", "/", "--"),
    ("nothing said", {}, "any-user", "/users", "--"),
    ("reading alone", {".read": True}, "anonymous", "/x", "r-"),
    ("signed in: stranger without", {".read": "auth != null", ".write": "auth != null"}, "anonymous", "/", "--"),
    ("signed in: any user", {".read": "auth != null", ".write": "auth != null"}, "any-user", "/", "rw"),
    ("auth.uid != null", {".read": "auth.uid != null"}, "anonymous", "/", "--"),
    ("auth.uid != null, signed in", {".read": "auth.uid != null"}, "any-user", "/", "r-"),
    ("auth == null", {".read": "auth == null"}, "any-user", "/", "--"),
    ("own record: another's", OWN, "any-user", "/users/alice", "--"),
    ("own record: open path", OWN, "any-user", "/users/$uid", "--"),
    ("own record: the list", OWN, "any-user", "/users", "--"),
    ("own record: without login", OWN, "anonymous", "/users/alice", "--"),
    ("test mode, not yet over", STARTING, "anonymous", "/", "r-"),
    ("shallow allows what is deeper", DEEP, "anonymous", "/public/secret", "r-"),
    ("deeper adds", DEEP, "any-user", "/public/secret", "rw"),
    ("sibling", DEEP, "anonymous", "/private", "--"),
    ("administrators' list", ADMINS, "any-user", "/", "--"),
    ("stored flag decides", {".read": "data.child('public').val() === true"}, "anonymous", "/post", "r?-"),
    ("negated stored flag", {".read": "!data.child('private').exists()"}, "anonymous", "/post", "r?-"),
    ("member of a room", CHAT, "any-user", "/rooms/1", "--"),
    ("new message of one's own", CHAT, "any-user", "/rooms/1/messages/9", "-w?"),
    ("new message, anonymous", CHAT, "anonymous", "/rooms/1/messages/9", "--"),
    ("provider is chosen", {".read": "auth.provider === 'anonymous'"}, "any-user", "/", "r-"),
    ("verified mail is anybody's", {".read": "auth.token.email_verified === true"}, "any-user", "/", "r-"),
    ("mail of a domain", {".read": "auth.token.email.endsWith('@example.org')"}, "any-user", "/", "r?-"),
    ("named mail", {".read": "auth.token.email === 'boss@example.org'"}, "any-user", "/", "--"),
    ("named user or open flag", {".read": "auth.uid === 'root' || true"}, "any-user", "/", "r-"),
    ("both must hold", {".read": "auth != null && auth.uid === 'root'"}, "any-user", "/", "--"),
    (
        "query by own name",
        {".read": "query.orderByChild === 'owner' && query.equalTo === auth.uid"},
        "any-user",
        "/",
        "--",
    ),
    ("query of any hundred", {".read": "query.limitToFirst <= 100"}, "anonymous", "/posts", "r-"),
    ("segment is compared", {"$any": {".read": "$any === 'public'"}}, "anonymous", "/public", "r-"),
    ("segment is another", {"$any": {".read": "$any === 'public'"}}, "anonymous", "/private", "--"),
    ("segment is open", {"$any": {".read": "$any === 'public'"}}, "anonymous", "/$any", "r?-"),
    ("segment by pattern", {"$id": {".read": "$id.matches(/^pub/)"}}, "anonymous", "/pub-1", "r-"),
    ("segment by another pattern", {"$id": {".read": "$id.matches(/^pub/)"}}, "anonymous", "/x-pub", "--"),
    ("named child before wild", {"a": {".read": False}, "$x": {".read": True}}, "anonymous", "/a", "--"),
    ("wild child", {"a": {".read": False}, "$x": {".read": True}}, "anonymous", "/b", "r-"),
    ("texts are methods' alone", {".read": "auth.uid.length > 5 || true"}, "any-user", "/", "r-"),
    ("null has no length", {".read": "auth.uid.length > 5 || true"}, "anonymous", "/", "--"),
    ("a path of null breaks off", {".read": "root.child(auth.uid).exists() || true"}, "anonymous", "/", "--"),
    ("first that holds ends it", {".read": "true || root.child(auth.uid).exists()"}, "anonymous", "/", "r-"),
    ("validate does not close", {".write": True, ".validate": False}, "anonymous", "/", "-w"),
    ("choice", {".read": "auth != null ? true : false"}, "any-user", "/", "r-"),
    ("sum", {".read": "1 + 2 === 3"}, "anonymous", "/", "r-"),
    ("suffix of the address", {".read": True}, "anonymous", "/users.json", "r-"),
]


@each(("rules", "who", "path", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_permissions_by_rules(ask: Ask, rules: Any, who: str, path: str, expected: str) -> None:
    assert ask(READER, json.dumps({"rules": rules}), who, path) == expected


def test_verdict_names_the_line_and_a_request() -> None:
    text = '{\n  // test mode\n  "rules": {\n    "users": {\n      ".read": "auth != null"\n    }\n  }\n}'
    policy = READER.read(RulesText("database.rules.json", text))
    read = policy.ask(Requester.ANY_USER, "/users/alice").read
    assert (read.line, read.rule) == (5, '".read": "auth != null"')
    assert read.request == "GET https://<database>/users/alice.json?auth=<ID token of any account>"
    assert list(policy.paths()) == ["/users"]


def test_what_the_requester_writes_first_is_shown() -> None:
    text = json.dumps({"rules": SELF_MADE})
    read = READER.read(RulesText("f.json", text)).ask(Requester.ANY_USER, "/patients").read
    assert read.reason == "this identity can first write /users/<own id>/role"


@each(
    ("text", "where", "what"),
    [
        ('{"rules": {".read": tru}}', ":1:21", "expected a JSON value"),
        (
            '{"rules": {\n".read": "auth !="}}',
            ":2",
            ".read: expected a value, found the end of the file at character 8",
        ),
        ('{"rules": {\n".read": "auth ! null"}}', ":2", "an operator or the end of the rule"),
        ('{"rules": {".read": 5}}', ":1", "must be a string, true or false"),
        ('{"other": {}}', ":1", 'missing top-level object "rules"'),
        ('{"rules": {".read": true}', ":1:26", 'expected "," or "}", found the end of the file'),
    ],
)
def test_errors_name_the_line(text: str, where: str, what: str) -> None:
    with pytest.raises(InputError) as error:
        READER.read(RulesText("f.json", text))
    assert error.value.where == f"f.json{where}"
    assert what in error.value.what


@given(st.text(alphabet="(){}[]!&|=?:.,'\"/$ \nabtrue01dx", max_size=120))
def test_any_expression_never_raises_another_error(expression: str) -> None:
    try:
        policy = READER.read(RulesText("f", json.dumps({"rules": {"$a": {".read": expression}}})))
    except InputError:
        return
    for who in Requester:
        policy.ask(who, "/x/y")


@pytest.mark.parametrize(
    "expression", ["(" * 5000 + "true" + ")" * 5000, "!" * 5000 + "true", "1" + " + 1" * 5000, "true ? " * 5000]
)
def test_deep_rules_are_refused(expression: str) -> None:
    with pytest.raises(InputError, match="at most"):
        READER.read(RulesText("f", json.dumps({"rules": {".read": expression}})))


def test_long_rules_are_read(ask: Ask) -> None:
    rules = {".read": " && ".join(["true"] * 1500), ".write": " || ".join(["false"] * 1500)}
    assert ask(READER, json.dumps({"rules": rules}), "anonymous") == "r-"
