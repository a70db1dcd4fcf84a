"""Whether an app has code for Firestore: its settings name the project of every Firebase product, used or not.

``project_id`` in ``google-services.json`` is also there for messages and analytics alone
(https://firebase.google.com/docs/projects/learn-more#config-files-objects). A database and a bucket have settings of
their own, a Firestore database has none. So a project from such a setting is only a Firestore database of the app if
code in the package has the server of the library (https://github.com/firebase/firebase-android-sdk,
``FirebaseFirestoreSettings.DEFAULT_HOST``) or its classes. Else it may exist, and counts as not decided.
"""

from collections.abc import Callable, Iterable

from tieback.intake.apps.interface import ArtifactBatch, BufferKind, Piece
from tieback.intake.apps.text_places import has_text
from tieback.model.errors import InputError
from tieback.model.sighting import UNDECIDED, Sighting
from tieback.recognise.whole_app.collect import AppFinds

NO_CODE = f"{UNDECIDED}: settings name a project of Firebase, and no code in the package is for its Firestore database"
_MARKS = (
    b"firestore.googleapis.com", b"com/google/firebase/firestore/", b"FIRFirestore",
    b"firebase-firestore", b".firestore(", b"getFirestore(", b"initializeFirestore(",
)  # fmt: skip
"""The server, the classes, and what a page has that loads the library from elsewhere:
https://firebase.google.com/docs/web/alt-setup
"""
_CODE = (BufferKind.DEX, BufferKind.NATIVE)
_SCRIPTS = (".js", ".mjs", ".bundle", ".jsbundle", ".html", ".hbc")
_VALUE, _SETTINGS = "firestore:", ("/config-key", "/firebase-config")
"""Beginning of the value, and ends of the evidence of a setting: that of Android, and the configuration in a script."""


def settle_firestore(found: AppFinds, pieces: Callable[[], Iterable[Piece]]) -> AppFinds:
    """The finds; a Firestore database that only a setting names is not decided, if no code is for it.

    What a credential or a rule of the user names stays, and everything if the package has no code at all.

    Args:
        found: the finds of one app.
        pieces: reads the package again; only called if there is such a setting, as few apps have one.
    """
    named = {one.endpoint for one in found.credentials}
    gone = {one.endpoint.value for one in found.sightings if _is_setting(one) and one.endpoint.value not in named}
    if not gone:
        return found
    try:
        return found.without(gone, NO_CODE) if _has_other_code(pieces()) else found
    except InputError:
        return found  # the package was changed or removed meanwhile: what was found in it stays


def _has_other_code(pieces: Iterable[Piece]) -> bool:
    """True if a package has code, and none of it is for Firestore."""
    has_code = False
    for piece in pieces:
        if isinstance(piece, ArtifactBatch):
            contents = zip(piece.files, piece.contents, strict=True)
            if any(mark in data for file, data in contents if _is_script(file) for mark in _MARKS):
                return False
            continue
        for one in piece.buffers:
            has_code |= one.kind in _CODE
            if (one.kind in _CODE or _is_script(one.file)) and any(has_text(one.data, mark) for mark in _MARKS):
                return False
            del one  # with its content
        del piece  # it can be large
    return has_code


def _is_script(file: str) -> bool:
    return file.lower().endswith(_SCRIPTS)


def _is_setting(one: Sighting) -> bool:
    evidence = one.evidence
    return one.endpoint.value.startswith(_VALUE) and evidence.how.endswith(_SETTINGS) and not evidence.user_rule
