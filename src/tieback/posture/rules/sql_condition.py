"""Conditions of row level security, evaluated for an external requester.

Supabase's functions: https://supabase.com/docs/guides/database/postgres/row-level-security. The columns of a row are
``STORED`` if the policy reads existing rows, and ``CHOSEN`` if it checks rows from the request.
"""

from collections.abc import Sequence

from tieback.posture.rules import logic
from tieback.posture.rules.interface import Requester
from tieback.posture.rules.logic import CHOSEN, OWN, STORED, NamedValues, UnknownValue, Value
from tieback.posture.rules.sql_text import Token

MAX_DEPTH = 60
_JWT = NamedValues({"sub": OWN, "email": OWN, "role": "authenticated", "user_metadata": CHOSEN, "aal": "aal1"})
"""A requester sets its own ``user_metadata`` at sign-up."""
_STOP = {"and", "or", "then", "else", "end", "when"}


class Condition:
    """Evaluates the tokens of one condition.

    Args:
        tokens: tokens between the parentheses.
        who: the requester.
        column: value of a column.
    """

    def __init__(self, tokens: Sequence[Token], who: Requester, column: UnknownValue) -> None:
        self._tokens = tokens
        self._at = 0
        self._who = who
        self._column = column
        self._depth = 0

    def truth(self) -> Value:
        """``True``, ``False``, ``CHOSEN`` or ``STORED``; an unknown construct is ``STORED``. Null is false."""
        found = self._or()
        if self._at < len(self._tokens):
            return STORED
        return _boolean(found)

    def _peek(self, offset: int = 0) -> str:
        at = self._at + offset
        return self._tokens[at].value if at < len(self._tokens) and self._tokens[at].kind != "text" else ""

    def _take(self, *values: str) -> bool:
        if all(self._peek(offset) == value for offset, value in enumerate(values)):
            self._at += len(values)
            return True
        return False

    def _or(self) -> Value:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            self._at = len(self._tokens)
            return STORED
        found = self._and()
        while self._take("or"):
            found = logic.logical_or(_boolean(found), _boolean(self._and()))
        self._depth -= 1
        return found

    def _and(self) -> Value:
        found = self._not()
        while self._take("and"):
            found = logic.logical_and(_boolean(found), _boolean(self._not()))
        return found

    def _not(self) -> Value:
        if self._take("not"):
            found = self._not()
            return None if found is None else logic.logical_not(_boolean(found))
        return self._comparison()

    def _comparison(self) -> Value:
        left = self._term()
        while True:
            if self._take("is"):
                negative = self._take("not")
                left = self._is(left, negative=negative)
            elif self._take("not", "in") or self._take("in"):
                negative = self._tokens[self._at - 2].value == "not"
                found = self._in(left)
                left = logic.logical_not(found) if negative and found is not None else found
            elif self._peek() in {"=", "<>", "!="}:
                operator = self._tokens[self._at].value
                self._at += 1
                several = self._take("any") or self._take("some")
                found = _equal(left, self._term(), several=several)
                left = found if operator == "=" or found is None else logic.logical_not(found)
            elif self._peek() in {"<", ">", "<=", ">=", "@>", "<@", "&&", "like", "ilike", "~"}:
                self._at += 1
                left = _unknown(left, self._term())
            else:
                return left

    def _is(self, left: Value, *, negative: bool) -> Value:
        if self._take("null"):
            found: Value = left is None if not isinstance(left, UnknownValue) or left is OWN else left
        elif self._take("true"):
            found = _boolean(left)
        elif self._take("false"):
            found = logic.logical_not(_boolean(left))
        elif self._take("distinct", "from"):
            right = self._term()
            found = (
                (left is not right) if None in (left, right) else logic.logical_not(_equal(left, right, several=False))
            )
        else:
            return STORED
        return logic.logical_not(found) if negative else found

    def _in(self, left: Value) -> Value:
        if not self._take("("):
            return STORED
        if self._peek() in {"select", "with"}:
            return self._subquery(left)
        found: Value = False
        while not self._take(")"):
            found = logic.logical_or(found, _boolean(_equal(left, self._or(), several=False)))
            if not self._take(",") and self._peek() != ")":
                self._at = len(self._tokens)
                return STORED
        return found

    def _subquery(self, left: Value, *, exists: bool = False) -> Value:
        """After ``(``: whether a value is among rows, or whether there are any rows."""
        tokens = self._inner()
        words = [token.value for token in tokens]
        own = any(word in {"uid", "jwt", "email"} for word in words) or left is OWN
        # Rows with the requester's id: none before it wrote some. A value is never in an empty set.
        return False if own or (left is None and not exists) else STORED

    def _inner(self) -> Sequence[Token]:
        """The tokens up to the closing parenthesis; moves the position after it."""
        begin, level = self._at, 1
        while self._at < len(self._tokens) and level:
            token = self._tokens[self._at]
            if token.kind == "sign":
                level += (token.value == "(") - (token.value == ")")
            self._at += 1
        return self._tokens[begin : self._at - 1]

    def _term(self) -> Value:
        found = self._primary()
        while True:
            if self._take("::"):
                self._type()
            elif self._peek() in {"->", "->>", "#>", "#>>"}:
                self._at += 1
                found = _member(found, self._key())
            elif self._peek() in {"||", "+", "-", "*", "/"}:
                self._at += 1
                found = _unknown(found, self._primary())
            elif self._take("["):
                while self._at < len(self._tokens) and not self._take("]"):
                    self._at += 1
                found = _unknown(found, None)
            else:
                return found

    def _type(self) -> None:
        while self._at < len(self._tokens) and (self._tokens[self._at].is_name or self._peek() in {".", "[", "]"}):
            if self._peek() in _STOP or self._peek() in {"is", "in", "not", "like"}:
                return
            self._at += 1

    def _key(self) -> Value:
        if self._at < len(self._tokens):
            self._at += 1
            token = self._tokens[self._at - 1]
            return token.value if token.kind in {"text", "number"} else STORED
        return STORED

    def _primary(self) -> Value:
        if self._at >= len(self._tokens):
            return STORED
        token = self._tokens[self._at]
        self._at += 1
        if token.kind == "text":
            return token.value
        if token.kind == "number":
            return int(token.value) if token.value.isdigit() else float(token.value)
        if token.value == "(":
            if self._peek() in {"select", "with"}:
                return self._scalar()
            found = self._or()
            self._take(")")
            return found
        if token.value in {"true", "false"} and token.kind == "word":
            return token.value == "true"
        if token.value == "null":
            return None
        if token.value == "exists" and self._take("("):
            return self._subquery(None, exists=True)
        if token.is_name:
            return self._named(token.value)
        return STORED

    def _scalar(self) -> Value:
        """``(SELECT auth.uid() AS uid)`` is the selected value; other queries are stored data."""
        tokens = self._inner()[1:]
        if any(token.value == "from" for token in tokens):
            return False if any(token.value == "uid" for token in tokens) else STORED
        cut = next((at for at, token in enumerate(tokens) if token.value == "as" and token.kind == "word"), len(tokens))
        inner = Condition(tokens[:cut], self._who, self._column)
        inner._depth = self._depth
        return inner._or()

    def _named(self, name: str) -> Value:
        while self._take("."):
            token = self._tokens[self._at] if self._at < len(self._tokens) else None
            if token is None or not token.is_name:
                return STORED
            self._at += 1
            name = f"{name}.{token.value}"
        if not self._take("("):
            return _SESSION.get(name, self._column) if name not in _SESSION else self._session(name)
        arguments = self._inner()
        return self._function(name.removeprefix("pg_catalog."), arguments)

    def _session(self, name: str) -> Value:
        role = "anon" if self._who is Requester.ANONYMOUS else "authenticated"
        return role if _SESSION[name] == "role" else STORED

    def _function(self, name: str, arguments: Sequence[Token]) -> Value:
        user = self._who is Requester.ANY_USER
        text = arguments[0].value if arguments and arguments[0].kind == "text" else ""
        match name:
            case "auth.uid" | "auth.email":
                return OWN if user else None
            case "auth.role":
                return "authenticated" if user else "anon"
            case "auth.jwt":
                return _JWT if user else NamedValues({"role": "anon"})
            case "current_setting" if text.startswith("request.jwt.claim"):
                claim = text.rpartition(".")[2]
                known = _JWT if user else NamedValues({"role": "anon"})
                return known if claim in {"claims", "claim"} else known.fields.get(claim)
            case "now" | "statement_timestamp" | "clock_timestamp":
                return STORED
            case "coalesce" | "lower" | "upper" | "trim" | "nullif":
                return Condition(_first(arguments), self._who, self._column)._or()  # noqa: SLF001 - our own class
        # A function of the application that gets the requester's id: an external requester is unknown to it.
        told = any(token.value in {"uid", "jwt"} for token in arguments)
        return False if told else STORED


_SESSION = {"current_user": "role", "session_user": "session", "current_role": "role", "user": "session"}


def _first(tokens: Sequence[Token]) -> Sequence[Token]:
    level = 0
    for at, token in enumerate(tokens):
        if token.kind == "sign":
            level += (token.value == "(") - (token.value == ")")
            if token.value == "," and level == 0:
                return tokens[:at]
    return tokens


def _boolean(value: Value) -> Value:
    if value is None:
        return False
    if isinstance(value, bool) or value in (CHOSEN, STORED):
        return value
    return STORED


def _equal(left: Value, right: Value, *, several: bool) -> Value:
    if left is None or right is None:
        return None
    if several:
        return logic.is_in(left, right if isinstance(right, UnknownValue) else STORED)
    return logic.equals(left, right)


def _unknown(left: Value, right: Value) -> Value:
    if left is None or right is None:
        return None
    return CHOSEN if CHOSEN in (left, right) else STORED


def _member(value: Value, key: Value) -> Value:
    if isinstance(value, NamedValues):
        return value.fields.get(key, value.rest) if isinstance(key, str) else STORED
    return value if value in (CHOSEN, STORED) else None
