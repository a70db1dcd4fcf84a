from tieback.intake.traffic.frames import CaptureInterface


def test_equal_interfaces_are_one_in_a_table() -> None:
    table = {CaptureInterface(1): "first"}
    assert table.setdefault(CaptureInterface(1), "second") == "first"
    assert CaptureInterface(1) != CaptureInterface(101)
