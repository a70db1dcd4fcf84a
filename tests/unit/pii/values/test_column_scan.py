from tieback.pii.values.column_scan import EMPTY_SCAN, ColumnScan


def test_share_of_a_form() -> None:
    look = ColumnScan(2, 2, "aa", (), {"date": 0.5, "UUID": 1.0})
    assert look.share("date", "UUID") == 1.0
    assert look.share("URL") == 0.0
    assert EMPTY_SCAN.share() == 0.0
