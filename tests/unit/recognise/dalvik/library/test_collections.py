"""Keys and entries of maps."""

from typing import Any

import pytest

from tests.unit.recognise.dalvik.library.test_calls import machine
from tests.unit.recognise.dalvik.test_run import DEX
from tieback.recognise.dalvik.classes import MethodRef
from tieback.recognise.dalvik.library.collections import CALLS
from tieback.recognise.dalvik.machine import Frame
from tieback.recognise.dalvik.objects import UNKNOWN, JavaObject, NotRunnableError
from tieback.recognise.dalvik.run import Runner
from tieback.recognise.dataflow.dex.dexfile import DexFile

OBJECT, MAP = "Ljava/lang/Object;", "Ljava/util/HashMap;"


def filled(kind: str, *keys: Any) -> JavaObject:
    made = JavaObject(kind)
    CALLS[f"{kind}-><init>()"](machine(), (made,))
    for key in keys:
        CALLS[f"{kind}->put({OBJECT}{OBJECT})"](machine(), (made, key, "a.test"))
    return made


def test_entries_have_the_order_of_the_map() -> None:
    its = CALLS["Ljava/util/LinkedHashMap;->entrySet()"](machine(), (filled("Ljava/util/LinkedHashMap;", "b", "a"),))
    keys = [CALLS["Ljava/util/Map$Entry;->getKey()"](machine(), (one,)) for one in its.payload]
    assert keys == ["b", "a"]
    assert CALLS["Ljava/util/Map$Entry;->getValue()"](machine(), (its.payload[0],)) == "a.test"


def test_entries_of_a_map_without_an_order_are_known_only_if_texts_are_collected() -> None:
    assert CALLS[f"{MAP}->keySet()"](machine(), (filled(MAP, "a"),)).payload == ["a"]
    with pytest.raises(NotRunnableError):
        CALLS[f"{MAP}->keySet()"](machine(), (filled(MAP, "a", "b"),))
    runs = machine()
    run = Runner([DexFile((DEX / "receivers.dex").read_bytes())])
    method = run.path.method("Ltest/receivers/Main;", MethodRef("Ltest/receivers/Main;", "cart", "", "V"))
    assert method is not None
    runs.outermost = Frame(runs, method, [UNKNOWN])
    assert CALLS[f"{MAP}->keySet()"](runs, (filled(MAP, "a", "b"),)).payload == ["a", "b"]


def test_a_map_is_put_into_another_one() -> None:
    made = filled(MAP, "a")
    CALLS[f"{MAP}->putAll(Ljava/util/Map;)"](machine(), (made, filled(MAP, "b")))
    assert CALLS[f"{MAP}->putIfAbsent({OBJECT}{OBJECT})"](machine(), (made, "a", "b.test")) == "a.test"
    assert CALLS[f"{MAP}->remove({OBJECT})"](machine(), (made, "b")) == "a.test"
    assert list(made.payload) == ["a"]


def test_an_object_of_the_app_is_a_key_if_its_class_compares_by_reference() -> None:
    runs = Runner([DexFile((DEX / "receivers.dex").read_bytes())]).machine
    runs.begin(("", ""))
    made, one = filled(MAP), JavaObject("Ltest/receivers/Env;")
    CALLS[f"{MAP}->put({OBJECT}{OBJECT})"](runs, (made, one, "a.test"))
    assert CALLS[f"{MAP}->get({OBJECT})"](runs, (made, one)) == "a.test"
    assert CALLS[f"{MAP}->get({OBJECT})"](runs, (made, JavaObject("Ltest/receivers/Env;"))) == 0
    with pytest.raises(NotRunnableError):
        CALLS[f"{MAP}->get({OBJECT})"](runs, (made, JavaObject("Ljava/lang/Thread;")))
