"""Requests of an external requester to Firestore or Storage, as a rule sees them.

Names and methods: https://firebase.google.com/docs/reference/rules/rules.firestore and ``rules.storage``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from tieback.posture.rules import logic
from tieback.posture.rules.evaluate import Evaluator
from tieback.posture.rules.evaluate import Function as Evaluated
from tieback.posture.rules.firestore_statements import AllowStatement, Function
from tieback.posture.rules.firestore_values import FUNCTIONS, method_of
from tieback.posture.rules.interface import Requester
from tieback.posture.rules.logic import (
    CHOSEN,
    ERROR,
    OWN,
    STORED,
    Moment,
    NamedValues,
    Value,
)

_MAX_CALLS = 20
"""Most nested calls, the limit of Firestore."""
_TOKEN = NamedValues(
    {
        "email": OWN, "email_verified": CHOSEN, "phone_number": OWN, "name": CHOSEN, "sub": OWN, "aud": STORED,
        "iss": STORED, "firebase": NamedValues({"sign_in_provider": CHOSEN, "identities": CHOSEN}, ERROR),
    },
    ERROR,
)  # fmt: skip
_USER = NamedValues({"uid": OWN, "token": _TOKEN}, ERROR)


@dataclass(frozen=True, slots=True)
class Operation:
    """One request."""

    method: str
    who: Requester
    names: Mapping[str, Value]
    now: float
    documents: "Documents"
    """What other documents contain."""
    stored: Value = STORED
    """Data of the document before the request."""
    sent: Value = CHOSEN
    """Data of the document as the requester sends it."""


class Documents(Protocol):
    """Documents that a rule consults."""

    def record(self, path: Sequence[Value]) -> Value:
        """Data of a document: a record, or ``None`` if there is none."""
        ...

    def exists(self, path: Sequence[Value]) -> Value:
        """Whether there is such a document."""
        ...


def evaluate_condition(statement: AllowStatement, operation: Operation) -> Value:
    """The truth of a statement's condition for a request."""
    method = operation.method
    sent = NamedValues({"data": operation.sent, "size": CHOSEN, "contentType": CHOSEN, "metadata": CHOSEN}, CHOSEN)
    request = NamedValues(
        {
            "auth": _USER if operation.who is Requester.ANY_USER else None,
            "resource": sent if method in {"create", "update"} else None,
            "time": Moment(operation.now * 1000),
            "method": method,
            "query": NamedValues({}, CHOSEN),
            "path": STORED,
            "params": NamedValues({}, CHOSEN),
        },
        STORED,
    )
    stored = None if method == "create" else NamedValues({"data": operation.stored}, STORED)
    scope: dict[str, Value] = {"request": request, "resource": stored, **operation.names}
    calls = _Calls(statement.functions, scope, operation.documents)
    return logic.to_truth(calls.evaluator.value(statement.condition))


class _Calls:
    """The functions of a file and of the language."""

    def __init__(self, functions: Mapping[str, Function], scope: Mapping[str, Value], documents: Documents) -> None:
        self._scope = scope
        self._depth = 0
        known: dict[str, Evaluated] = {**FUNCTIONS, **_of_documents(documents)}
        for name, function in functions.items():
            known[name] = self._bound(function)
        self.evaluator = Evaluator(scope, known, method_of, null_members=False, strict=False)

    def _bound(self, function: Function) -> Evaluated:
        def call(arguments: Sequence[Value]) -> Value:
            if self._depth >= _MAX_CALLS or len(arguments) != len(function.parameters):
                return ERROR
            self._depth += 1
            names = {**self._scope, **dict(zip(function.parameters, arguments, strict=True))}
            for name, expression in function.lets:
                names[name] = self.evaluator.value(expression, names)
            found = self.evaluator.value(function.result, names)
            self._depth -= 1
            return found

        return call


def _of_documents(documents: Documents) -> dict[str, Evaluated]:
    """``get``, ``exists``, and the same after the request, which can write more documents."""

    def get(arguments: Sequence[Value]) -> Value:
        if len(arguments) != 1 or not isinstance(arguments[0], list):
            return STORED if arguments == [STORED] else ERROR
        data = documents.record(arguments[0])
        return None if data is None else NamedValues({"data": data}, STORED)

    def exists(arguments: Sequence[Value]) -> Value:
        if len(arguments) != 1 or not isinstance(arguments[0], list):
            return STORED if arguments == [STORED] else ERROR
        return documents.exists(arguments[0])

    return {"get": get, "exists": exists, "getAfter": get, "existsAfter": exists}
