from tieback.intake.traffic.frames import Interface


def test_equal_interfaces_are_one_in_a_table() -> None:
    table = {Interface(1): "first"}
    assert table.setdefault(Interface(1), "second") == "first"
    assert Interface(1) != Interface(101)
