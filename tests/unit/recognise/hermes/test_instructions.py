from tieback.recognise.hermes.instructions import instructions, versions


def test_the_tables_of_all_released_versions_are_known() -> None:
    assert versions() == (74, 76, 84, 85, 89, 90, 94, 96, 98, 99)
    counts = [len(found.every) for version in versions() if (found := instructions(version))]
    assert counts == [180, 180, 185, 201, 204, 204, 206, 206, 219, 220]


def test_an_unknown_version_has_no_table() -> None:
    assert instructions(75) is None
    assert instructions(9) is None, "no part of a number"


def test_names_do_not_show_the_width_of_operands() -> None:
    found = instructions(96)
    assert found is not None
    widths = {one.width for one in found.named("GetById")}
    assert widths == {5, 6, 8}
    assert {one.kinds for one in found.named("LoadConstString")} == {"rh", "rw"}
    assert {one.name for one in found.every if one.name.endswith(("Long", "LongIndex", "Short"))} == set()


def test_functions_of_the_engine_have_the_numbers_of_their_version() -> None:
    for version, number in ((74, 46), (84, 47), (96, 44), (99, 46)):
        found = instructions(version)
        assert found is not None
        assert found.builtins[number] == "copyDataProperties"
