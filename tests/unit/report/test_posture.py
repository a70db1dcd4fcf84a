"""Numbers of accounts in words and bars: each with its denominator, and the unknown in sight."""

import pytest
from msgspec.structs import replace

from tests.unit.report.conftest import ACCOUNT, RESOURCE, the_posture
from tieback.model.posture import EncryptionCounts, ResourceFigures, YesNoCounts
from tieback.model.resource import ResourceKind
from tieback.report.posture import bars, databases, join_tables, number_tables, share_text, summary_lines

DATABASES, SNAPSHOTS = number_tables(the_posture().numbers)


@pytest.mark.parametrize(
    ("count", "of", "text"), [(3, 10, "3/10 30 %"), (0, 7, "0/7 0 %"), (1200, 1200, "1,200/1,200 100 %"), (0, 0, "-")]
)
def test_a_share(count: int, of: int, text: str) -> None:
    assert share_text(count, of) == text


def test_a_table_a_kind() -> None:
    assert (DATABASES.title, SNAPSHOTS.title) == ("Hosted databases", "Snapshots")
    assert dict(DATABASES.rows)["all"] == (
        "40", "18/40 45 %", "9/40 22 %", "6/40 15 %", "2/40 5 %", "5", "7/40 18 %, 3 unknown", "8/40 20 %, 12 unknown",
        "10/40 25 %, 15 unknown",
    )  # fmt: skip
    assert [name for name, _ in DATABASES.rows] == [
        "all",
        "provider aws",
        f"account aws {ACCOUNT}",
        "account aws 210987654321",
    ]
    assert SNAPSHOTS.heads[-1] == "Restorable by anyone"
    assert dict(SNAPSHOTS.rows)["all"][6:] == ("1/6 17 %",)
    assert DATABASES.lines[0] == (
        "Of 7 public (flag, route and port): 5/7 71 % not encrypted, 1/7 14 % provider's key, 0/7 0 % "
        "own key, 0 key unknown, 1 encryption unknown"
    )


def test_planned_resources_are_listed_separately_and_long_tables_are_truncated() -> None:
    rows = [ResourceFigures("account", f"aws {n}", ResourceKind.BUCKET, planned=True, resources=1) for n in range(5)]
    (table,) = number_tables(rows, 3)
    assert (table.title, len(table.rows), table.left_out) == ("Buckets in templates, not deployed", 3, 2)


def test_one_known_bucket_of_ten_is_not_all_of_them() -> None:
    row = ResourceFigures(
        "all", "", ResourceKind.BUCKET, resources=10, at_rest=EncryptionCounts(unknown=10), public=YesNoCounts(1, 0, 9)
    )
    (table,) = number_tables([row])
    cells = dict(zip(table.heads, table.rows[0][1], strict=True))
    assert (cells["All"], cells["Public"], cells["Not encrypted"]) == ("10", "1/10 10 %, 9 unknown", "0/10 0 %")


def test_bars_beside_2017() -> None:
    drawn = [(bar.name, round(bar.share), bar.text) for bar in bars(the_posture())]
    assert drawn == [
        ("2017: not encrypted", 82, "82 %"),
        ("not encrypted", 45, "18/40 45 %"),
        ("provider's key", 22, "9/40 22 %"),
        ("own key", 15, "6/40 15 %"),
        ("key unknown", 5, "2/40 5 %"),
        ("encryption unknown", 12, "5/40 12 %"),
        ("public", 18, "7/40 18 %"),
        ("public unknown", 8, "3/40 8 %"),
        ("public, not encrypted", 12, "5/40 12 %"),
    ]
    assert len({bar.text.partition("/")[2].partition(" ")[0] for bar in bars(the_posture())[1:]}) == 1


def test_no_bar_if_nothing_is_known() -> None:
    whole = databases(the_posture().numbers)
    assert whole is not None
    unknown = replace(
        whole, at_rest=EncryptionCounts(unknown=40), public=YesNoCounts(unknown=40), public_at_rest=EncryptionCounts()
    )
    assert list(bars(replace(the_posture(), numbers=(unknown,)))) == []
    assert list(bars(replace(the_posture(), numbers=()))) == []
    lines = dict(summary_lines(replace(the_posture(), numbers=(unknown,))))
    assert lines["Hosted databases"] == "encryption of 40 unknown; public 40 unknown"


def test_in_short() -> None:
    assert dict(summary_lines(the_posture())) == {
        "Hosted databases": "18/40 45 % not encrypted (2017: 82 %), 9/40 22 % provider's key, 6/40 15 % own key, 5 "
        "unknown; public 7/40 18 %, 3 unknown",
        "Your accounts": "46 resources in 2 accounts: 1 seen from outside, 1 of them exposed; 1 public but not seen; "
        "1 open store in no account",
        "Not collected": "1 account export incomplete; missing data counts as unknown",
    }


def test_the_join_a_sentence_a_row() -> None:
    owned, foreign, unseen = join_tables(the_posture(), 5)
    assert RESOURCE in owned.rows[0]
    assert "in none of the 2 imported accounts" in foreign.rows[0]
    assert "no app and no probe led to it" in unseen.rows[0]
    many = replace(the_posture(), owned=the_posture().owned * 3, owned_total=9)
    assert next(join_tables(many, 2)).left_out == 7
