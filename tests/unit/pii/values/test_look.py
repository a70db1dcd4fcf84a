from tieback.pii.values.look import NOTHING, Look


def test_share() -> None:
    look = Look(2, 2, "aa", (), {"date": 0.5, "UUID": 1.0})
    assert look.share("date", "UUID") == 1.0
    assert look.share("URL") == 0.0
    assert NOTHING.share() == 0.0
