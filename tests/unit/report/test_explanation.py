import io
import json

from rich.console import Console

from tieback.model.report.document import Report
from tieback.report.explain import explain_figure
from tieback.report.explanation import as_lines, print_explanation


def printed(report: Report, name: str) -> str:
    out = io.StringIO()
    print_explanation(explain_figure(report, name), Console(file=out, width=140, color_system=None, highlight=False))
    return out.getvalue()


def test_what_a_person_sees(report: Report) -> None:
    text = printed(report, "records:kind=mongodb")
    for phrase in (
        "records:kind=mongodb: ≥2,900 (at least)",
        "Query: SELECT sum(records) FROM exposures WHERE exposed AND product = 'mongodb'",
        "Not exact because of exp-workhub",
        "Computed from 1 store:",
        "≥400 (at least)  workhub.visitors  (count)",
        "proof: listDatabases: 1 database without a login",
        "route: api.workhub.test:27017 behind api.workhub.test, from resources.arsc at byte 412 of app bbbbbbbbbbb…",
    ):
        assert phrase in text, phrase


def test_explanation_as_json_lines(report: Report) -> None:
    head, *shares = [json.loads(line) for line in as_lines(explain_figure(report, "records"))]
    assert head["schema"] == "tieback/explanation/1"
    assert head["figure"]["value"] == sum(share["figure"]["value"] for share in shares)
    assert {share["schema"] for share in shares} == {"tieback/share/1"}


def test_hostile_text_moves_no_cursor(hostile_report: Report) -> None:
    text = printed(hostile_report, "records")
    assert not {"\x1b", "\u202e", "\x00"} & set(text)
