"""Which texts are in a file: the same that a search for each finds."""

import re

from hypothesis import given
from hypothesis import strategies as st

from tieback.recognise.calls import marks_of, read_calls
from tieback.recognise.settings.certificates import MARK as CERTIFICATE
from tieback.recognise.settings.config_rules import ConfigRules
from tieback.recognise.settings.script_objects import HOST_MARKS
from tieback.recognise.settings.server_lists import LIST_MARKS
from tieback.recognise.settings.text_marks import HOST, LIST, TextMarks

RULES = (*marks_of(read_calls()), *(mark.decode() for mark in ConfigRules().signatures))
MARKS = TextMarks(RULES)
TEXTS = tuple(
    dict.fromkeys((*(text.encode() for text in RULES), CERTIFICATE, b"support@", b"projectId", b"S3", b"ucket"))
)
KEYS = re.compile("|".join(HOST_MARKS).encode())
LISTS = re.compile("|".join(LIST_MARKS).encode())


@given(
    st.lists(
        st.one_of(
            st.sampled_from(TEXTS),
            st.sampled_from((b"host", b"s", b"urls", b"Name", b'"', b":", b"=", b" ", b"\n", b"p")),
        ),
        max_size=8,
    )
)
def test_each_text_is_found(parts: list[bytes]) -> None:
    data = b"".join(parts)
    found = MARKS.of(data)
    assert {text for text in TEXTS if text in data} == found & set(TEXTS)
    assert (HOST in found) == (KEYS.search(data) is not None)
    assert (LIST in found) == (LISTS.search(data) is not None)


def test_a_file_without_marks_has_none() -> None:
    assert MARKS.of(b"") == MARKS.of(b"var a = 1;") == frozenset()
