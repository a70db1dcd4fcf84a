"""Addresses that a Flutter app for the web makes of a scheme, a host and a path.

``A.x("https","a.shop.test","/v1",q)``: ``Uri.https`` and ``Uri.http`` have no names in a compiled script, but their
arguments are constants, one after the other: https://api.dart.dev/dart-core/Uri/Uri.https.html,
https://dart.dev/tools/dart-compile#js
"""

from collections.abc import Iterable, Iterator

from tieback.intake.apps.interface import Bytes
from tieback.model.lazy_pattern import lazy_pattern

_AUTHORITY = lazy_pattern(
    rb",\"(?P<host>[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}(?::\d{1,5})?)\"(?:,\"(?P<path>[^\"\\\n]{0,400})\")?[,)]"
)
_SCHEMES = (b'"https"', b'"http"')


def addresses(data: Bytes, marks: Iterable[tuple[bytes, int]]) -> Iterator[tuple[int, str]]:
    """Offset and text of each address.

    Args:
        data: the script.
        marks: the texts around which addresses are looked for, each with its end.
    """
    for mark, end in marks:
        if mark not in _SCHEMES or data[end - len(mark) - 1 : end - len(mark)] != b"(":
            continue
        found = _AUTHORITY.match(data, end)
        if found is not None:
            path = (found["path"] or b"").lstrip(b"/")
            yield found.start("host"), _text(mark, found["host"], path)


def _text(mark: bytes, host: bytes, path: bytes) -> str:
    return f"{mark[1:-1].decode()}://{host.decode()}/{path.decode('utf-8', 'replace')}"
