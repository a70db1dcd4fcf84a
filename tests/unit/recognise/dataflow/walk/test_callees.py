"""What a call of a method means, and calls of decryption methods."""

from tests.unit.recognise.dataflow.walk.programs import member_index, walker_of
from tieback.recognise.dalvik.decryptors import Decryption
from tieback.recognise.dataflow.methods.values import HOLE, ArrayValue, TextValue
from tieback.recognise.dataflow.walk.callees import callee
from tieback.recognise.dataflow.walk.decryption import decrypt, find_decryptor
from tieback.recognise.dataflow.walk.walker import Walker

ENCRYPTED = TextValue("r3CXGftmW0B+Ftg2QOOXASVf+v8PBv1w9nDZiJV5DGQ=")
"""Source: the fixture's ``Api.smali``."""


def encrypted() -> tuple[Walker, int]:
    """A walk over an app with a decryption method, and the index of the method."""
    walk = walker_of("encrypted/rc4_own.dex")
    walk.decryption = Decryption(walk.app.files)
    return walk, member_index(walk, "Lr2/Dec;", "a", "Ljava/lang/String;")


def test_the_method_of_a_call() -> None:
    walk = walker_of("cases.dex", "second.dex")
    found = callee(walk, member_index(walk, "Lflow/abstract2Task;", "host"), known=False)
    assert found is not None
    assert (found.signature, found.own, found.returns) == (("host", "()Ljava/lang/String;"), True, True)
    assert (found.effect, found.native, found.decryptor) == (None, None, None)
    run = callee(walk, member_index(walk, "Lflow/abstract2Task;", "run"), known=False)
    assert run is not None
    assert not run.returns
    assert callee(walk, 0xFFFF, known=False) is None, "no such method"


def test_a_method_of_the_platform_counts_only_on_an_object_of_the_app() -> None:
    walk, _ = encrypted()
    index = member_index(walk, "Ljava/lang/String;", "getBytes")
    assert callee(walk, index, known=False) is None
    found = callee(walk, index, known=True)
    assert found is not None
    assert not found.own


def test_a_constant_that_a_native_method_returns() -> None:
    walk = walker_of("cases.dex")
    walk.settings.returned["Java_flow_abstract2Task_host"] = "https://api.shop.test"
    found = callee(walk, member_index(walk, "Lflow/abstract2Task;", "host"), known=False)
    assert found is not None
    assert found.native == TextValue("https://api.shop.test", parts=("https://api.shop.test",), via=(found.identity,))


def test_a_decryption_method_runs_for_constants() -> None:
    walk, index = encrypted()
    found = callee(walk, index, known=False)
    assert found is not None
    assert found.decryptor is not None
    text = "https://rc4own.shop.test/v1/feed"
    result = decrypt(walk, found.decryptor, found.identity, [ENCRYPTED])
    assert result == TextValue(text, parts=(text,), via=(found.identity,))
    assert decrypt(walk, found.decryptor, found.identity, [TextValue(HOLE)]) is None
    assert decrypt(walk, found.decryptor, found.identity, []) is None
    partly = walk.allocate(ArrayValue((1, None)))
    assert decrypt(walk, found.decryptor, found.identity, [partly]) is None


def test_other_methods_do_not_decrypt() -> None:
    walk, index = encrypted()
    other = walk.app.method(0, member_index(walk, "Lr2/Api;", "load"))
    assert find_decryptor(walk, other) is None
    walk.decryption = None
    assert find_decryptor(walk, walk.app.method(0, index)) is None
