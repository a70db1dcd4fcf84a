"""Whether an app has code for Firestore: its settings name the project of every Firebase product, used or not.

``project_id`` in ``google-services.json`` is also there for messages and analytics alone
(https://firebase.google.com/docs/projects/learn-more#config-files-objects). A database and a bucket have settings of
their own, a Firestore database has none. So a project from such a setting is only a Firestore database of the app if
code in the package has the server of the library (https://github.com/firebase/firebase-android-sdk,
``FirebaseFirestoreSettings.DEFAULT_HOST``) or its classes. Else it may exist, and counts as not decided.
"""

from collections.abc import Iterable, Iterator

from tieback.intake.apps.interface import ArtifactBatch, BufferKind, Piece
from tieback.model.sighting import UNDECIDED, Sighting
from tieback.recognise.collect import AppFinds

NO_CODE = f"{UNDECIDED}: settings name a project of Firebase, and no code in the package is for its Firestore database"
_MARKS = (b"firestore.googleapis.com", b"com/google/firebase/firestore/", b"FIRFirestore")
_CODE = (BufferKind.DEX, BufferKind.NATIVE)
_SCRIPTS = (".js", ".mjs", ".bundle", ".jsbundle", ".html", ".hbc")
_VALUE, _SETTING = "firestore:", "/config-key"


class FirestoreCode:
    """Notes whether a package has code, and whether some of it is for Firestore."""

    def __init__(self) -> None:
        self._has_code = self._is_used = False

    def watched(self, pieces: Iterable[Piece]) -> Iterator[Piece]:
        """The pieces of an app, unchanged."""
        for piece in pieces:
            if not self._is_used:
                self._see(piece)
            yield piece
            del piece  # it can be large

    def settled(self, found: AppFinds) -> AppFinds:
        """The finds; a Firestore database that only a setting names is not decided, if no code is for it.

        What a credential or a rule of the user names stays.
        """
        if self._is_used or not self._has_code:
            return found
        named = {one.endpoint for one in found.credentials}
        gone = {one.endpoint.value for one in found.sightings if _is_setting(one) and one.endpoint.value not in named}
        return found.without(gone, NO_CODE) if gone else found

    def _see(self, piece: Piece) -> None:
        if isinstance(piece, ArtifactBatch):
            contents = zip(piece.files, piece.contents, strict=True)
            self._is_used = any(mark in data for file, data in contents if _is_script(file) for mark in _MARKS)
            return
        for one in piece.buffers:
            is_code = one.kind in _CODE
            self._has_code |= is_code
            if is_code or _is_script(one.file):
                self._is_used |= any(mark in one.data for mark in _MARKS)


def _is_script(file: str) -> bool:
    return file.lower().endswith(_SCRIPTS)


def _is_setting(one: Sighting) -> bool:
    evidence = one.evidence
    return one.endpoint.value.startswith(_VALUE) and evidence.how.endswith(_SETTING) and not evidence.user_rule
