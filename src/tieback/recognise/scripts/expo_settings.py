"""Settings of an Expo app: the ``extra`` object of ``assets/app.config``, which its script reads by name.

``Constants.expoConfig.extra.apiHost`` is a member of this object. Only a file before the script in the package counts.
Source: https://docs.expo.dev/versions/latest/config/app/#extra
"""

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from tieback.intake.apps.interface import ArtifactBatch, Bytes, Piece

MAX_FILE = 65_536
"""Most bytes of a file of settings."""
_FILES = ("assets/app.config", ".app/app.config", "EXConstants.bundle/app.config")
KEY = "extra"


class ExpoSettings:
    """The settings of one app."""

    def __init__(self) -> None:
        """Begin without any."""
        self.extra: Mapping[str, object] = {}
        """The object, as far as the app was read; empty if it has none."""

    def seen(self, pieces: Iterable[Piece]) -> Iterator[Piece]:
        """The pieces of an app, whose settings are read."""
        self.extra = {}
        for piece in pieces:
            if isinstance(piece, ArtifactBatch):
                for file, content in zip(piece.files, piece.contents, strict=True):
                    if file.endswith(_FILES) and len(content) <= MAX_FILE:
                        self.extra = _extra(content)
            yield piece
            del piece  # it can be large

    def script(self) -> bytes:
        """The settings as an expression of a script."""
        return b'\n;({"%b":%b})\n' % (KEY.encode(), msgspec.json.encode(self.extra))


def _extra(content: Bytes) -> Mapping[str, object]:
    try:
        found = msgspec.json.decode(bytes(content), type=dict[str, object]).get(KEY)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
