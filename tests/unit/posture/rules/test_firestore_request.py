"""A stranger's request as a rule sees it. Whole rules stand with the grammar."""

from collections.abc import Sequence

from tests.each import each
from tieback.posture.rules.expression import ExpressionParser
from tieback.posture.rules.firestore_request import Operation, evaluate_condition
from tieback.posture.rules.firestore_statements import AllowStatement
from tieback.posture.rules.interface import Requester
from tieback.posture.rules.logic import CHOSEN, ERROR, OWN, STORED, StoredRecord, Value
from tieback.posture.rules.source import RulesText


class _Documents:
    """Documents that the requester cannot write."""

    def record(self, path: Sequence[Value]) -> Value:
        return None if OWN in path else StoredRecord(lambda _: STORED)

    def exists(self, path: Sequence[Value]) -> Value:
        return False if OWN in path else STORED


@each(
    ("method", "condition", "expected"),
    [
        ("create", "resource == null", True),
        ("get", "resource == null", False),
        ("delete", "request.resource == null", True),
        ("create", "request.resource.data.n == 1", CHOSEN),
        ("update", "request.resource.data.n == resource.data.n", CHOSEN),
        ("update", "resource.data.n == 1", STORED),
        ("delete", "request.resource.data.n == 1", ERROR),
        ("create", "request.method == 'create'", True),
        ("create", "existsAfter(/a/$(request.auth.uid))", False),
        ("get", "exists(/a/$(request.auth.uid))", False),
        ("get", "exists(/a/b)", STORED),
        ("get", "get(/a/$(request.auth.uid)).data.x == 1", ERROR),
        ("get", "request.auth.token.keys().size() > 3", True),
        ("get", "request.auth.token.get(['a', 'b'], 'z') == 'z'", True),
        ("get", "'a,b'.split(',').hasAll(['a', 'b'])", True),
        ("get", "['a'].toSet().hasOnly(['a', 'b'])", True),
        ("get", "'A'.lower() + 'b'.upper() == 'aB'", True),
        ("get", "string(1) == '1' && string(true) == 'true'", True),
        ("get", "timestamp.date(2020, 13, 1) < request.time", ERROR),
        ("get", "duration.value(2, 'h') == duration.value(120, 'm')", True),
        ("get", "debug(true)", True),
    ],
)
def test_conditions(method: str, condition: str, expected: object) -> None:
    expression = ExpressionParser(RulesText("f", condition), paths=True).expression()
    statement = AllowStatement((), frozenset([method]), expression, 1, "", {})
    assert evaluate_condition(statement, Operation(method, Requester.ANY_USER, {}, 1e9, _Documents())) is expected
