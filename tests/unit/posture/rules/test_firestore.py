"""Security rules of Firestore and Storage, as https://firebase.google.com/docs/firestore/security describes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tests.unit.posture.rules.conftest import Ask
from tieback.model.errors import InputError
from tieback.posture.rules.firestore import Firestore
from tieback.posture.rules.interface import Requester
from tieback.posture.rules.source import RulesText

READER = Firestore(now=1_700_000_000.0)  # November 2023


def firestore(body: str, version: str = "rules_version = '2';") -> str:
    return f"{version}\nservice cloud.firestore {{\n match /databases/{{database}}/documents {{\n{body}\n}} }}"


def storage(body: str) -> str:
    return f"rules_version = '2';\nservice firebase.storage {{ match /b/{{bucket}}/o {{ {body} }} }}"


ALL = firestore("match /{document=**} { allow read, write: if true; }")
OWN = firestore(
    """
    function signedIn() { return request.auth != null; }
    function isOwner(uid) { return signedIn() && request.auth.uid == uid; }
    match /users/{userId} {
      allow read: if isOwner(userId);
      allow create: if signedIn() && request.resource.data.uid == request.auth.uid;
      match /private/{doc} { allow read, write: if isOwner(userId); }
    }"""
)
ROLES = firestore(
    """
    match /orders/{id} {
      allow read: if get(/databases/$(database)/documents/users/$(request.auth.uid)).data.role == 'admin';
      allow write: if exists(/databases/$(database)/documents/admins/$(request.auth.uid));
    }
    match /settings/{id} { allow read: if get(/databases/$(database)/documents/flags/open).data.on == true; }"""
)
POSTS = firestore(
    """
    match /posts/{id} {
      allow get: if resource.data.published == true;
      allow list: if request.query.limit <= 20 && request.auth != null;
      allow create: if request.resource.data.keys().hasOnly(['title', 'body']);
      allow update: if resource.data.owner == request.auth.uid;
      allow delete: if request.auth.token.admin == true;
    }"""
)
LATER = firestore("match /a/{id} { allow read: if late(); } function late() { let open = true; return open; }")
V1 = "service cloud.firestore { match /databases/{d}/documents { match /c/{rest=**} { allow read; } } }"
LATE_V1 = "service cloud.firestore { match /databases/{d}/documents { match /{all=**} { allow read: if false; } } }"
ONE = firestore("match /{p=**}/songs/{song} { allow read; }")
TEST_MODE = firestore(
    "match /{document=**} { allow read, write: if request.time < timestamp.date(2020, 1, 1); }"
    "match /new/{x} { allow read: if request.time < timestamp.date(2040, 1, 1); }"
)
IMAGES = storage(
    """
    match /images/{image} { allow read; allow write: if request.resource.size < 5 * 1024 * 1024
      && request.resource.contentType.matches('image/.*'); }
    match /users/{uid}/{file} { allow read, write: if request.auth.uid == uid; }
    match /docs/{name=**} { allow get: if request.auth != null; }"""
)

SELF_MADE = firestore(
    """
    function role() { return get(/databases/$(database)/documents/users/$(request.auth.uid)).data.role; }
    match /users/{uid} { allow read, write: if request.auth.uid == uid; }
    match /patients/{id} { allow read: if role() == 'doctor'; }
    match /clinics/{id} { allow read: if exists(/databases/$(database)/documents/members/$(request.auth.uid)); }
    match /members/{uid} { allow create: if request.auth != null; }"""
)
CHECKED = firestore(
    """
    function me() { return get(/databases/$(database)/documents/users/$(request.auth.uid)).data; }
    match /users/{uid} {
      allow create: if request.auth.uid == uid && request.resource.data.role == 'patient';
      allow update: if request.auth.uid == uid && request.resource.data.role == resource.data.role;
    }
    match /profiles/{uid} {
      allow create: if request.auth.uid == uid && request.resource.data.keys().hasOnly(['name']);
      allow update: if request.auth.uid == uid
        && !request.resource.data.diff(resource.data).affectedKeys().hasAny(['role']);
    }
    match /patients/{id} { allow read: if me().role == 'doctor'; }
    match /own/{id} { allow read: if me().role == 'patient'; }
    match /staff/{id} {
      allow read: if get(/databases/$(database)/documents/profiles/$(request.auth.uid)).data.role == 'staff'; }
    match /named/{id} {
      allow read: if get(/databases/$(database)/documents/profiles/$(request.auth.uid)).data.name == 'x'; }"""
)
LATER_ROLE = firestore(
    """
    match /users/{uid} {
      allow create: if request.auth.uid == uid && !('role' in request.resource.data);
      allow update: if request.auth.uid == uid;
    }
    match /patients/{id} {
      allow read: if get(/databases/$(database)/documents/users/$(request.auth.uid)).data.role == 'doctor'; }"""
)
RBAC = firestore("match /stories/{s} { allow create: if request.resource.data.roles[request.auth.uid] == 'owner'; }")
CHANGED = firestore(
    """
    match /posts/{id} { allow read: if resource.data.public == true; allow update: if request.auth != null; }
    match /notes/{id} { allow read, update: if resource.data.owner == request.auth.uid; }"""
)
GET_ONLY = firestore("match /a/{id} { allow get: if true; allow list: if request.auth.token.admin == true; }")

CASES: list[tuple[str, str, str, str, str]] = [
    ("a role that one gives oneself", SELF_MADE, "any-user", "/patients/1", "r-"),
    ("a role, without login", SELF_MADE, "anonymous", "/patients/1", "--"),
    ("a membership that one gives oneself", SELF_MADE, "any-user", "/clinics/1", "r-"),
    ("a role that creation fixes", CHECKED, "any-user", "/patients/1", "--"),
    ("the role that creation gives", CHECKED, "any-user", "/own/1", "r-"),
    ("a role that no change can add", CHECKED, "any-user", "/staff/1", "--"),
    ("a name that one gives oneself", CHECKED, "any-user", "/named/1", "r-"),
    ("a role that a later change adds", LATER_ROLE, "any-user", "/patients/1", "r-"),
    ("Google's own sample, without login", RBAC, "anonymous", "/stories/1", "--"),
    ("Google's own sample, any user", RBAC, "any-user", "/stories/1", "-w"),
    ("a flag that anybody changes", CHANGED, "any-user", "/posts/1", "rw"),
    ("a flag that anybody changes, without login", CHANGED, "anonymous", "/posts/1", "r?-"),
    ("notes of others", CHANGED, "any-user", "/notes/1", "--"),
    ("get alone", GET_ONLY, "anonymous", "/a/1", "r-"),
    ("everything", ALL, "anonymous", "/users/alice", "rw"),
    ("everything, with what every path begins with", ALL, "anonymous", "/databases/(default)/documents/x/y", "rw"),
    ("everything, a collection", ALL, "anonymous", "/users", "rw"),
    ("own document: another's", OWN, "any-user", "/users/alice", "-w"),
    ("own document: without login", OWN, "anonymous", "/users/alice", "--"),
    ("own document: below", OWN, "any-user", "/users/alice/private/x", "--"),
    ("own document: open path", OWN, "any-user", "/users/{userId}", "-w"),
    ("not covered", OWN, "any-user", "/orders/1", "--"),
    ("role in a document of one's own", ROLES, "any-user", "/orders/1", "--"),
    ("role, without login", ROLES, "anonymous", "/orders/1", "--"),
    ("flag in another document", ROLES, "anonymous", "/settings/x", "r?-"),
    ("get is not list: what is stored decides", POSTS, "anonymous", "/posts/1", "r?w"),
    ("list for users", POSTS, "any-user", "/posts", "rw"),
    ("list without login", POSTS, "anonymous", "/posts", "-w"),
    ("function behind its use", LATER, "anonymous", "/a/b", "r-"),
    ("version 1: not the collection's parent", V1, "anonymous", "/c/x/y/z", "r-"),
    ("version 1: at least one segment", V1, "anonymous", "/c", "r-"),
    ("version 1: false", LATE_V1, "any-user", "/c/d", "--"),
    ("collection group", ONE, "anonymous", "/artists/a/songs/b", "r-"),
    ("collection group: no prefix", ONE, "anonymous", "/songs/b", "r-"),
    ("collection group: another", ONE, "anonymous", "/artists/a", "--"),
    ("test mode is over", TEST_MODE, "anonymous", "/x/y", "--"),
    ("test mode goes on", TEST_MODE, "anonymous", "/new/y", "r-"),
    ("uploads of pictures", IMAGES, "anonymous", "/images/a.png", "rw"),
    ("files of another", IMAGES, "any-user", "/users/alice/cv.pdf", "--"),
    ("files of another, whole path", IMAGES, "any-user", "/b/bucket/o/users/alice/cv.pdf", "--"),
    ("deep wildcard, users alone", IMAGES, "any-user", "/docs/a/b/c.pdf", "r-"),
    ("deep wildcard, anonymous", IMAGES, "anonymous", "/docs/a/b/c.pdf", "--"),
]


@pytest.mark.parametrize(
    ("rules", "who", "path", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_permissions_by_rules(ask: Ask, rules: str, who: str, path: str, expected: str) -> None:
    assert ask(READER, rules, who, path) == expected


CONDITIONS: list[tuple[str, str, str]] = [
    # condition, anonymous, any user
    ("request.auth == null", "r-", "--"),
    ("request.auth != null || resource.data.open", "r?-", "r-"),
    ("request.auth.uid != null", "--", "r-"),
    ("request.auth.uid == 'root'", "--", "--"),
    ("request.auth.uid != 'root'", "--", "r-"),
    ("request.auth.uid in ['a', 'b']", "--", "--"),
    ("request.auth.uid in resource.data.members", "--", "--"),
    ("!(request.auth.uid in resource.data.blocked)", "--", "r-"),
    ("'admin' in request.auth.token", "--", "--"),
    ("request.auth.token.get('admin', false)", "--", "--"),
    ("request.auth.token.email_verified", "--", "r-"),
    ("request.auth.token.email.matches('.*@example[.]org')", "--", "r?-"),
    ("request.auth.token.firebase.sign_in_provider == 'anonymous'", "--", "r-"),
    ("resource.data.size() > 0", "r?-", "r?-"),
    ("resource.data.owner is string", "r?-", "r?-"),
    ("true && !false", "r-", "r-"),
    ("1 + 1 == 2 && 'a' + 'b' == 'ab'", "r-", "r-"),
    ("[1, 2].hasAny([2]) && 'x' in ['x']", "r-", "r-"),
    ("{'a': 1}.a == 1", "r-", "r-"),
    ("id == 'open'", "--", "--"),
    ("id.matches('d.c')", "r-", "r-"),
    ("id.size() == 3", "r-", "r-"),
    ("id is int", "--", "--"),
    ("nothing.of.this", "--", "--"),
    ("unknown()", "--", "--"),
    ("request.auth.uid == id ? true : false", "--", "--"),
    ("resource.data.n > 3 ? request.auth != null : false", "--", "r?-"),
    ("request.path[3] == 'x'", "r?-", "r?-"),
    ("resource.data.members.hasAny([request.auth.uid])", "--", "--"),
    ("resource.data.members.hasAll([request.auth.uid, 'x'])", "--", "--"),
    ("resource.data.members.hasAny([request.auth.uid, 'x'])", "--", "r?-"),
    ("math.abs(-1) == 1", "r-", "r-"),
    ("request.time > timestamp.date(2020, 1, 1) + duration.value(1, 'd')", "r-", "r-"),
]


@pytest.mark.parametrize(("condition", "anonymous", "user"), CONDITIONS, ids=[case[0] for case in CONDITIONS])
def test_conditions(ask: Ask, condition: str, anonymous: str, user: str) -> None:
    rules = firestore(f"match /c/{{id}} {{ allow get: if {condition}; }}")
    assert (ask(READER, rules, "anonymous", "/c/doc"), ask(READER, rules, "any-user", "/c/doc")) == (anonymous, user)


def test_verdict_names_the_statement_and_a_request() -> None:
    policy = READER.read(RulesText("firestore.rules", POSTS))
    read = policy.ask(Requester.ANY_USER, "/posts").read
    assert (read.line, read.rule) == (7, "allow list: if request.query.limit <= 20 && request.auth != null")
    assert read.request == "list /posts as any signed-in user"
    assert list(policy.paths()) == ["/posts/{id}"]
    assert list(READER.read(RulesText("f", IMAGES)).paths()) == [
        "/images/{image}",
        "/users/{uid}/{file}",
        "/docs/{name=**}",
    ]


@each(
    ("rules", "where", "what"),
    [
        ("service cloud.firestore { match /a/{b} { allow reed: if true; } }", ":1:48", "expected read, get, list"),
        ("service cloud.firestore {\n match /a/{b} { allow read if true; } }", ":2:28", 'expected ";"'),
        ("service cloud.firestore {\n match a { } }", ":2:8", "expected a path that begins with /"),
        (
            "service cloud.firestore {\n match /a/{b} {\n allow read: if request.auth = null; } }",
            ":3:30",
            'expected ";"',
        ),
        ("rules_version = '3';\nservice cloud.firestore {}", ":1:17", "expected '1' or '2'"),
        ("service cloud.firestore {", ":1:26", "found the end of the file"),
    ],
)
def test_errors_name_the_line(rules: str, where: str, what: str) -> None:
    with pytest.raises(InputError) as error:
        READER.read(RulesText("f.rules", rules))
    assert error.value.where == f"f.rules{where}"
    assert what in error.value.what


@given(st.text(alphabet="(){}[]!&|=?:.,;'/$* \naltowrefunci1", max_size=150))
def test_any_text_never_raises_another_error(body: str) -> None:
    try:
        policy = READER.read(RulesText("f", firestore(body)))
    except InputError:
        return
    policy.ask(Requester.ANY_USER, "/a/b")


def test_functions_that_call_themselves_end(ask: Ask) -> None:
    rules = firestore("function f(x) { return f(x) && f(x) || f(x); } match /{d=**} { allow read: if f(1); }")
    assert ask(READER, rules, "any-user", "/a/b") == "--"


def test_many_deep_wildcards_end(ask: Ask) -> None:
    deep = "".join(f"/{{w{at}=**}}/x" for at in range(20))
    assert ask(READER, firestore(f"match {deep}/y {{ allow read; }}"), "anonymous", "/x" * 60) == "--"


def test_operations_and_own_documents_are_named() -> None:
    read = READER.read(RulesText("f", GET_ONLY)).ask(Requester.ANONYMOUS, "/a/1").read
    assert read.operations == ("get",)
    write = READER.read(RulesText("f", OWN)).ask(Requester.ANY_USER, "/users/alice").write
    assert (write.allowed, write.own_only, write.operations) == (True, True, ("create",))
    write = READER.read(RulesText("f", ALL)).ask(Requester.ANONYMOUS, "/users/alice").write
    assert (write.own_only, write.operations) == (False, ("create", "update", "delete"))


def test_many_documents_that_consult_each_other_end() -> None:
    body = "".join(
        f"match /d{n}/{{u}} {{ allow read, write: if get(/databases/$(database)/documents/d{(n * 7 + 1) % 60}/"
        f"$(request.auth.uid)).data.r == {n} || get(/databases/$(database)/documents/d{(n * 11 + 3) % 60}/x).data.s; }}"
        for n in range(60)
    )
    policy = READER.read(RulesText("f", firestore(body)))
    assert all(not policy.ask(Requester.ANY_USER, f"/d{n}/x").read.certain for n in range(5))


def test_what_the_requester_writes_first_is_shown() -> None:
    read = READER.read(RulesText("f", SELF_MADE)).ask(Requester.ANY_USER, "/patients/1").read
    assert read.reason == "this identity can first write /users/<own id> role"
    read = READER.read(RulesText("f", SELF_MADE)).ask(Requester.ANY_USER, "/clinics/1").read
    assert read.reason == "this identity can first write /members/<own id>"
    assert READER.read(RulesText("f", ALL)).ask(Requester.ANY_USER, "/x/1").read.reason == ""
