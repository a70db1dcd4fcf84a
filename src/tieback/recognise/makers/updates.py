"""The host where an app looks for its own newest version: ``https://host.test/android_version.json``.

Only its maker knows which version of an app is the newest. The last part of the path must be a version, or a file about
an update. A list of versions of other things (``versions.json``) and a change of records (``/user/update``) are none.
Or it is a package with the name of the app, or with one that build tools give: ``/assets/app-release.apk``.
The place must be in the app's own classes, pages and scripts, in the main program of an app for iOS, or in that of a
Flutter app. Known services and hosts below two or more domains do not count. Bounds: 4096 endpoints.
"""

from collections.abc import Iterable, Iterator
from itertools import islice

from tieback.model.endpoint import Endpoint, EndpointKind
from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.sighting import Evidence
from tieback.recognise.makers.domains import registrable_domain
from tieback.recognise.makers.evidence import SCRIPTS, code_place, is_dart_program, is_own_file
from tieback.recognise.makers.hosts import is_public_service
from tieback.recognise.makers.names import MakerNames
from tieback.recognise.rules import RuleFiles

MAX_ENDPOINTS = 4096
_BESIDE = r"(?:app|apk|android|ios|mobile|client|check|get|load|latest|newest|last|new|current|my|the|info|code|name)"
_FILE = r"\.(?:json|txt|xml|html?|php|aspx?|jsp|do)"
_VERSION = lazy_pattern(
    rf"(?i)/(?:{_BESIDE}[_-]?){{0,3}}version(?:[_-]?{_BESIDE}){{0,2}}(?:{_FILE})?\Z"
    rf"|/(?:{_BESIDE}[_-]?){{0,3}}update(?:[_-]?{_BESIDE}){{0,2}}{_FILE}\Z"
    rf"|/(?:check|app|apk)[_-]?(?:for[_-]?)?(?:app[_-]?)?update\Z"
)
"""``/app/version``, ``/android_version.json``, ``/update.json``, ``/checkUpdate``."""
_BUILD = (
    r"(?:app|apk|android|client|mobile|my|the|new|newest|last|latest|current|update|release|debug|(?:un)?signed|aligned"
    r"|universal|prod|production|v?\d[\d.]{0,12})"
)
_PACKAGE = lazy_pattern(rf"(?i)/(?:{_BUILD}[._-]?){{1,6}}\.apk\Z")
"""The package of an app with a name of its build: https://developer.android.com/build/building-cmdline#build_apk."""
_DEX, _NATIVE = "dex-", "native-"
_PROGRAM = lazy_pattern(r"Payload/([^/]{1,120})\.app/([^/]{1,120})")
"""The main program of an app for iOS, by the name of its folder."""


def update_hosts(
    unknown: Iterable[tuple[Endpoint, Evidence]], names: MakerNames, rules: RuleFiles
) -> Iterator[tuple[str, str]]:
    """Each host below the only domain where the app looks for its newest version, and the reason.

    Args:
        unknown: endpoints of unknown owners.
        names: the names of the maker.
        rules: rule files.
    """
    found: dict[str, str] = {}
    for endpoint, evidence in islice(unknown, MAX_ENDPOINTS):
        if (
            endpoint.kind is EndpointKind.URL
            and (_VERSION.search(endpoint.path) or _is_package(endpoint.path, names))
            and not is_public_service(endpoint.host)
            and _is_own(evidence, names, rules)
        ):
            found.setdefault(endpoint.host, endpoint.path.rpartition("/")[2])
    if len({registrable_domain(host, rules) or host for host in found}) == 1:
        for host, what in found.items():
            yield host, f"the host where the app looks for its newest version, {what}"


def _is_package(path: str, names: MakerNames) -> bool:
    """True for a package with the name of the app, or with one that a build tool gives."""
    name = path.rpartition("/")[2]
    return name.lower().endswith(".apk") and (_PACKAGE.search(path) is not None or names.is_app(name[:-4].lower()))


def _is_own(evidence: Evidence, names: MakerNames, rules: RuleFiles) -> bool:
    """True for a place in the app's own classes, pages, scripts, or main program."""
    if evidence.how.startswith(_DEX):
        return names.is_own_code(code_place(evidence))
    if evidence.how.startswith(_NATIVE):
        program = _PROGRAM.fullmatch(evidence.file)
        return is_dart_program(evidence) or (program is not None and program[1] == program[2])
    return evidence.how.startswith(SCRIPTS) and is_own_file(evidence, rules)
