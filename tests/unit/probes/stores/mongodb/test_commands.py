import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.probes.stores.mongodb import commands
from tieback.probes.stores.mongodb.commands import COMMANDS, Command, valid_collection, valid_database
from tieback.probes.wire.frames import mongo_frame
from tieback.protocols import bson

SENDS = [command.declared() for command in COMMANDS]
WRITES = re.compile(
    rb"insert|update|delete|drop|create|\$out|\$merge|findAndModify|eval|mapReduce|shutdown|setParameter"
)


@each("command", COMMANDS, ids=lambda command: command.name)
def test_message_matches_only_its_own_declaration(command: Command) -> None:
    message = command.message(7, "hr", "employees")
    assert [send.name for send in SENDS if send.matches(message)] == [command.name]
    assert not WRITES.search(message)


@given(st.text(min_size=1, max_size=70), st.text(min_size=1, max_size=70), st.integers(1, 2**31 - 1))
@settings(max_examples=examples(100), deadline=None)
def test_every_valid_name_is_covered(database: str, collection: str, request: int) -> None:
    database, collection = (text.encode("utf-8", "replace").decode() for text in (database, collection))
    if not (valid_database(database) and valid_collection(collection)):
        return
    for command in COMMANDS:
        message = command.message(request, database, collection)
        assert any(send.matches(message) for send in SENDS)
        # Servers take 100 levels (https://www.mongodb.com/docs/manual/reference/limits/).
        assert set(bson.decode(message[21:], max_depth=100)) == set(command.template)


DATABASES = [("hr", True), ("größe", True), ("a.b", False), ("a b", False), ("$x", False), ("a\0b", False), ("", False)]


@each(("name", "valid"), [*DATABASES, ("x" * 64, False), ("a/b", False), ('a"b', False)])
def test_databases(name: str, valid: bool) -> None:
    assert valid_database(name) is valid


@pytest.mark.parametrize(
    ("name", "valid"), [("a.b c/d", True), ("a$b", False), ("a\nb", False), ("a\0b", False), ("", False)]
)
def test_collections(name: str, valid: bool) -> None:
    assert valid_collection(name) is valid


def read(first: bson.Document) -> bytes:
    rest: bson.Document = {"maxTimeMS": 4000, "$db": "hr", "$readPreference": {"mode": "primaryPreferred"}}
    return mongo_frame(1, bson.encode({**first, **rest}))


UNDECLARED: list[bson.Document] = [
    {"find": "employees"},
    {"drop": "employees"},
    {"dropDatabase": 1},
    {"insert": "employees"},
    {"aggregate": "employees", "pipeline": [], "cursor": {}},
    {"aggregate": "employees", "pipeline": [{"$limit": 20}, {"$out": "x"}], "cursor": {}},
    {"collStats": "a\0b"},
    {"collStats": "$cmd"},
    {"getLog": "global"},
    {"dbStats": 1, "scale": 1},
]


@each("first", UNDECLARED, ids=repr)
def test_undeclared(first: bson.Document) -> None:
    assert not any(send.matches(read(first)) for send in SENDS)


def test_trailing_bytes_and_second_sections_are_undeclared() -> None:
    message = commands.HELLO.message(1)
    for data in (message + b"\0", message + message, message[:20] + b"\x01" + message[21:], message[:-1]):
        assert not any(send.matches(data) for send in SENDS)
