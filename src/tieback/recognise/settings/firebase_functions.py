"""Servers of Cloud Functions that the library of Firebase for scripts joins of a region and a project.

``"https://" + region + "-" + projectId + ".cloudfunctions.net/" + name`` in
https://github.com/firebase/firebase-js-sdk, packages/functions/src/service.ts. The region is ``us-central1``, unless
the app gives the library another one: ``getFunctions(app, "europe-west1")``
(https://firebase.google.com/docs/functions/locations#client-side_location_selection_for_callable_functions).
"""

from itertools import islice

import msgspec

from tieback.intake.apps.interface import Bytes
from tieback.intake.apps.text_places import places_of
from tieback.model.endpoint import Endpoint, EndpointKind
from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.sighting import Sighting
from tieback.recognise.near import matches_near

MARK = b".cloudfunctions.net"
_DEFAULT = "us-central1"
_JOIN = lazy_pattern(rb"https://(?=[\"'$])[^;\n]{1,100}?(?:[\"']-[\"']|\}-\$\{)[^;\n]{1,100}?\.cloudfunctions\.net")
"""The address in the library, with signs of plus, as a template, or as ``"https://".concat(a, "-").concat(b, "…")``."""
_LENGTH = 240
"""Most bytes from its beginning to the last part."""
_MAX_PLACES = 20
_CONTINENTS = (b"us-", b"europe-", b"asia-", b"australia-", b"northamerica-", b"southamerica-")
_REGION = lazy_pattern(rb"[\"'`](?P<region>[a-z]{2,12}-[a-z]{4,9}\d{1,2})[\"'`]")
"""https://firebase.google.com/docs/functions/locations"""
_QUOTES = (b'"', b"'", b"`")


def is_library(data: Bytes) -> bool:
    """True if a script joins the address of a function of a region and a project."""
    places = islice(places_of(data, MARK), _MAX_PLACES)
    return next(matches_near(_JOIN, data, places, _LENGTH, len(MARK)), None) is not None


def region_of(data: Bytes) -> str:
    """The region of functions that a script names: the only text that is one besides the default, or the default."""
    starts = (at for name in _CONTINENTS for quote in _QUOTES for at in places_of(data, quote + name))
    found = {one["region"].decode("ascii") for at in starts if (one := _REGION.match(data, at))}
    found.discard(_DEFAULT)
    return found.pop() if len(found) == 1 else _DEFAULT


def server_of(project: Sighting, region: str) -> Sighting:
    """The server of the functions of a project in a region; its place is that of the project.

    Args:
        project: a sighting of ``firestore:PROJECT``.
        region: where the functions are.
    """
    name = f"{region}-{project.endpoint.value.partition(':')[2]}"
    endpoint = Endpoint(
        EndpointKind.CLOUD, f"firebase-functions:{name}", "https", f"{name}.cloudfunctions.net", 443, "", None
    )
    return msgspec.structs.replace(project, endpoint=endpoint)
