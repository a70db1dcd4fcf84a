"""Cloud resources of the maker that no name shows, but the set in which the app names them.

- One resource in several environments: ``acme-shop-production`` and ``acme-shop-staging``. An app names those of its
  maker; another company's resource has one name.
- Several programs of one account: ``proxy.acme.workers.dev`` and ``login.acme.workers.dev``.

Source of the names of environments: https://firebase.google.com/docs/projects/dev-workflows/general-best-practices.
Bounds: 4096 resources, names of 128 characters.
"""

from collections.abc import Iterable, Iterator

from tieback.model.endpoint import Endpoint, EndpointKind
from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.makers.words import maker_words
from tieback.recognise.projects import project_of
from tieback.recognise.rules import RuleFiles

MAX_RESOURCES = 4096
MAX_NAME = 128
MIN_REST = 3
"""Least number of letters of a name without its environment."""
_LONG = r"production|staging|development|testing|integration|preprod|nonprod|sandbox"
"""Environments that also count without a separator: ``acmestagingfiles``."""
_SHORT = r"prod|prd|stage|stg|dev|develop|test|qa|uat|int|acc|live"
_TESTS = lazy_pattern(rf"(?!production)(?:{_LONG})|(?<![a-z0-9])(?!prod|prd|live)(?:{_SHORT})\d?(?![a-z0-9])")
"""Environment for tests."""
_ANY = lazy_pattern(rf"{_LONG}|(?<![a-z0-9])(?:{_SHORT})\d?(?![a-z0-9])")
_REST = lazy_pattern(r"[^a-z0-9]+")
_ACCOUNTS = frozenset({"cloudflare-workers"})
"""Services whose names are those of a program and an account, with a dot between."""
PROJECT = "project"
"""Kind of all resources of one Google Cloud project."""


def resource_name(endpoint: Endpoint) -> tuple[str, str]:
    """The kind and the name of a cloud resource, or of its Google Cloud project; empty for other endpoints."""
    if endpoint.kind is not EndpointKind.CLOUD:
        return "", ""
    project = project_of(endpoint)
    kind, _, name = endpoint.value.partition(":")
    return (PROJECT, project) if project else (kind, name.partition("/")[0][:MAX_NAME])


def own_resources(resources: Iterable[tuple[str, str]]) -> Iterator[tuple[tuple[str, str], str]]:
    """Each kind and name of a resource that belongs to the maker, and the reason.

    Args:
        resources: kinds and names of the resources of unknown owners that the app names.
    """
    every = sorted(set(list(resources)[:MAX_RESOURCES]))
    groups: dict[tuple[str, str], list[str]] = {}
    accounts: dict[tuple[str, str], list[str]] = {}
    for kind, name in every:
        rest = _REST.sub("", _ANY.sub("-", name))
        if len(rest) >= MIN_REST:
            groups.setdefault((kind, rest), []).append(name)
        account = name.rpartition(".")[2]
        if kind in _ACCOUNTS and account != name:
            accounts.setdefault((kind, account), []).append(name)
    for (kind, _), names in groups.items():
        if len(names) > 1 and any(_TESTS.search(name) for name in names):
            yield from (((kind, name), "a resource that the app names in several environments") for name in names)
    for (kind, account), names in accounts.items():
        if len(names) > 1:
            yield from (((kind, name), f"several programs of one account, {account}") for name in names)


def is_client(endpoint: Endpoint, rules: RuleFiles) -> bool:
    """True for a resource of a service for apps, or of a part of one, and for what is deployed at a hosting service."""
    kind = endpoint.value.partition(":")[0]
    kinds = maker_words().registered | maker_words().deployments.keys()
    return endpoint.kind is EndpointKind.CLOUD and rules.cloud.projects.get(kind, kind) in kinds
