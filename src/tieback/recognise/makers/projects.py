"""Google Cloud projects of the maker: that in the app's configuration, or else the one that it is registered in.

Without either, these count: a few projects whose name the console made, and the only project of which the app names
several parts that a configuration object lists, such as ``acme.firebaseapp.com`` and ``acme.firebaseio.com``. Another
company's database is named alone. Source: https://firebase.google.com/docs/web/learn-more#config-object.
"""

from collections.abc import Callable, Iterator, Sequence

from tieback.model.endpoint import Endpoint
from tieback.model.sighting import Evidence
from tieback.recognise.makers.evidence import WEB_CONFIGURATION, is_configured
from tieback.recognise.projects import REGISTRATION, is_made, project_of

MAX_DEPLOYMENTS = 3
"""Most projects of one hosting service, such as those for tests and for production, that count as the app's own."""
MIN_PARTS = 3
"""Least number of parts of a project that show a configuration."""
_OWN_PROJECT = "the app's own configuration names its project"
_MADE_PROJECT = "the console made the name of this project"
_ONLY_PROJECT = "the app is registered in one project only"
_ONLY_PARTS = "the only project of which the app names several parts, as a configuration does"


def own_projects(
    finds: Sequence[tuple[Endpoint, Evidence]], in_library: Callable[[Evidence], bool]
) -> Iterator[tuple[list[str], str]]:
    """The projects of the maker, each group with the reason, the surest first.

    Args:
        finds: cloud resources of the app, each with evidence.
        in_library: true for a place in a library.
    """
    configured: dict[str, None] = {}
    registered: dict[str, None] = {}
    named: dict[str, set[str]] = {}
    web: dict[str, None] = {}
    for endpoint, evidence in finds:
        project = project_of(endpoint)
        kind, _, name = endpoint.value.partition(":")
        if project and is_configured(evidence):
            configured.setdefault(project)
        elif project and not in_library(evidence):
            if endpoint.value.startswith(REGISTRATION):
                registered.setdefault(project)
            else:
                named.setdefault(project, set()).add(kind)
        if evidence.how.endswith(WEB_CONFIGURATION):
            web.setdefault(name)
    # Of two configurations in scripts one can be that of a library.
    yield [*configured, *(web if len(web) == 1 else ())], _OWN_PROJECT
    if configured:
        return
    if len(registered) == 1:
        yield [*registered, *(named if len(named) == 1 else ())], _ONLY_PROJECT
    if not registered:
        made = [project for project in named if is_made(project)]
        yield made if len(made) <= MAX_DEPLOYMENTS else [], _MADE_PROJECT
    if len(named) == 1:
        yield [project for project, kinds in named.items() if len(kinds) >= MIN_PARTS], _ONLY_PARTS
