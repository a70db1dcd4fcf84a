"""Native methods that use ``std::string`` of a shared library give what a device gives: those of ``strings.cpp``."""

from pathlib import Path

import pytest

from tieback.recognise.machine_code.cxx_strings import function_of
from tieback.recognise.machine_code.memory import NotRunnableError
from tieback.recognise.machine_code.native import NativeCode

NATIVE = Path(__file__).parent / "native"
KIND = "(I)Ljava/lang/String;"


@pytest.mark.parametrize("built", ["gnu-arm64", "gnu-x86_64", "llvm-x86_64"])
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("joined", "https://strings.shop.test:8443/v2/tracks"),
        ("changed", "https://www.changed.shop.test/path"),
        ("hiddenText", "https://hidden.shop.test"),
    ],
)
def test_a_method_gives_its_text(built: str, name: str, text: str) -> None:
    code = NativeCode({"a.so": (NATIVE / f"strings-{built}.so").read_bytes()})
    assert code.call((f"Java_shop_Natives_{name}",), "Lshop/Natives;", (name, KIND), (8443,)) == text


def test_a_text_that_is_too_long_ends_the_run() -> None:
    code = NativeCode({"a.so": (NATIVE / "strings-gnu-x86_64.so").read_bytes()})
    with pytest.raises(NotRunnableError):
        code.call(("Java_shop_Natives_reserved",), "Lshop/Natives;", ("reserved", KIND), (1 << 30,))


@pytest.mark.parametrize(
    ("name", "is_known"),
    [
        ("_ZNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEE9_M_appendEPKcm", True),
        ("_ZNKSt6__ndk112basic_stringIcNS_11char_traitsIcEENS_9allocatorIcEEE4findEPKcmm", True),
        ("_ZNSt6__ndk19to_stringEi", True),
        ("_ZNSt6__ndk19to_stringEd", False),
        ("_ZNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEE4swapERS4_", False),
        ("_ZNSt12basic_stringIwSt11char_traitsIwESaIwEE6appendEPKw", False),
        ("_ZNSt9exceptionD2Ev", False),
        ("memcpy", False),
    ],
)
def test_functions_are_known_by_their_names(name: str, is_known: bool) -> None:
    assert (function_of(name) is not None) is is_known
