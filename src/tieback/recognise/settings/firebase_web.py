"""Firebase projects in the configuration object of a script or JSON file.

``initializeApp({apiKey: "AIza...", projectId: "shop-1234", ...})`` names the project of every Firebase product, also of
Firestore, whose host is the same for all projects (https://firebase.google.com/docs/web/learn-more#config-object).
The library up to version 2 keeps the server of its logins without a scheme: ``var a="auth.firebase.com"``.
The library of Cloud Functions joins its server of a region and the project: ``"https://"+region+"-"+project+
".cloudfunctions.net/"``. Bounds: 50 objects per file.
"""

import re
from collections.abc import Container, Iterator
from itertools import chain, islice

from tieback.intake.apps.interface import Buffer, Bytes
from tieback.intake.apps.text_places import places_of
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.sighting import Evidence, Sighting
from tieback.recognise.calls import is_script_file
from tieback.recognise.context import match_context
from tieback.recognise.endpoints.hosts import EndpointHost, web_server
from tieback.recognise.near import matches_near
from tieback.recognise.settings.firebase_functions import MARK as FUNCTIONS
from tieback.recognise.settings.firebase_functions import is_library, region_of, server_of
from tieback.recognise.span import decode_text

RULE = "firebase-config"
MAX_OBJECTS = 50
AROUND = 600
"""Bytes before and after the project that belong to the same object."""
_PROJECT = lazy_pattern(
    rb"""projectId(?<!\wprojectId)["'`]?\s{0,8}:\s{0,8}["'`](?P<name>[a-z][a-z0-9-]{4,28}[a-z0-9])["'`]"""
)
_NAMED = lazy_pattern(rb"(?<![\w$.])projectId[\"'`]?\s{0,8}:\s{0,8}([A-Za-z_$][\w$]{0,30})\s{0,8}[,}]")
"""A project that is the value of a variable."""
_NAMED_LENGTH = 80
_VARIABLE = 4096
"""Most bytes between a variable and the object that reads it."""
_BESIDE = lazy_pattern(
    rb"""\b(?:apiKey["'`]?\s{0,8}:\s{0,8}["'`]AIza[\w-]{30}|appId["'`]?\s{0,8}:\s{0,8}["'`]1:\d{6,20}:(?:web|ios|android):"""
    rb"""|authDomain["'`]?\s{0,8}:\s{0,8}["'`][a-z0-9-]{4,63}\.firebaseapp\.com"""
    rb"""|storageBucket["'`]?\s{0,8}:\s{0,8}["'`][a-z0-9-]{4,63}\.(?:appspot\.com|firebasestorage\.app))"""
)
"""Another value of the object; one of them shows that the project is one of Firebase."""
_VALUE = lazy_pattern(
    rb"""["'`](?:AIza[\w-]{30}|[a-z0-9-]{4,63}\.(?:firebaseapp\.com|appspot\.com|firebasestorage\.app)["'`])"""
)
"""Another value of the object, in a variable beside that of the project."""
_SERVER, _NAME, _PRODUCT, _LOGINS, _ = MARKS = (
    b"firestore.googleapis.com", b"projectId", b"irestore", b"auth.firebase.com", FUNCTIONS,
)  # fmt: skip
_LIBRARY = lazy_pattern(rb"[\"'`]firestore\.googleapis\.com[\"'`]")
"""The constant of the library with its server: https://github.com/firebase/firebase-js-sdk, packages/firestore."""
_OLD_LIBRARY = lazy_pattern(rb"[\w$]\s?=\s?[\"']auth\.firebase\.com[\"']\s?[;,]")
_SETS_SERVER = b"setAuthenticationServer"
"""A function of the same library: https://cdn.firebase.com/js/client/2.4.2/firebase.js"""
_JSON = (".json", "app.config", "app.manifest")
"""Ends of the names of JSON files; Expo writes its configuration to ``app.config``."""


class WebProjects:
    """The Firestore projects of one app: in a script that uses Firestore, or whose library is another script.

    And the servers of Cloud Functions of the same projects, if a script has that library.
    """

    def __init__(self) -> None:
        """Begin an app."""
        self._has_library = self._has_functions = False
        self._waiting: list[Sighting] = []
        self._servers: list[Sighting] = []

    def read(self, buffer: Buffer, marks: Container[bytes] | None = None) -> Iterator[Sighting]:
        """The projects in a file; those of earlier files, once the library of Firestore is found.

        Args:
            buffer: the file.
            marks: those of ``MARKS`` that are in it; looked for if it is ``None``.
        """
        data = buffer.data
        script = is_script_file(buffer)
        texts: Bytes | Container[bytes] = data if marks is None else marks
        if script and not self._has_library and _SERVER in texts and next(_servers(data), None) is not None:
            self._has_library = True
            yield from self._waiting
            self._waiting.clear()
        if script and _LOGINS in texts:
            yield from _logins(buffer)
        is_named = (script or buffer.file.endswith(_JSON)) and _NAME in texts
        projects = tuple(_projects(buffer)) if is_named else ()
        if not script or self._has_library or _PRODUCT in texts:
            yield from projects
        elif len(self._waiting) < MAX_OBJECTS:
            self._waiting += projects
        self._has_functions = self._has_functions or (script and FUNCTIONS in texts and is_library(data))
        if script and projects and len(self._servers) < MAX_OBJECTS:
            region = region_of(data)
            self._servers += (server_of(one, region) for one in projects)
        if self._has_functions:
            yield from self._servers
            self._servers.clear()


def _servers(data: Bytes) -> Iterator[re.Match[bytes]]:
    """The constants of a script that are the server of Firestore."""
    return matches_near(_LIBRARY, data, places_of(data, _SERVER), 1, len(_SERVER) + 1)


def _logins(buffer: Buffer) -> Iterator[Sighting]:
    """The server for logins of the old library."""
    found = next(matches_near(_OLD_LIBRARY, buffer.data, places_of(buffer.data, _LOGINS), 6, len(_LOGINS) + 3), None)
    if found is not None and _SETS_SERVER in buffer.data:
        at = buffer.data.find(_LOGINS, found.start())
        shown = match_context("", decode_text(bytes(found[0]), wide=False))
        place = Evidence(buffer.file, buffer.base + at, f"text/{RULE}", shown)
        yield Sighting(web_server(EndpointHost(_LOGINS.decode("ascii"))), 1, Party.UNKNOWN, place)


def _named_projects(data: Bytes) -> Iterator[re.Match[bytes]]:
    return matches_near(_NAMED, data, places_of(data, _NAME), 0, _NAMED_LENGTH)


def _written(data: Bytes) -> Iterator[re.Match[bytes]]:
    """The projects whose names are in the object itself."""
    for found in islice(_PROJECT.finditer(data), MAX_OBJECTS):
        if _BESIDE.search(data, max(found.start() - AROUND, 0), found.end() + AROUND) is not None:
            yield found


def _named(data: Bytes) -> Iterator[re.Match[bytes]]:
    """The projects whose name is in a variable: ``const a="shop-1234",b="AIza…",c={projectId:a,apiKey:b}``.

    Bundlers write the members of an imported JSON file so.
    """
    for found in islice(_named_projects(data), MAX_OBJECTS):
        variable = rb"(?<![\w$.])%b\s?=\s?[\"'`](?P<name>[a-z][a-z0-9-]{4,28}[a-z0-9])[\"'`]" % re.escape(found[1])
        name = re.compile(variable).search(data, max(found.start() - _VARIABLE, 0), found.start())
        if name is not None and _VALUE.search(data, max(name.start() - AROUND, 0), name.end() + AROUND) is not None:
            yield name


def _projects(buffer: Buffer) -> Iterator[Sighting]:
    data = buffer.data
    for found in islice(chain(_written(data), _named(data)), MAX_OBJECTS):
        project = found["name"].decode("ascii")
        endpoint = Endpoint(
            EndpointKind.CLOUD, f"firestore:{project}", "https", "firestore.googleapis.com", 443, "", "firestore"
        )
        shown = match_context("", decode_text(bytes(found[0]), wide=False))
        place = Evidence(buffer.file, buffer.base + found.start("name"), f"text/{RULE}", shown)
        yield Sighting(endpoint, 1, Party.UNKNOWN, place)
