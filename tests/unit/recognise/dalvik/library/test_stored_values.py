"""Values that the system keeps by a name: saved settings, ``meta-data`` and defaults of remote settings."""

from typing import Any

import pytest

from tests.each import each
from tests.unit.recognise.dalvik.library.test_calls import machine
from tieback.recognise.dalvik.library.stored_values import CALLS
from tieback.recognise.dalvik.machine import Machine, NoFiles
from tieback.recognise.dalvik.objects import STRING, UNKNOWN, JavaObject, NotRunnableError

BUNDLE, PREFERENCES = "Landroid/os/Bundle;", "Landroid/content/SharedPreferences;"
REMOTE = "Lcom/google/firebase/remoteconfig/FirebaseRemoteConfig;"
VALUE = "Lcom/google/firebase/remoteconfig/FirebaseRemoteConfigValue;"


class Files(NoFiles):
    """An app with values."""

    def metadata(self, key: str) -> str:
        """A value of the manifest."""
        return {"host": "api.shop.test", "port": "8443", "tls": "true"}.get(key, "")

    def remote(self, key: str) -> str:
        """A default of a remote setting."""
        return "https://live.shop.test" if key == "live" else ""


@pytest.fixture
def its() -> Machine:
    made = machine()
    made.files = Files()
    return made


@each(
    ("name", "key", "value"),
    [
        ("getString", "host", "api.shop.test"),
        ("get", "host", "api.shop.test"),
        ("getInt", "port", 8443),
        ("getBoolean", "tls", 1),
    ],
)
def test_the_manifest_gives_the_value_of_a_name(name: str, key: str, value: Any) -> None:
    made = machine()
    made.files = Files()
    assert CALLS[f"{BUNDLE}->{name}({STRING})"](made, (UNKNOWN, key)) == value


@each(("name", "key"), [("getString", "other"), ("getInt", "host"), ("getBoolean", "port"), ("getString", UNKNOWN)])
def test_no_other_value_of_a_bundle_is_known(name: str, key: Any) -> None:
    made = machine()
    made.files = Files()
    with pytest.raises(NotRunnableError):
        CALLS[f"{BUNDLE}->{name}({STRING})"](made, (UNKNOWN, key))


@each(("default", "value"), [(8080, 8080), (0, 0), (-1, UNKNOWN)])
def test_a_saved_number_has_its_default_unless_it_stands_for_a_missing_one(default: int, value: Any) -> None:
    assert CALLS[f"{PREFERENCES}->getInt({STRING}I)"](machine(), (UNKNOWN, "port", default)) == value


def test_a_remote_setting_has_the_default_of_the_code_or_of_a_file(its: Machine) -> None:
    read = CALLS[f"{REMOTE}->getString({STRING})"]
    assert read(its, (UNKNOWN, "live")) == "https://live.shop.test"
    assert read(its, (UNKNOWN, "other")) is UNKNOWN
    CALLS[f"{REMOTE}->setDefaultsAsync(Ljava/util/Map;)"](
        its, (UNKNOWN, JavaObject("Ljava/util/HashMap;", {"live": "a"}))
    )
    assert read(its, (UNKNOWN, "live")) == "a"
    value = CALLS[f"{REMOTE}->getValue({STRING})"](its, (UNKNOWN, "live"))
    assert CALLS[f"{VALUE}->asString()"](its, (value,)) == "a"
