"""Values that the system or a service keeps for the app by a name, and whose first ones are in the package.

Saved settings have the default that the code names, and ``meta-data`` is in the manifest. The defaults of Firebase
Remote Config are in a map that the code makes, or in a file. Sources:
https://developer.android.com/reference/android/content/SharedPreferences,
https://developer.android.com/guide/topics/manifest/meta-data-element and
https://firebase.google.com/docs/remote-config/get-started?platform=android
"""

from collections.abc import Sequence
from typing import Any

from tieback.recognise.dalvik.library.strings import text_of
from tieback.recognise.dalvik.machine import BUNDLES, PREFERENCES, REMOTE, LibraryCall, Machine
from tieback.recognise.dalvik.objects import STRING, UNKNOWN, JavaObject, NotRunnableError, int32, to_text, to_units

_VALUE = "Lcom/google/firebase/remoteconfig/FirebaseRemoteConfigValue;"
_MAP = "Ljava/util/Map;"
_KINDS = (("String", STRING), ("Int", "I"), ("Boolean", "Z"), ("Long", "J"), ("Float", "F"))
_DIGITS = 18

type Arguments = Sequence[Any]


def _saved(_: Machine, a: Arguments) -> Any:
    return a[2]


def _saved_number(_: Machine, a: Arguments) -> Any:
    """The default; a negative one stands for a value that is missing."""
    return UNKNOWN if type(a[2]) is int and a[2] < 0 else a[2]


def _metadata(machine: Machine, a: Arguments) -> str:
    text = machine.files.metadata(to_text(text_of(machine, a[1])))
    if not text:
        raise NotRunnableError("an extra that is not known")
    return text


def _text(machine: Machine, a: Arguments) -> str:
    return machine.text(to_units(_metadata(machine, a)))


def _number(machine: Machine, a: Arguments) -> int:
    text = _metadata(machine, a)
    if not text.isascii() or not text.isdecimal() or len(text) > _DIGITS:
        raise NotRunnableError("a number that is not known")
    return int32(int(text))


def _flag(machine: Machine, a: Arguments) -> int:
    text = _metadata(machine, a)
    if text not in ("true", "false"):
        raise NotRunnableError("a flag that is not known")
    return int(text == "true")


def _set_defaults(machine: Machine, a: Arguments) -> Any:
    if isinstance(a[1], JavaObject) and isinstance(a[1].payload, dict):
        machine.allocate(64 * len(a[1].payload))
        machine.remote |= a[1].payload
    return UNKNOWN


def _remote(machine: Machine, a: Arguments) -> Any:
    key = text_of(machine, a[1])
    if key in machine.remote:
        return text_of(machine, machine.remote[key])
    text = machine.files.remote(to_text(key))
    return machine.text(to_units(text)) if text else UNKNOWN


def _remote_value(machine: Machine, a: Arguments) -> Any:
    text = _remote(machine, a)
    return JavaObject(_VALUE, text) if isinstance(text, str) else UNKNOWN


def _as_text(_: Machine, a: Arguments) -> str:
    if not isinstance(a[0], JavaObject) or not isinstance(a[0].payload, str):
        raise NotRunnableError("a setting that is not known")
    return a[0].payload


CALLS: dict[str, LibraryCall] = {
    **{f"{PREFERENCES}->get{name}({STRING}{kind})": _saved_number if kind in "IJ" else _saved for name, kind in _KINDS},
    **{
        f"{owner}->{name}({STRING}{rest})": read
        for owner in BUNDLES
        for name, read, kind in (("getString", _text, STRING), ("getInt", _number, "I"), ("getBoolean", _flag, "Z"))
        for rest in ("", kind)
    },
    **{f"{owner}->get({STRING})": _text for owner in BUNDLES},
    f"{REMOTE}->setDefaults({_MAP})": _set_defaults,
    f"{REMOTE}->setDefaultsAsync({_MAP})": _set_defaults,
    f"{REMOTE}->getString({STRING})": _remote,
    f"{REMOTE}->getValue({STRING})": _remote_value,
    f"{_VALUE}->asString()": _as_text,
}
"""The methods, by ``Lowner;->name(parameters)``."""
