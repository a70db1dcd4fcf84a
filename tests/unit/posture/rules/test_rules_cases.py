"""Rules of public test suites and documentation, one row each in ``cases/KIND.tsv``.

``cases/open.tsv`` lists the rows that are not right yet, each with our verdict. A row that becomes right is removed.
"""

import csv

from bench.rules_cases import CASES, RulesCase, Verdict, answer, judge, kinds, read_cases, read_sources
from tests.each import each
from tieback.posture.rules.interface import Requester


def _open() -> dict[tuple[str, str], str]:
    with (CASES / "open.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        next(rows)
        return {(kind, note): verdict for kind, note, verdict in rows}


OPEN = _open()
ROWS = [case for kind in kinds() for case in read_cases(kind)]


@each("case", ROWS, ids=[f"{case.kind}: {case.note}" for case in ROWS])
def test_access_is_the_documented_one(case: RulesCase) -> None:
    found = [verdict for who in Requester for verdict in judge(case.expected(who), answer(case, who))]
    wrong = {str(verdict) for verdict in found} - {Verdict.RIGHT}
    listed = OPEN.get((case.kind, case.note))
    assert wrong == (set(listed.split(", ")) if listed else set())


def test_notes_are_unique_and_sources_have_an_address() -> None:
    notes = [(case.kind, case.note) for case in ROWS]
    assert len(set(notes)) == len(notes)
    assert {case.source for case in ROWS} == set(read_sources())
    assert set(OPEN) <= set(notes)
