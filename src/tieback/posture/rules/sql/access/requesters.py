"""The requesters of a decision: sessions with different metadata, each with its evaluator."""

from collections.abc import Iterator, Sequence
from typing import Any

from tieback.posture.rules.sql import parse
from tieback.posture.rules.sql.access.context import AccessContext
from tieback.posture.rules.sql.access.dependencies import MAX_TREES
from tieback.posture.rules.sql.access.sign_up import created_rows
from tieback.posture.rules.sql.access.writes import may_write
from tieback.posture.rules.sql.conditions.candidates import Constants
from tieback.posture.rules.sql.conditions.context import Context, Row, Session, new_user
from tieback.posture.rules.sql.conditions.evaluate import evaluator_for
from tieback.posture.rules.sql.conditions.evaluator import Evaluator
from tieback.posture.rules.sql.conditions.values import FRESH_TEXTS, AnyText, Truth
from tieback.posture.rules.sql.parse import strings
from tieback.posture.rules.sql.schema import Relation


class _AnyKey(dict[str, Any]):
    """Metadata of a user that has the same value under each key."""

    def __init__(self, value: str) -> None:
        super().__init__()
        self._value = AnyText(value)

    def get(self, key: object, default: Any = None) -> Any:
        del key, default
        return self._value


def sessions_of(role: str, trees: Sequence[Any], *, signed_in: bool) -> Iterator[Session]:
    """The sessions of a requester: with the metadata that the expressions name, which a user sets itself."""
    if not signed_in:
        yield Session(role, {"role": role, "iss": "supabase"})
        return
    yield new_user(role)
    if not any(mentions_metadata(one) for one in trees):
        return
    constants = Constants()
    constants.collect(trees)
    texts = [one for values in (constants.others, *constants.direct.values()) for one in values]
    texts = [FRESH_TEXTS[0], "true", "1", *(one for one in texts if isinstance(one, str))]
    for value in list(dict.fromkeys(texts))[:14]:
        yield new_user(role, _AnyKey(value))


def evaluator_with_writes(access: AccessContext, session: Session, trees: Sequence[Any]) -> Evaluator:
    """An evaluator for a session, which knows the rows that it may write first."""
    evaluator = evaluator_for(access.db, session)
    evaluator.constants.collect(trees)
    evaluator.constants.truncated = len(trees) >= MAX_TREES
    evaluator.sign_up_rows = lambda relation: created_rows(access, relation, evaluator)

    def self_made(relation: Relation, command: str, row: Row, context: Context) -> Truth:
        return may_write(access, evaluator, relation, command, row, context)

    evaluator.self_made = self_made
    return evaluator


def mentions_metadata(tree: Any) -> bool:
    """True if an expression reads metadata that users set."""
    return any(
        (kind == "A_Const" and "user_metadata" in str(fields.get("sval", {}).get("sval")))
        or (kind == "ColumnRef" and strings(fields["fields"])[-1:] == ["raw_user_meta_data"])
        for kind, fields in parse.walk(tree)
    )
