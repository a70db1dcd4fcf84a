"""Our answers about random schemas with row level security, compared with a real PostgreSQL's.

``python -m bench policies`` compares ``CASES`` cases with an isolated server.
``python -m bench.policies ADDRESS [CASES] [SEED]`` compares with the server at an address (of a superuser; an empty
database). Each case has random tables, grants, policies, helper functions, views and functions. Rows of others are
stored, and the requester writes rows into the other tables before its request, as far as it may.
"""

import sys
from collections import Counter
from dataclasses import dataclass, field

from bench.policies_made import Case, make
from bench.policies_oracle import Oracle, Reached
from tieback.posture.rules.source import RulesText
from tieback.posture.rules.sql.access.decisions import Decision, Outcome
from tieback.posture.rules.sql.server import ADMIN, find_isolation, isolated_server
from tieback.posture.rules.sql.supabase import prelude
from tieback.posture.rules.sql_policies import SqlPolicies, SqlSchema


@dataclass(slots=True)
class Result:
    """A comparison."""

    answers: int = 0
    unsure: int = 0
    opened: int = 0
    constructs: Counter[str] = field(default_factory=Counter)
    false_closed: list[str] = field(default_factory=list)
    false_open: list[str] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)


def compare(oracle: Oracle, seeds: range, result: Result | None = None) -> Result:
    """Compare the cases of some seeds, and add to a result."""
    result = result or Result()
    for seed in seeds:
        case = make(seed)
        result.constructs += case.constructs
        reached, refused = oracle.ask(case)
        schema = SqlPolicies().read(RulesText("case.sql", case.text))
        for (who, path, command), one in reached.items():
            decision = decided(schema, case, who, path, command)
            result.answers += 1
            _judge(result, case, (who, path, command), one, decision, refused)
    return result


CASES = 10_000
"""About a hundred thousand answers."""
_CHUNK = 100


def run() -> str:
    """Compare, and return the report section."""
    result = Result()
    with isolated_server(find_isolation(), seconds=7_200) as server:
        for first in range(0, CASES, _CHUNK):
            # The limit of processor time holds for one process of the server, and so for one connection.
            oracle = Oracle(f"host={server.folder} user={ADMIN} dbname=postgres", prelude())
            try:
                result = compare(oracle, range(first, first + _CHUNK), result)
            finally:
                oracle.close()
    least = result.constructs.most_common()[-1]
    return (
        f"## SQL policies\n\n`python -m bench policies`: {CASES:,} random schemas, our answers and PostgreSQL's. "
        f"{len(result.constructs)} constructs; the rarest is {least[0]} ({least[1]} times).\n\n{summary(result)}\n\n"
        + "\n".join(f"- {one}" for one in (*result.false_closed, *result.false_open))
    )


def decided(schema: SqlSchema, case: Case, who: str, path: str, command: str) -> Decision:
    """Our answer."""
    name = tuple(path.split(".", 1))
    signed_in = who == "authenticated"
    access = schema.access
    if command == "call":
        function = schema.database.functions[name][0]  # type: ignore[index]
        return access.function(function, who, signed_in=signed_in)[0]
    del case
    return access.relation(schema.database.relations[name], command, who, signed_in=signed_in)  # type: ignore[index]


def _judge(
    result: Result, case: Case, key: tuple[str, str, str], one: Reached, decision: Decision, refused: list[str]
) -> None:
    label = (
        f"seed {case.seed} {' '.join(key)}: {decision.outcome.value} ({decision.reason}), PostgreSQL {one} {refused}"
    )
    is_open = one.rows > 0
    result.opened += is_open
    if decision.outcome in {Outcome.STORED, Outcome.UNSURE}:
        result.unsure += 1
        result.reasons[decision.reason] += 1
    elif decision.outcome is Outcome.NO and is_open:
        result.false_closed.append(label)
    elif decision.outcome is Outcome.YES and (not one.full or (key[2] == "insert" and decision.own is one.others)):
        result.false_open.append(label)


def summary(result: Result) -> str:
    """The figures in one line."""
    answers = max(result.answers, 1)
    return (
        f"{result.answers:,} answers: {len(result.false_closed)} false closed, {len(result.false_open)} false open, "
        f"{result.unsure / answers:.1%} unsure; open in {result.opened / answers:.0%}"
    )


def report(result: Result) -> str:
    """Lines for the terminal."""
    lines = [
        summary(result),
        *result.false_closed[:20],
        *result.false_open[:20],
        *(f"{count:7,} {name}" for name, count in result.constructs.most_common()),
        *(f"{count:7,} unsure: {name}" for name, count in result.reasons.most_common(10)),
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    first = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    print(report(compare(Oracle(sys.argv[1], prelude()), range(first, first + count))))
