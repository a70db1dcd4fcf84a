"""Values under a constant key of the preferences or of an intent's extras."""

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.recognise.dataflow.walk.programs import walker_of
from tieback.recognise.dataflow.code.member_uses import MemberUses
from tieback.recognise.dataflow.code.members import MemberRef
from tieback.recognise.dataflow.dex.operand_uses import MAX_SITES
from tieback.recognise.dataflow.methods.keyed import (
    EXTRA,
    INPUT,
    KEYED,
    MAX_KEY,
    PREFERENCE,
    STRING,
    KeyedCall,
    keyed_methods,
)
from tieback.recognise.dataflow.methods.values import HOLE, MAX_ALTERNATIVES, Need, TextValue, Value, alternatives
from tieback.recognise.dataflow.walk.keyed import keyed
from tieback.recognise.dataflow.walk.walker import Walker

PUT, GET = KeyedCall(PREFERENCE, STRING, puts=True), KeyedCall(PREFERENCE, STRING, puts=False)
PUT_PORT, GET_PORT = KeyedCall(PREFERENCE, "I", puts=True), KeyedCall(PREFERENCE, "I", puts=False)
KEY, HOST = TextValue("server"), TextValue("api.shop.test", 1, ("api.shop.test",))
WALK = walker_of("cases.dex", "second.dex")


def begun() -> Walker:
    walk = walker_of("cases.dex")
    walk.begin()
    return walk


def kept(walk: Walker, value: Value, key: TextValue = KEY, put: KeyedCall = PUT) -> None:
    """A method that puts a value, before the walk that gets it."""
    walk.begin()
    keyed(walk, put, [None, key, value])
    walk.fields.record(7, walk.stored, (), ())
    walk.begin()


def test_a_put_is_a_store_into_the_field_of_the_key() -> None:
    walk = begun()
    keyed(walk, PUT, [HOST, KEY, HOST])
    assert walk.stored == {walk.app.identity(MemberRef(PREFERENCE, "server", STRING)): [HOST]}
    assert walk.result == HOST, "the editor"


def test_only_a_view_with_an_identifier_keeps_a_text() -> None:
    walk = begun()
    put = KeyedCall(INPUT, STRING, puts=True)
    keyed(walk, put, [None, HOST])
    keyed(walk, put, [0x7F0A0001])
    assert walk.stored == {}
    keyed(walk, put, [0x7F0A0001, HOST])
    assert walk.stored == {walk.app.identity(MemberRef(INPUT, "7f0a0001", STRING)): [HOST]}


def test_a_get_has_what_was_put_and_the_default() -> None:
    walk = begun()
    kept(walk, HOST)
    keyed(walk, GET, [None, KEY, TextValue("old.shop.test")])
    assert {str(getattr(one.value, "text", "")) for one in alternatives(walk.result)} == {HOST.text, "old.shop.test"}
    keyed(walk, GET, [None, KEY, TextValue("")])
    assert isinstance(walk.result, TextValue)
    assert walk.result.text == HOST.text


def test_a_get_without_a_put_is_unknown_or_the_default() -> None:
    walk = begun()
    member = walk.app.identity(MemberRef(PREFERENCE, "server", STRING))
    keyed(walk, GET, [None, KEY, 0])
    assert isinstance(walk.result, TextValue)
    assert walk.result.needs == (Need("field", member),)
    keyed(walk, GET, [None, KEY, HOST])
    assert walk.result == HOST


def test_the_port_that_is_put_takes_the_place_of_the_default() -> None:
    walk = begun()
    keyed(walk, GET_PORT, [None, KEY, 1])
    assert walk.result == 1
    kept(walk, 8443, put=PUT_PORT)
    keyed(walk, GET_PORT, [None, KEY, 1])
    assert walk.result == 8443


def test_the_same_key_elsewhere_has_another_value() -> None:
    walk = begun()
    kept(walk, HOST)
    keyed(walk, KeyedCall(EXTRA, STRING, puts=False), [None, KEY])
    assert HOLE in getattr(walk.result, "text", "")
    keyed(walk, GET_PORT, [None, KEY, 5])
    assert walk.result == 5


def test_more_values_than_are_followed_are_unknown() -> None:
    walk = begun()
    for number in range(MAX_ALTERNATIVES + 1):
        keyed(walk, PUT, [None, KEY, TextValue(f"h{number}.shop.test", number, (f"h{number}.shop.test",))])
        walk.fields.record(number, walk.stored, (), ())
        walk.begin()
    keyed(walk, GET, [None, KEY])
    assert len(alternatives(walk.result)) <= MAX_ALTERNATIVES


def test_each_call_is_known_by_its_name() -> None:
    assert all(
        call.puts == name.startswith(("put", "bundleOf", "workDataOf", "setText"))
        for (_, name, _), call in KEYED.items()
    )
    dex = WALK.app.files[0]
    names = {dex.string(member.name) for index in keyed_methods(dex, EXTRA, puts=True) if (member := dex.method(index))}
    assert names == {"bundleOf", "putExtra", "putString"}


def test_the_methods_that_put_and_get_are_found_by_the_key() -> None:
    app, uses = WALK.app, MemberUses(WALK.app)
    member = app.identity(MemberRef(EXTRA, "kept4_host", STRING))
    assert [app.ref(one.method.identity).shown for one in uses.writers(member)] == ["Lflow/kept4;->open"]
    assert [app.ref(one.method.identity).shown for one in uses.readers(member)] == ["Lflow/kept4Screen;->u"]
    assert uses.writers(app.identity(MemberRef(PREFERENCE, "kept4_host", STRING))) == []
    assert len(uses.readers(app.identity(MemberRef(EXTRA, "url", STRING)))) <= MAX_SITES


VALUES = st.one_of(st.none(), st.integers(-9, 99), st.text(max_size=MAX_KEY + 9).map(TextValue), st.just(KEY))


@given(st.lists(st.tuples(st.sampled_from(sorted(KEYED)), st.lists(VALUES, max_size=4)), max_size=12))
def test_calls_with_any_arguments_never_raise_and_keep_few_values(
    calls: list[tuple[tuple[str, str, str], list[Value | None]]],
) -> None:
    walk = WALK
    walk.begin()
    for place, values in calls:
        keyed(walk, KEYED[place], values)
        assert len(alternatives(walk.result)) <= MAX_ALTERNATIVES + 1
    assert all(len(held) <= MAX_ALTERNATIVES for held in walk.stored.values())
