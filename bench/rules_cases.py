"""Our answers about rules of public test suites and documentation, compared with the documented ones.

``python -m bench rules_cases`` prints the section. The rows are in ``tests/unit/posture/rules/cases/KIND.tsv``: source,
what is tested, path, documented access of both requesters, and rules. The rules are rewritten: none is a copy.
"""

import csv
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from tieback.model.errors import InputError
from tieback.posture.rules import reader_named
from tieback.posture.rules.firebase_rtdb import FirebaseRtdb
from tieback.posture.rules.firestore import Firestore
from tieback.posture.rules.interface import PathPermissions, Permission, Requester, RulesReader
from tieback.posture.rules.s3 import S3
from tieback.posture.rules.source import RulesText
from tieback.posture.rules.sql_policies import SqlPolicies

CASES = Path(__file__).resolve().parent.parent / "tests" / "unit" / "posture" / "rules" / "cases"
SOURCES = CASES / "sources.tsv"
PROJECTS = CASES / "projects.tsv"
"""Whole public projects: address, commit, path, the access judged by hand, and our answer on that day."""
_OTHERS = {SOURCES.name, PROJECTS.name, "open.tsv"}
NOW = 1_700_000_000.0
"""The time of all cases, November 2023; rules of the test mode expire on a date."""
REFUSED = "!"
"""Expected answer if the product does not accept the rules: an error or no access."""
TABLE = "create table t (id bigint primary key, owner uuid, flag boolean, state text, team bigint);"
SECURED = f"{TABLE} alter table t enable row level security;"


class Verdict(StrEnum):
    """Our answer beside the documented one."""

    RIGHT = "right"
    UNSURE = "unsure"
    FALSE_OPEN = "false open"
    FALSE_CLOSED = "false closed"


@dataclass(frozen=True, slots=True)
class RulesCase:
    """Rules, one path, and the documented access of both requesters."""

    kind: str
    source: str
    note: str
    path: str
    anonymous: str
    user: str
    rules: str

    @property
    def held_out(self) -> bool:
        """True for three of ten sources: their cases are not used to change the readers."""
        return hashlib.sha256(self.source.encode()).digest()[0] % 10 < 3

    def expected(self, who: Requester) -> str:
        """``rw``, ``r-`` or similar; ``?`` where stored data or another file decides; ``!`` if it is refused."""
        return self.anonymous if who is Requester.ANONYMOUS else self.user


def kinds() -> list[str]:
    """The kinds of rules with a table."""
    return sorted(file.stem for file in CASES.glob("*.tsv") if file.name not in _OTHERS)


def read_cases(kind: str) -> list[RulesCase]:
    """The rows of a table."""
    with (CASES / f"{kind}.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        next(rows)
        return [RulesCase(kind, *row) for row in rows]


def read_sources() -> dict[str, str]:
    """The address of each source."""
    with SOURCES.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        next(rows)
        return {row[0]: row[1] for row in rows}


def _firestore(rules: str) -> str:
    rules = _lines(rules)
    if rules.startswith("if "):
        rules = f"match /x/{{i}} {{ allow read, write: {rules}; }}"
    if rules.startswith(("rules_version", "service")):
        return rules
    return f"rules_version = '2'; service cloud.firestore {{ match /databases/{{db}}/documents {{ {rules} }} }}"


def _storage(rules: str) -> str:
    rules = _lines(rules)
    if rules.startswith("if "):
        rules = f"match /x/{{f}} {{ allow read, write: {rules}; }}"
    if rules.startswith(("rules_version", "service")):
        return rules
    return f"rules_version = '2'; service firebase.storage {{ match /b/{{bucket}}/o {{ {rules} }} }}"


def _database(rules: str) -> str:
    """A rules object, or only the expression for reading the root."""
    return f'{{"rules": {rules if rules.startswith("{") else json.dumps({".read": rules})}}}'


_STATEMENT = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}
_GROUP = "http://acs.amazonaws.com/groups/global/"


def _policy(rules: str) -> str:
    """A document; a list of statements; ``when`` or ``deny`` and a condition; or ``acl``, a group and a permission."""
    if rules.startswith("acl "):
        _, group, permission = rules.split()
        grantee = {"Type": "Group", "URI": f"{_GROUP}{group}"}
        return json.dumps({"Grants": [{"Grantee": grantee, "Permission": permission}]})
    if rules.startswith("{"):
        return rules
    word, _, condition = rules.partition(" ")
    if word == "when":
        return json.dumps({"Statement": [_STATEMENT | {"Condition": json.loads(condition)}]})
    if word == "deny":
        denial = _STATEMENT | {"Effect": "Deny", "Condition": json.loads(condition)}
        return json.dumps({"Statement": [_STATEMENT, denial]})
    return json.dumps({"Statement": [_completed(one) for one in json.loads(rules)]})


def _completed(statement: dict[str, Any]) -> dict[str, Any]:
    """A statement with what it leaves out."""
    return {key: value for key, value in _STATEMENT.items() if f"Not{key}" not in statement} | statement


def _sql(rules: str) -> str:
    if rules.startswith(("using ", "for ", "to ", "as ", "with ")):
        rules = f"$S create policy p on t {rules};"
    return rules.replace("$S", SECURED).replace("$T", TABLE)


def _lines(rules: str) -> str:
    return rules.replace("\\n", "\n")


_READERS: dict[str, tuple[Callable[[], RulesReader], Callable[[str], str]]] = {
    "firestore": (lambda: Firestore(NOW), _firestore),
    "storage": (lambda: Firestore(NOW), _storage),
    "rtdb": (lambda: FirebaseRtdb(NOW), _database),
    "sql": (SqlPolicies, _sql),
    "s3": (lambda: S3(datetime.fromtimestamp(NOW, UTC)), _policy),
}


def rules_text(case: RulesCase) -> str:
    """The whole rules file of a case."""
    return _READERS[case.kind][1](case.rules) if case.kind in _READERS else _lines(case.rules)


def reader_of(kind: str) -> RulesReader:
    """The reader of a kind of table, at the time of all cases."""
    return _READERS[kind][0]() if kind in _READERS else reader_named(kind)


def answer(case: RulesCase, who: Requester) -> str:
    """Our answer in the form of the table; ``!`` if the file has an error."""
    try:
        permissions = reader_of(case.kind).read(RulesText("rules", rules_text(case))).ask(who, case.path)
    except InputError:
        return REFUSED
    return shown(permissions)


def shown(permissions: PathPermissions) -> str:
    """``rw``, ``r-``, ``-w`` or ``--``, with ``?`` behind what is not certain."""
    return _sign("r", permissions.read) + _sign("w", permissions.write)


def _sign(letter: str, permission: Permission) -> str:
    return (letter if permission.allowed else "-") + ("" if permission.certain else "?")


def parts(access: str) -> tuple[str, str]:
    """The access to read and to write: ``r?-`` is ``r?`` and ``-``."""
    if access == REFUSED:
        return "-", "-"
    second = 2 if access[1] == "?" else 1
    return access[:second], access[second:]


def judge(expected: str, found: str) -> Iterator[Verdict]:
    """A verdict on reading and one on writing; ``*`` was not judged."""
    for wanted, one in zip(parts(expected), parts(found), strict=True):
        if wanted in {one, "*"} or (wanted.endswith("?") and one.endswith("?")):
            yield Verdict.RIGHT
        elif one.endswith("?"):
            yield Verdict.UNSURE
        else:
            yield Verdict.FALSE_CLOSED if one == "-" else Verdict.FALSE_OPEN


def verdicts(cases: Iterable[RulesCase]) -> Counter[Verdict]:
    """How many answers are right, by verdict."""
    found: Counter[Verdict] = Counter()
    for case in cases:
        for who in Requester:
            found.update(judge(case.expected(who), answer(case, who)))
    return found


def run() -> str:
    """The figures of each kind, for all cases and for those of sources that were held back."""
    lines = [
        "## Rules of public test suites\n",
        "| kind | cases | right | unsure | false open | false closed | held back | right | false open | false closed |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    total: list[RulesCase] = []
    for kind in kinds():
        cases = read_cases(kind)
        total += cases
        lines.append(_row(kind, cases))
    return "\n".join([*lines, _row("all", total), "", _projects()])


def _projects() -> str:
    """The figures of the projects whose access was judged by hand, from the table; no project is read."""
    with PROJECTS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    found: Counter[Verdict] = Counter()
    for row in rows:
        for expected, one in ((row["anonymous"], row["our anonymous"]), (row["any-user"], row["our any-user"])):
            found.update(judge(expected, one))
    lines = [
        f"{len({row['project'] for row in rows})} public projects, {len(rows)} paths judged by hand:",
        f"{_share(found, Verdict.RIGHT)} right, {_share(found, Verdict.UNSURE)} unsure,",
        f"{found[Verdict.FALSE_OPEN]} false open, {found[Verdict.FALSE_CLOSED]} false closed.",
    ]
    return " ".join(lines)


def _row(kind: str, cases: list[RulesCase]) -> str:
    held = [case for case in cases if case.held_out]
    all_of, of_held = verdicts(cases), verdicts(held)
    cells = [kind, f"{len(cases):,}", _share(all_of, Verdict.RIGHT), _share(all_of, Verdict.UNSURE)]
    cells += [str(all_of[Verdict.FALSE_OPEN]), str(all_of[Verdict.FALSE_CLOSED]), f"{len(held):,}"]
    cells += [_share(of_held, Verdict.RIGHT), str(of_held[Verdict.FALSE_OPEN]), str(of_held[Verdict.FALSE_CLOSED])]
    return f"| {' | '.join(cells)} |"


def _share(found: Counter[Verdict], verdict: Verdict) -> str:
    answers = found.total()
    return f"{found[verdict] / answers:.1%}" if answers else "-"
