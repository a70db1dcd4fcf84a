from tieback.model.report.tables import LazyIndex, LazyTable


def test_table_is_reopened_on_each_iteration() -> None:
    table = LazyTable.of(["a", "b", "c"])
    assert (table.count, table.first(2), list(table.rows()), table.first(9)) == (
        3,
        ("a", "b"),
        ["a", "b", "c"],
        ("a", "b", "c"),
    )


def test_rows_are_picked_by_id() -> None:
    table = LazyIndex.by([1, 2, 3], str)
    assert list(table.pick({"3", "1", "9"})) == [1, 3]
    assert table.count == 3
