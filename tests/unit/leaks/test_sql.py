"""Statements give values under their columns, bound ones too; rows give theirs; what has no name is given without."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.leaks.sql import read_sql


@each(
    ("data", "expected"),
    [
        (
            b"INSERT INTO people (name, pin, age) VALUES ('Ada O''Hara', '1234', 36)",
            {"column:people.name": "Ada O'Hara", "column:people.pin": "1234", "column:people.age": "36"},
        ),
        (b"insert into `p` values (1,'a@b.test',NULL)", {"column:p.1": "1", "column:p.2": "a@b.test"}),
        (
            b"INSERT INTO p (mail) VALUES ('a@b.test'), ('c@d.test')",
            {"column:p.mail": "c@d.test"},
        ),
        (
            b"INSERT INTO p (mail, pin) VALUES ($1, $2)\na@b.test\n1234",
            {"column:mail": "a@b.test", "column:pin": "1234"},
        ),
        (b"SELECT * FROM p WHERE p.mail = ? AND x = ?\na@b.test\n7", {"column:mail": "a@b.test", "column:x": "7"}),
        (b"SELECT f($1)\na@b.test", {"parameter": "a@b.test"}),
        (b"SELECT 1\nSELECT * FROM p WHERE mail = 'a@b.test'", {"column:mail": "a@b.test"}),
        (b"UPDATE p\nSET mail = 'a@b.test'\nWHERE id = 7", {"column:mail": "a@b.test"}),
        (b"EXEC find_user N'a@b.test'", {"literal": "a@b.test"}),
        (b"SELECT * FROM p WHERE mail LIKE 'a@b.test'", {"column:mail": "a@b.test"}),
        (b"name\tpin\nAda\t1234\nBob\tNULL\n", {"column:name": "Bob", "column:pin": "1234"}),
        (
            b"SELECT * FROM p WHERE mail = @P0\n@P0 nvarchar(4000)\na@b.test\nand c@d.test",
            {"column:mail": "a@b.test", "text": "c@d.test"},
        ),
        (b"master\nto a@b.test\n", {"column:master": "to a@b.test", "text": "a@b.test"}),
        (b"Ada Lovelace\t1234", {}),
        (b"COMMIT", {}),
        (b"", {}),
    ],
)
def test_sql_statements_give_named_values(data: bytes, expected: dict[str, str]) -> None:
    assert {pair.where: pair.value for pair in read_sql(data)} == expected


@settings(max_examples=examples(200), deadline=None)
@given(
    st.lists(
        st.sampled_from([b"INSERT INTO a (b) VALUES (", b"SELECT ", b"$1", b"?", b"'", b",", b")", b"\n", b"a = "])
        | st.binary(max_size=20),
        max_size=30,
    )
)
def test_anything_is_read_without_an_error(parts: list[bytes]) -> None:
    for pair in read_sql(b"".join(parts)):
        assert len(pair.value) <= 512
