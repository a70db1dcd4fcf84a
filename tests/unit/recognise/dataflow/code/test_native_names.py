"""Methods and fields that only native code uses: their addresses stay back ends."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieback.intake.apps.dex import read_dex
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.recognise.dataflow.code import native_names
from tieback.recognise.dataflow.code.native_names import NativeNames
from tieback.recognise.dataflow.dex.dexfile import DexFile
from tieback.recognise.dataflow.ends.uses import ConstantUses
from tieback.recognise.reasons import UNCALLED, UNREAD
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch
from tieback.recognise.whole_app.collect import merge_finds

DEX = Path(__file__).parents[1] / "dex"
RESULTS, ENDS = ((DEX / f"{name}.dex").read_bytes() for name in ("results", "ends"))
SEARCH = AppSearch(RuleFiles())
METHOD, FIELD = b"\0()Ljava/lang/String;\0", b"\0Ljava/lang/String;\0"


def names(*libraries: bytes) -> NativeNames:
    found = NativeNames()
    for data in libraries:
        found.see(data)
    return found


def reason(data: bytes, address: bytes, *libraries: bytes) -> str:
    return ConstantUses([DexFile(data)], names=names(*libraries)).reason(address)


def test_a_method_that_native_code_can_call_is_called() -> None:
    address = b"https://uncalled.shop.test/"
    assert reason(RESULTS, address) == UNCALLED
    assert reason(RESULTS, address, b"\0uncalled\0") == UNCALLED  # without types of members no member is used
    assert reason(RESULTS, address, METHOD + b"\0unlisted\0notuncalled\0") == UNCALLED
    assert reason(RESULTS, address, METHOD + b"\0uncalled\0") == ""


def test_a_field_that_native_code_can_read_is_read() -> None:
    address = b"https://unread.shop.test/a"
    assert reason(ENDS, address) == UNREAD
    assert reason(ENDS, address, FIELD + b"UNREAD\0") == ""


def test_a_library_beside_the_code_is_searched_for_names() -> None:
    address = "https://uncalled.shop.test"
    library = Artifact(
        "lib/arm64-v8a/libshop.so",
        (Buffer("lib/arm64-v8a/libshop.so", BufferKind.NATIVE, b"\0uncalled" + METHOD),),
    )
    for pieces, left_out in (([], True), ([library], False)):
        merged = merge_finds(None, SEARCH.finds([read_dex("classes.dex", RESULTS)[0], *pieces]))
        assert any(one.value.startswith(address) for one in merged.not_backends) is left_out
        assert any(one.endpoint.host == "uncalled.shop.test" for one in merged.sightings) is not left_out


def test_only_what_is_near_to_types_is_kept() -> None:
    far = METHOD + bytes(native_names.WINDOW) + b"\0far\0near\0" + bytes(native_names.WINDOW - 20) + METHOD
    assert "near" in names(far)
    assert "far" not in names(METHOD + bytes(native_names.WINDOW) + b"\0far\0")


def test_libraries_with_too_much_can_use_every_member(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native_names, "MAX_KEPT", 1_000)
    assert "anything" not in names(METHOD)
    assert "anything" in names(METHOD + bytes(1_000))


@given(
    st.lists(
        st.sampled_from([METHOD, FIELD, b"\0name\0", bytes(20), bytes(70_000)]) | st.binary(max_size=30), max_size=20
    )
)
def test_a_name_beside_types_is_found_in_any_library(parts: list[bytes]) -> None:
    data = b"".join(parts)
    assert "name" in names(data + METHOD + b"name\0")
    assert "absent" not in names(data)
