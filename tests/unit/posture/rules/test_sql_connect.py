"""Firebase SQL Connect: cases of the documentation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tests.unit.posture.rules.platform_cases import Case, answer
from tieback.model.errors import InputError
from tieback.posture.rules.interface import Requester
from tieback.posture.rules.source import RulesText
from tieback.posture.rules.sql_connect import SqlConnect

READER = SqlConnect()
GUIDE = "https://firebase.google.com/docs/data-connect/authorization-and-security"
REFERENCE = "https://firebase.google.com/docs/reference/data-connect/gql/directive#auth"
QUERIES = "https://firebase.google.com/docs/data-connect/queries-guide"
MUTATIONS = "https://firebase.google.com/docs/data-connect/mutations-guide"


def query(directive: str, body: str = "users { id email }", variables: str = "") -> str:
    """A query ``Q``."""
    return f"query Q{variables} {directive} {{ {body} }}"


def mutation(directive: str, body: str, variables: str = "") -> str:
    """A mutation ``M``."""
    return f"mutation M{variables} {directive} {{ {body} }}"


CONNECTOR = {
    "dataconnect/web/connector.yaml": 'connectorId: "web"',
    "dataconnect/web/queries.gql": query("@auth(level: PUBLIC)"),
    "dataconnect/schema/schema.gql": "type User @table { id: UUID! query: String }",
}
NUDGE = mutation(
    "@auth(level: USER_EMAIL_VERIFIED)",
    'query @redact { userFriend(key: {userId_expr: "auth.uid", friendId: $friendId}) @check(expr: '
    '"this != null", message: "x") { friendId } } sendNudge(friendId: $friendId)',
    "($friendId: String!)",
)

CASES = [
    Case(
        "public", query('@auth(level: PUBLIC, insecureReason: "a list of movies")'), "anonymous", "Q", "r-", REFERENCE
    ),
    Case("public, signed in", query("@auth(level: PUBLIC)"), "any-user", "Q", "r-", REFERENCE),
    Case("anonymous accounts", query("@auth(level: USER_ANON)"), "any-user", "Q", "r-", REFERENCE),
    Case("anonymous accounts, without login", query("@auth(level: USER_ANON)"), "anonymous", "Q", "--", REFERENCE),
    Case("users", query("@auth(level: USER)"), "any-user", "Q", "r-", REFERENCE),
    Case("verified users", query("@auth(level: USER_EMAIL_VERIFIED)"), "any-user", "Q", "r-", REFERENCE),
    Case("no access", query("@auth(level: NO_ACCESS)"), "any-user", "Q", "--", REFERENCE),
    Case("no directive", query(""), "anonymous", "Q", "--", REFERENCE),
    Case("an unknown level", query("@auth(level: SOMEBODY)"), "anonymous", "Q", "r?-", REFERENCE),
    Case("a claim", query("@auth(expr: \"auth.token.role == 'admin'\")"), "any-user", "Q", "--", GUIDE),
    Case(
        "a domain",
        query("@auth(expr: \"auth.token.email_verified && auth.token.email.endsWith('@example.com')\")"),
        "any-user",
        "Q",
        "r?-",
        GUIDE,
    ),
    Case("a login by an expression", query('@auth(expr: "auth.uid != nil")'), "anonymous", "Q", "--", REFERENCE),
    Case(
        "a variable of the client",
        query("@auth(expr: \"vars.status in ['draft', 'published']\")"),
        "anonymous",
        "Q",
        "r-",
        GUIDE,
    ),
    Case(
        "the own identity as a variable",
        query('@auth(expr: "auth.uid == vars.uid")', "user(id: $uid) { id }", "($uid: String!)"),
        "any-user",
        "Q",
        "--",
        GUIDE,
    ),
    Case(
        "the own identity, without login",
        query('@auth(expr: "auth.uid == vars.uid")', "user(id: $uid) { id }", "($uid: String!)"),
        "anonymous",
        "Q",
        "--",
        GUIDE,
    ),
    Case(
        "a variable that may be null",
        query('@auth(expr: "auth.uid == vars.uid")', "users { id }", "($uid: String)"),
        "anonymous",
        "Q",
        "r-",
        REFERENCE,
    ),
    Case(
        "own rows by a filter",
        query("@auth(level: USER)", 'reviews(where: {userId: {eq_expr: "auth.uid"}}) { id }'),
        "any-user",
        "Q",
        "--",
        QUERIES,
    ),
    Case(
        "own and other rows",
        query("@auth(level: USER)", 'mine: reviews(where: {userId: {eq_expr: "auth.uid"}}) { id } users { id }'),
        "any-user",
        "Q",
        "r-",
        QUERIES,
    ),
    Case(
        "own rows or public ones",
        query(
            "@auth(level: USER)",
            'reviews(where: {_or: [{userId: {eq_expr: "auth.uid"}}, {isPublic: {eq: true}}]}) { id }',
        ),
        "any-user",
        "Q",
        "r-",
        QUERIES,
    ),
    Case(
        "own row by key",
        query("@auth(level: USER)", 'user(key: {id_expr: "auth.uid"}) { id }'),
        "any-user",
        "Q",
        "--",
        QUERIES,
    ),
    Case(
        "a public filter by the login",
        query("@auth(level: PUBLIC)", 'user(key: {id_expr: "auth.uid"}) { id }'),
        "anonymous",
        "Q",
        "r?-",
        QUERIES,
    ),
    Case(
        "a new row of the user",
        mutation("@auth(level: USER)", 'user_upsert(data: {id_expr: "auth.uid", name: $name})', "($name: String!)"),
        "any-user",
        "M",
        "-o",
        MUTATIONS,
    ),
    Case(
        "a new row of anybody",
        mutation("@auth(level: USER)", "user_insert(data: {id: $id})", "($id: String!)"),
        "any-user",
        "M",
        "-w",
        MUTATIONS,
    ),
    Case(
        "a public mutation",
        mutation("@auth(level: PUBLIC)", "movie_deleteMany(all: true)"),
        "anonymous",
        "M",
        "-w",
        MUTATIONS,
    ),
    Case("a check of stored data", NUDGE, "any-user", "M", "-w?", GUIDE),
    Case("a check, without login", NUDGE, "anonymous", "M", "--", GUIDE),
    Case(
        "a transaction",
        mutation("@auth(level: USER) @transaction", "a_insert(data: {}) b_insert(data: {})"),
        "any-user",
        "M",
        "-w",
        MUTATIONS,
    ),
    Case("an operation of a connector", CONNECTOR, "anonymous", "web/Q", "r-", GUIDE),
    Case("an operation that the files do not have", CONNECTOR, "anonymous", "web/Other", "-?-?", GUIDE),
]


@each("case", CASES, ids=[case.name for case in CASES])
def test_documented_cases(case: Case) -> None:
    assert answer(READER, case, "queries.gql") == case.expected


def test_the_answer_names_the_line_of_the_directive() -> None:
    text = "# all\nquery Q\n@auth(level: PUBLIC)\n{ users { id } }"
    read = READER.read(RulesText("q.gql", text)).ask(Requester.ANONYMOUS, "Q").read
    assert (read.line, read.rule) == (3, "@auth(level: PUBLIC)")


@given(st.text(alphabet="{}()[]:,!$@\"' \nauthlevqryexpr:PUBLIC", max_size=150))
def test_any_document_never_raises_another_error(text: str) -> None:
    try:
        policy = READER.read(RulesText("q.gql", f"query Q @auth({text}) {{ users {{ id }} }}"))
    except InputError:
        return
    for who in Requester:
        policy.ask(who, "Q")


@pytest.mark.parametrize("text", ["query Q { " + "a { " * 300, "query Q @auth(expr: " + "[" * 300, 'query Q { a(b: "x'])
def test_deep_and_broken_documents_are_refused(text: str) -> None:
    with pytest.raises(InputError):
        READER.read(RulesText("q.gql", text))
