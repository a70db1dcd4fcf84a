"""Servers in the defaults of a settings screen, compiled and as text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tests.unit.recognise.compiled import compile_xml
from tieback.intake.apps.interface import ArtifactBatch
from tieback.intake.apps.small_files import read_small_file
from tieback.model.sighting import Sighting
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch
from tieback.recognise.settings.preferences import names_servers, server_defaults

RULES = RuleFiles()
NAMESPACE = 'xmlns:android="http://schemas.android.com/apk/res/android"'


def screen(*pairs: tuple[str, str]) -> str:
    fields = "".join(
        f'<EditTextPreference android:key="{key}" android:defaultValue="{value}"/>' for key, value in pairs
    )
    return f"<PreferenceScreen {NAMESPACE}>{fields}</PreferenceScreen>"


def values(content: bytes) -> list[str]:
    return [
        one.endpoint.value if isinstance(one, Sighting) else f"not {one.value}"
        for one in server_defaults("res/xml/preferences.xml", content, RULES)
    ]


@each(
    ("pairs", "expected"),
    [
        ((("serverip", "192.168.1.101"), ("serverport", "8080")), ["192.168.1.101:8080"]),
        ((("server_port", "5222"), ("server_host", "chat.shop.com")), ["chat.shop.com:5222"]),
        ((("mqtt.broker", "203.0.114.7"), ("mqtt.brokerPort", "1883")), ["203.0.114.7:1883"]),
        ((("serverAddress", "2a02:db9::1"), ("serverPort", "6000")), ["[2a02:db9::1]:6000"]),
        ((("serverip", "127.0.0.1"), ("serverport", "8080")), ["not 127.0.0.1:8080"]),
        ((("serverip", "192.168.1.101"),), ["https://192.168.1.101"]),
        ((("setting_server_adress", "192.168.1.101"), ("otherport", "8080")), ["https://192.168.1.101"]),
        ((("serverip", "127.0.0.1"),), []),
        ((("serverip", "chat.shop.com"),), []),
        ((("my_server", "203.0.114.7"),), ["https://203.0.114.7"]),
        ((("dns_server", "8.8.8.8"),), []),
        ((("server_version", "10.0.2.15"),), []),
        ((("serverip", "192.168.1.101"), ("serverport", "99999")), []),
        ((("servername", "My server"), ("serverport", "8080")), []),
        ((("colour", "192.168.1.101"), ("colourport", "8080")), []),
    ],
)
def test_defaults_of_a_settings_screen(pairs: tuple[tuple[str, str], ...], expected: list[str]) -> None:
    text = screen(*pairs)
    assert values(text.encode()) == expected
    assert values(compile_xml(text)) == expected


def layout(*texts: str, field: str = "EditText") -> str:
    fields = "".join(f'<{field} android:text="{text}"/>' for text in texts)
    return f"<LinearLayout {NAMESPACE}>{fields}</LinearLayout>"


@each(
    ("text", "expected"),
    [
        (layout("192.168.1.1"), ["https://192.168.1.1"]),
        (layout("192.168.1.1", "8080", "Robot"), ["192.168.1.1:8080"]),
        (layout("10.0.0.7", "8080", "30"), ["https://10.0.0.7"]),
        (
            layout("192.168.1.1", field="com.google.android.material.textfield.TextInputEditText"),
            ["https://192.168.1.1"],
        ),
        # a label; a public address; a version; the configuration of a network
        (layout("192.168.1.1", field="TextView"), []),
        (layout("93.184.215.14"), []),
        (layout("192.168.1"), []),
        (layout("192.168.1.7", "192.168.1.1"), []),
        (layout("192.168.1.7", "255.255.255.0"), []),
    ],
)
def test_the_only_private_address_in_the_text_fields_of_a_screen(text: str, expected: list[str]) -> None:
    assert values(text.encode()) == expected
    assert values(compile_xml(text)) == expected


@pytest.mark.parametrize("utf16", [False, True])
def test_a_private_address_in_a_layout_is_found_in_an_app(utf16: bool) -> None:
    content = compile_xml(layout("192.168.1.1"), utf16=utf16)
    batch = ArtifactBatch(("res/layout/main.xml",), (content,), read_small_file)
    [found] = [one for one in AppSearch(RULES).finds([batch]) if isinstance(one, Sighting)]
    assert (found.endpoint.host, found.evidence.how) == ("192.168.1.1", "resource:layout/preference-default")


@pytest.mark.parametrize("utf16", [False, True])
def test_a_compiled_screen_is_found_in_an_app(utf16: bool) -> None:
    content = compile_xml(screen(("serverip", "192.168.1.101"), ("serverport", "8080")), utf16=utf16)
    assert names_servers(content)
    batch = ArtifactBatch(("res/xml/preferences.xml",), (content,), read_small_file)
    [found] = [one for one in AppSearch(RULES).finds([batch]) if isinstance(one, Sighting)]
    assert found.endpoint.value == "192.168.1.101:8080"
    assert found.evidence.how == "resource:preference/serverip/preference-default"
    assert found.evidence.context == "serverip=192.168.1.101:8080"


@given(st.binary(max_size=200), st.integers(0, 400))
def test_damaged_screens_have_no_servers_or_fewer(noise: bytes, at: int) -> None:
    content = bytearray(compile_xml(screen(("serverip", "192.168.1.101"), ("serverport", "8080"))))
    content[at : at + len(noise)] = noise
    assert len(values(bytes(content))) <= 1
