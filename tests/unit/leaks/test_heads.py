"""What is remembered about headers, columns and cookies changes no result."""

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.unit.leaks.test_detect import flow
from tieback.intake.traffic.interface import SampledFlow
from tieback.leaks.detect import LeakDetector
from tieback.leaks.heads import DullHeads
from tieback.leaks.value import MAX_VALUES_PER_SAMPLE, NamedValue
from tieback.leaks.values import read_values
from tieback.model.flow import CleartextSample, Flow

DULL = b"User-Agent: app/1\r\nX-Step: two\r\n"
HEADERS = [
    DULL,
    DULL + b"X-Mail: ada.lovelace@workhub.test\r\n",
    b"Cookie: sid=0123456789abcdef; theme=dark\r\n",
    b"Authorization: Bearer abcdefghijklmnop123\r\nX-Step: two\r\n",
    b"X-Device-Id: 1f0e5c6a9d2b4e7f\r\n",
    b"Msg: success\r\nTo: ada\r\n",
    b"Msg: meet me at the old station tonight\r\nFrom: bob\r\nTo: ada\r\n",
]
STARTS = [b"GET /v1/2 HTTP/1.1\r\n", b"GET /v1?email=ada%40workhub.test HTTP/1.1\r\n", b"HTTP/1.1 200 OK\r\n"]
BODIES = [b"", b'{"msg":"success","code":2}', b'{"msg":"see you at nine then","from":"bob","to":"ada"}', b"uid=4711aa"]
MESSAGES = st.tuples(st.sampled_from(STARTS), st.sampled_from(HEADERS), st.sampled_from(BODIES)).map(
    lambda parts: parts[0] + parts[1] + b"\r\n" + parts[2]
)


def seen(*samples: bytes, direction: str = "out") -> SampledFlow:
    return SampledFlow(flow(), tuple(CleartextSample(direction, "http", data) for data in samples))


def without_marks(found: Flow) -> Flow:
    return msgspec.structs.replace(found, sent=tuple(msgspec.structs.replace(one, mark="") for one in found.sent))


WARM = LeakDetector()


@given(
    st.lists(st.tuples(st.lists(MESSAGES, min_size=1, max_size=3), st.sampled_from(["out", "in"])), max_size=5),
    st.booleans(),
)
@settings(max_examples=examples(40), deadline=None)
def test_a_detector_that_has_seen_other_flows_finds_the_same(
    flows: list[tuple[list[bytes], str]], together: bool
) -> None:
    fresh = LeakDetector()
    for messages, direction in flows:
        one = seen(b"".join(messages), direction=direction) if together else seen(*messages, direction=direction)
        fresh._heads, fresh._dull, fresh._public = DullHeads(), set(), {}  # compiling anew takes long
        assert without_marks(WARM(one)) == without_marks(fresh(one))


def read(heads: DullHeads, data: bytes, *, nothing: bool = True) -> list[NamedValue]:
    memory = heads.of("out")
    found = list(read_values(CleartextSample("out", "http", data), memory))
    if nothing:
        memory.found_nothing()
    return found


def test_a_dull_section_is_left_out_from_the_second_time_on() -> None:
    heads = DullHeads()
    data = b"POST /v1?a=1 HTTP/1.1\r\n" + DULL + b'\r\n{"b":2}'
    assert [one.where for one in read(heads, data)] == ["query:a", "header:x-step", "json:$.b"]
    assert [one.where for one in read(heads, data)] == ["query:a", "json:$.b"]
    assert [one.where for one in read(heads, data.partition(b'{"b')[0])] == ["query:a"]


def test_a_section_with_a_find_is_read_each_time() -> None:
    heads = DullHeads()
    data = b"GET / HTTP/1.1\r\nX-Step: two\r\n\r\n"
    for _ in range(2):
        assert [one.where for one in read(heads, data, nothing=False)] == ["header:x-step"]


def test_a_section_that_was_not_read_to_its_end_is_not_known() -> None:
    heads = DullHeads()
    query = b"&".join(b"a%d=1" % number for number in range(MAX_VALUES_PER_SAMPLE))
    read(heads, b"GET /?" + query + b" HTTP/1.1\r\nX-Mail: ada@workhub.test\r\n\r\n")
    found = read(heads, b"GET / HTTP/1.1\r\nX-Mail: ada@workhub.test\r\n\r\n")
    assert [one.where for one in found] == ["header:x-mail"]


def test_two_messages_in_one_sample_are_read_whole() -> None:
    heads = DullHeads()
    one = b"GET / HTTP/1.1\r\nX-Step: two\r\n\r\n"
    read(heads, one)
    assert [pair.where for pair in read(heads, one + one)] == ["header:x-step"] * 2


def test_the_other_direction_has_its_own_memory() -> None:
    heads = DullHeads()
    data = b"GET / HTTP/1.1\r\nX-Step: two\r\n\r\n"
    read(heads, data)
    assert list(read_values(CleartextSample("in", "http", data), heads.of("in")))
