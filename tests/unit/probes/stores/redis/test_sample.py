"""Texts, hashes and names of keys become columns; whatever a server answers, nothing else is sent."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.model.probe import Container
from tieback.probes.interface import SampledColumn
from tieback.probes.playback import MemoryPeer, play, recorded_answers
from tieback.probes.stores.redis.probe import RedisProbe
from tieback.probes.stores.redis.sample import SENDS
from tieback.probes.wire.resp import raw_command
from tieback.scope.conversation import Target

TARGET = Target("store.test", 6379, tls=False)
PROBE = RedisProbe()


def bulk(text: bytes) -> bytes:
    return b"$%d\r\n%b\r\n" % (len(text), text)


def array(*items: bytes) -> bytes:
    return b"*%d\r\n" % len(items) + b"".join(items)


def sample(*answers: bytes) -> tuple[SampledColumn, ...]:
    hello = b"+PONG\r\n" + bulk(b"# Server\r\nredis_version:7.2.4\r\n")
    containers = tuple(Container(path, "keyspace") for path in (("db0",), ("db0", "odd"), ("dbx",)))
    found = play(
        PROBE.sample(TARGET, containers, ""), MemoryPeer(recorded_answers([hello, *answers])), PROBE.meta.sends
    ).result
    assert isinstance(found, tuple)
    return found


def test_texts_documents_hashes_and_names() -> None:
    keys = [b"user:ada@x", b"user:bob@y", b"doc:1", b"doc:2", b"h:1", b"h:2"]
    document = json.dumps({"who": {"mail": "c@z.test"}}).encode()
    found = sample(
        b"+OK\r\n",
        array(bulk(b"0"), array(*map(bulk, keys))),
        *(b"+string\r\n", bulk(b"one")),
        *(b"+string\r\n", bulk(b"two")),
        *(b"+string\r\n", bulk(document)),
        *(b"+string\r\n", bulk(b"{ broken")),
        *(b"+hash\r\n", array(bulk(b"0"), array(bulk(b"phone"), bulk(b"+49 30 1"), bulk(b"pin"), bulk(b"1234")))),
        b"+list\r\n",
    )
    assert [(column.field, column.values) for column in found] == [
        ("user:* (names of keys)", ("ada@x", "bob@y")),
        ("user:*", ("one", "two")),
        ("doc:#", ("", "{ broken")),
        ("doc:#.who.mail", ("c@z.test",)),
        ("h:#.phone", ("+49 30 1",)),
        ("h:#.pin", ("1234",)),
    ]


def test_what_was_read_before_a_fault_stays() -> None:
    found = sample(b"+OK\r\n", array(bulk(b"0"), array(bulk(b"a:1"), bulk(b"a:2"))), b"+string\r\n", bulk(b"one"), b"?")
    assert [column.values for column in found] == [("one",)]


def test_refusals_end_it() -> None:
    assert sample(b"-NOPERM\r\n") == ()
    assert sample(b"+OK\r\n", b"-NOPERM\r\n") == ()


@given(st.binary(max_size=300))
@settings(max_examples=examples(80), deadline=None)
def test_key_with_an_unsafe_name_is_not_read(key: bytes) -> None:
    sample(b"+OK\r\n", array(bulk(b"0"), array(bulk(key))), b"+none\r\n")
    if b"\r" in key or b"\n" in key:
        assert not any(send.matches(raw_command(b"TYPE", key)) for send in SENDS)


@given(st.lists(st.binary(max_size=60), max_size=6))
@settings(max_examples=examples(80), deadline=None)
def test_any_answers(answers: list[bytes]) -> None:
    assert len(sample(*answers)) < 1000
