"""Requests of an external requester to Firestore or Storage, as a rule sees them.

Names and methods: https://firebase.google.com/docs/reference/rules/rules.firestore and ``rules.storage``.
"""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from tieback.posture.rules import logic
from tieback.posture.rules.evaluate import Evaluator, matches
from tieback.posture.rules.evaluate import Function as Evaluated
from tieback.posture.rules.firestore_statements import AllowStatement, Function
from tieback.posture.rules.interface import Requester
from tieback.posture.rules.logic import (
    CHOSEN,
    ERROR,
    OPEN,
    OWN,
    STORED,
    NamedValues,
    SettableValue,
    StoredRecord,
    UnknownValue,
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
            "time": operation.now * 1000,
            "method": method,
            "query": NamedValues({}, CHOSEN),
            "path": STORED,
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
        known: dict[str, Evaluated] = {**_LANGUAGE, **_of_documents(documents)}
        for name, function in functions.items():
            known[name] = self._bound(function)
        self.evaluator = Evaluator(scope, known, _method, null_members=False, strict=False)

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


def _elsewhere(arguments: Sequence[Value]) -> Value:
    """``firestore.get`` in rules of Storage: the rules of Firestore, in another file, decide who writes it."""
    return ERROR if len(arguments) != 1 or ERROR in arguments else STORED


def _date(arguments: Sequence[Value]) -> Value:
    unknown = next((argument for argument in arguments if isinstance(argument, UnknownValue)), None)
    if unknown is not None:
        return unknown
    try:
        year, month, day = (int(argument) for argument in arguments)
        return datetime.datetime(year, month, day, tzinfo=datetime.UTC).timestamp() * 1000
    except (TypeError, ValueError, OverflowError):
        return ERROR


_UNITS = {"w": 604_800_000, "d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1000, "ms": 1, "ns": 1e-6}


def _span(arguments: Sequence[Value]) -> Value:
    match arguments:
        case [UnknownValue() as kind, _]:
            return kind
        case [int() | float() as amount, str() as unit] if unit in _UNITS:
            return amount * _UNITS[unit]
    return ERROR


def _same(arguments: Sequence[Value]) -> Value:
    return arguments[0] if len(arguments) == 1 else ERROR


def _text(arguments: Sequence[Value]) -> Value:
    if len(arguments) != 1 or ERROR in arguments:
        return ERROR
    value = arguments[0]
    if isinstance(value, bool):
        return str(value).lower()
    return (
        str(value) if isinstance(value, int | float | str) else (value if isinstance(value, UnknownValue) else STORED)
    )


def _stored(arguments: Sequence[Value]) -> Value:
    if ERROR in arguments:
        return ERROR
    return CHOSEN if CHOSEN in arguments else STORED


_LANGUAGE: dict[str, Evaluated] = {
    "firestore.get": _elsewhere,
    "firestore.exists": _elsewhere,
    "debug": _same,
    "path": _same,
    "string": _text,
    "int": _stored,
    "float": _stored,
    "bool": _stored,
    "timestamp.date": _date,
    "timestamp.value": _same,
    "duration.value": _span,
    "duration.time": _stored,
    **{f"math.{name}": _stored for name in ("abs", "ceil", "floor", "round", "sqrt", "pow", "isNaN", "isInfinite")},
    **{f"hashing.{name}": _stored for name in ("md5", "sha256", "crc32", "crc32c")},
    "latlng.value": _stored,
}


@dataclass(frozen=True, slots=True)
class _Difference:
    """``diff`` of two maps: the names of the members that differ."""

    keys: list[Value]


def _method(of: Value, name: str, arguments: Sequence[Value]) -> Value:
    if isinstance(of, StoredRecord) or (isinstance(of, SettableValue) and of.member is not None):
        return _of_stored(of, name, arguments)
    of = logic.plain(of)
    if of is None or ERROR in arguments:
        return ERROR
    if isinstance(of, _Difference):
        return of.keys if name in {"affectedKeys", "addedKeys", "changedKeys"} else [CHOSEN]
    if isinstance(of, UnknownValue):
        if of is STORED and _lacks_own(name, arguments):
            return False
        return STORED if of in (OWN, OPEN) else of
    if isinstance(of, NamedValues):
        return _of_record(of, name, arguments)
    if isinstance(of, str):
        return _of_text(of, name, arguments)
    if isinstance(of, list):
        return _of_list(of, name, arguments)
    if isinstance(of, int | float) and not isinstance(of, bool):
        # Timestamps and durations are milliseconds here.
        return of if name in {"toMillis", "date", "time", "seconds", "nanos"} else STORED
    return ERROR


def _lacks_own(name: str, arguments: Sequence[Value]) -> bool:
    """True if a stored list must contain the requester's identity, which no stored data names."""
    match name, arguments:
        case "hasAny", [list() as items]:
            return bool(items) and all(item is OWN for item in items)
        case "hasAll", [list() as items]:
            return OWN in items
    return False


def _of_stored(of: StoredRecord | SettableValue, name: str, arguments: Sequence[Value]) -> Value:
    assert of.member is not None
    match name, arguments:
        case "get", [str() as key, default]:
            found = of.member(key)
            return default if found is ERROR or found is None else found
    return STORED if isinstance(of, StoredRecord) else CHOSEN


def _of_record(of: NamedValues, name: str, arguments: Sequence[Value]) -> Value:
    match name, arguments:
        case "get", [str() as key, default]:
            found = of.fields.get(key, of.rest)
            return default if found is ERROR or found is None else found
        case "get", [list() as keys, default] if keys and isinstance(keys[0], str):
            found = of.fields.get(keys[0], of.rest)
            return default if found is ERROR or found is None else STORED
        case "keys", []:
            if of.rest is CHOSEN:
                return [*of.fields, CHOSEN]
            return list(of.fields) if of.rest in (None, ERROR) else of.rest
        case "diff", [_] if of.rest is CHOSEN:
            return _Difference([*of.fields, CHOSEN])
        case "size", []:
            return len(of.fields) if of.rest in (None, ERROR) else of.rest
    return of.rest if of.rest in (CHOSEN, STORED) else STORED


def _of_text(of: str, name: str, arguments: Sequence[Value]) -> Value:
    match name, arguments:
        case "matches", [str() as pattern]:
            return matches(of, pattern)
        case "size", []:
            return len(of)
        case "lower", []:
            return of.lower()
        case "upper", []:
            return of.upper()
        case "trim", []:
            return of.strip()
        case "split", [str() as pattern] if len(pattern) == 1 or pattern.isalnum():
            return list(of.split(pattern)[:1000])
    return STORED


def _of_list(of: list[Value], name: str, arguments: Sequence[Value]) -> Value:
    match name, arguments:
        case "size", []:
            return CHOSEN if CHOSEN in of else len(of)
        case "hasAny", [list() as wanted]:
            found: Value = False
            for item in wanted:
                found = logic.logical_or(found, logic.is_in(item, of))
            return found
        case "hasAll", [list() as wanted]:
            found = True
            for item in wanted:
                found = logic.logical_and(found, logic.is_in(item, of))
            return found
        case "hasOnly", [list() as wanted]:
            found = True
            for item in of:
                found = logic.logical_and(found, logic.is_in(item, wanted))
            return found
        case "join", [str() as between] if all(isinstance(item, str) for item in of):
            return between.join(of)[:10_000]
        case "toSet", []:
            return of
    return CHOSEN if CHOSEN in of or CHOSEN in arguments else STORED
