"""Values that code of an app keeps under a constant key, and other code of the app reads: preferences and extras.

The text of an input field is such a value, too: its key is the identifier of the view.

Each key is a field of its own: the put is a store into it, the get a read. So the walks, their order and their limits
are those of fields, and values that one method puts together stay together.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tieback.recognise.dataflow.dex.dexfile import DexFile

STRING = "Ljava/lang/String;"
MAX_KEY = 200
"""Most characters of a key."""
PREFERENCE, EXTRA, WORK, INPUT, REMOTE = "preference", "extra", "work", "input", "remote"
"""What keeps the values. An intent's extras are a bundle, so that both have the same keys. ``WORK`` is the data of a
job of WorkManager, ``INPUT`` the input fields of layouts, ``REMOTE`` the
defaults of remote settings that code sets, all of which one call gets in a map.
"""
SPACES = frozenset((PREFERENCE, EXTRA, WORK, INPUT, REMOTE))


class KeyedCall(NamedTuple):
    """Effect of a call that puts or gets a value by its key."""

    space: str
    kind: str
    """Descriptor of the value: a text, or ``I`` for a port; empty if it is that of the value."""
    puts: bool


_EDITOR = "Landroid/content/SharedPreferences$Editor;"
_PREFERENCES = "Landroid/content/SharedPreferences;"
_INTENT = "Landroid/content/Intent;"
_BUNDLES = ("Landroid/os/Bundle;", "Landroid/os/BaseBundle;", "Landroid/os/PersistableBundle;")

_WORK, _WORK_BUILDER = "Landroidx/work/Data;", "Landroidx/work/Data$Builder;"
_PAIRS = "[Lkotlin/Pair;"
_INPUTS = (
    "Landroid/widget/EditText;", "Landroid/widget/AutoCompleteTextView;",
    "Landroidx/appcompat/widget/AppCompatEditText;", "Lcom/google/android/material/textfield/TextInputEditText;",
    "Landroid/support/design/widget/TextInputEditText;",
)  # fmt: skip

KEYED: Mapping[tuple[str, str, str], KeyedCall] = {
    (_EDITOR, "putString", STRING * 2): KeyedCall(PREFERENCE, STRING, puts=True),
    (_EDITOR, "putInt", f"{STRING}I"): KeyedCall(PREFERENCE, "I", puts=True),
    (_PREFERENCES, "getString", STRING * 2): KeyedCall(PREFERENCE, STRING, puts=False),
    (_PREFERENCES, "getInt", f"{STRING}I"): KeyedCall(PREFERENCE, "I", puts=False),
    (_INTENT, "putExtra", STRING * 2): KeyedCall(EXTRA, STRING, puts=True),
    (_INTENT, "putExtra", f"{STRING}I"): KeyedCall(EXTRA, "I", puts=True),
    (_INTENT, "getStringExtra", STRING): KeyedCall(EXTRA, STRING, puts=False),
    (_INTENT, "getIntExtra", f"{STRING}I"): KeyedCall(EXTRA, "I", puts=False),
    (_WORK_BUILDER, "putString", STRING * 2): KeyedCall(WORK, STRING, puts=True),
    (_WORK_BUILDER, "putInt", f"{STRING}I"): KeyedCall(WORK, "I", puts=True),
    (_WORK_BUILDER, "put", f"{STRING}Ljava/lang/Object;"): KeyedCall(WORK, "", puts=True),
    (_WORK, "getString", STRING): KeyedCall(WORK, STRING, puts=False),
    (_WORK, "getInt", f"{STRING}I"): KeyedCall(WORK, "I", puts=False),
    ("Landroidx/work/DataKt;", "workDataOf", _PAIRS): KeyedCall(WORK, "", puts=True),
    ("Landroidx/core/os/BundleKt;", "bundleOf", _PAIRS): KeyedCall(EXTRA, "", puts=True),
    **{(owner, "setText", "Ljava/lang/CharSequence;"): KeyedCall(INPUT, STRING, puts=True) for owner in _INPUTS},
    **{
        (bundle, name, kinds): KeyedCall(EXTRA, kind, puts=name.startswith("put"))
        for bundle in _BUNDLES
        for name, kinds, kind in (
            ("putString", STRING * 2, STRING),
            ("putInt", f"{STRING}I", "I"),
            ("getString", STRING, STRING),
            ("get", STRING, STRING),
            ("getString", STRING * 2, STRING),
            ("getInt", STRING, "I"),
            ("getInt", f"{STRING}I", "I"),
        )
    },
}
"""Effects by class, name and descriptors of the parameters. Source: https://developer.android.com/reference/android"""


REMOTE_OWNER = "Lcom/google/firebase/remoteconfig/FirebaseRemoteConfig;"
REMOTE_SETTERS, REMOTE_GETTERS = ("setDefaultsAsync", "setDefaults"), ("getString", "getValue")
REMOTE_EXTENSIONS = tuple(f"Lcom/google/firebase/remoteconfig/{package}RemoteConfigKt;" for package in ("", "ktx/"))
"""Source: https://firebase.google.com/docs/reference/kotlin/com/google/firebase/remoteconfig/package-summary"""
_REMOTE = {
    True: {REMOTE_OWNER: {name: ["Ljava/util/Map;"] for name in REMOTE_SETTERS}},
    False: {REMOTE_OWNER: {name: [STRING] for name in REMOTE_GETTERS}},
}


def keyed_methods(dex: DexFile, space: str, *, puts: bool) -> Sequence[int]:
    """Indices of the methods of a file that put, or get, by key."""
    if space == REMOTE:
        return dex.methods_called(_REMOTE[puts])
    names: dict[str, dict[str, list[str]]] = {}
    for (owner, name, kinds), call in KEYED.items():
        if call.space == space and call.puts == puts:
            names.setdefault(owner, {}).setdefault(name, []).append(kinds)
    return dex.methods_called(names)
