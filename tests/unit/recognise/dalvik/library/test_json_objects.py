"""Objects and arrays of ``org.json``."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tests.unit.recognise.dalvik.library.test_calls import machine
from tieback.recognise.dalvik.library.json_objects import CALLS, MAX_JSON
from tieback.recognise.dalvik.objects import UNKNOWN, JavaObject, NotRunnableError, ThrownError

OBJECT, ARRAY, TEXT = "Lorg/json/JSONObject;", "Lorg/json/JSONArray;", "Ljava/lang/String;"
SETTINGS = """
{"host": "shop.test", "port": 8443, "tls": true, "none": null, "half": 0.5, "at": "80", "list": [{"a": 1}, 2]}
"""


def read(text: str, kind: str = OBJECT) -> JavaObject:
    made = JavaObject(kind)
    CALLS[f"{kind}-><init>({TEXT})"](machine(), (made, text))
    return made


@each(
    ("call", "key", "result"),
    [
        (f"getString({TEXT})", "host", "shop.test"),
        (f"getString({TEXT})", "port", "8443"),
        (f"getString({TEXT})", "tls", "true"),
        (f"getInt({TEXT})", "port", 8443),
        (f"getInt({TEXT})", "at", 80),
        (f"getLong({TEXT})", "port", 8443),
        (f"getBoolean({TEXT})", "tls", 1),
        (f"get({TEXT})", "host", "shop.test"),
        (f"get({TEXT})", "port", UNKNOWN),
        (f"optString({TEXT})", "missing", ""),
        (f"optInt({TEXT})", "host", 0),
        (f"opt({TEXT})", "none", 0),
        (f"has({TEXT})", "none", 1),
        (f"has({TEXT})", "missing", 0),
        (f"isNull({TEXT})", "none", 1),
        (f"isNull({TEXT})", "host", 0),
    ],
)
def test_values_of_an_object(call: str, key: str, result: Any) -> None:
    assert CALLS[f"{OBJECT}->{call}"](machine(), (read(SETTINGS), key)) == result


def test_a_value_that_is_missing_has_the_default_of_the_call() -> None:
    assert CALLS[f"{OBJECT}->optString({TEXT}{TEXT})"](machine(), (read(SETTINGS), "missing", "b.test")) == "b.test"
    assert CALLS[f"{OBJECT}->optInt({TEXT}I)"](machine(), (read(SETTINGS), "missing", 7)) == 7


def test_items_of_an_array() -> None:
    items = CALLS[f"{OBJECT}->getJSONArray({TEXT})"](machine(), (read(SETTINGS), "list"))
    assert CALLS[f"{ARRAY}->length()"](machine(), (items,)) == 2
    first = CALLS[f"{ARRAY}->getJSONObject(I)"](machine(), (items, 0))
    assert CALLS[f"{OBJECT}->getInt({TEXT})"](machine(), (first, "a")) == 1
    assert CALLS[f"{ARRAY}->getInt(I)"](machine(), (items, 1)) == 2


@each(
    ("call", "key"),
    [
        (f"getString({TEXT})", "missing"),
        (f"getString({TEXT})", "none"),
        (f"getInt({TEXT})", "host"),
        (f"getInt({TEXT})", "half"),
        (f"getJSONObject({TEXT})", "list"),
    ],
)
def test_a_value_of_another_kind_is_a_java_exception(call: str, key: str) -> None:
    with pytest.raises(ThrownError):
        CALLS[f"{OBJECT}->{call}"](machine(), (read(SETTINGS), key))


@each("text", ["", "[1]", "{", '{"a": 1} x', "nothing"])
def test_a_text_that_is_no_object_is_a_java_exception(text: str) -> None:
    with pytest.raises(ThrownError):
        read(text)


def test_a_long_text_is_not_read() -> None:
    with pytest.raises(NotRunnableError):
        read("{" + " " * MAX_JSON + "}")


def test_deep_nesting_is_a_java_exception() -> None:
    with pytest.raises(ThrownError):
        read('{"a":' + "[" * 30_000)


@given(st.text(max_size=200), st.sampled_from([OBJECT, ARRAY]))
def test_reading_never_raises_anything_else(text: str, kind: str) -> None:
    try:
        read(text, kind)
    except (ThrownError, NotRunnableError):
        return


def test_the_names_of_an_object_keep_their_order() -> None:
    its = machine()
    iterator = CALLS[f"{OBJECT}->keys()"](its, (read('{"live": 1, "beta": 2}'),))
    assert iterator.payload.items == ["live", "beta"]
    assert CALLS[f"{OBJECT}->names()"](its, (read('{"live": 1}'),)).payload == ["live"]
    assert CALLS[f"{OBJECT}->names()"](its, (read("{}"),)) == 0
    assert CALLS[f"{OBJECT}->toString()"](its, (read('{"live": [1, "a"]}'),)) == '{"live":[1,"a"]}'


def test_names_of_an_object_that_is_not_known() -> None:
    with pytest.raises(NotRunnableError):
        CALLS[f"{OBJECT}->keys()"](machine(), (JavaObject(OBJECT),))
