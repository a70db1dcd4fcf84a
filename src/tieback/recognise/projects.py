"""The Google Cloud project of a resource: Firestore, Firebase, App Engine and the like name it in their values.

Source of the names: https://firebase.google.com/docs/projects/learn-more#project-identifiers.
"""

from tieback.model.endpoint import Endpoint, EndpointKind
from tieback.model.lazy_pattern import lazy_pattern

REGISTRATION = "firebase-app:"
"""Beginning of the identifier with which an app is registered in its project."""
_PROJECT_KINDS = frozenset({
    "firestore", "firebase-rtdb", "firebase-storage", "firebase-hosting", "firebase-functions",
    "firebase-remote-config", "app-engine", "firebase-app", "gcp-project",
})  # fmt: skip
_MADE = lazy_pattern(r"[a-z0-9]-(?:(?=[a-f]{0,4}\d)[0-9a-f]{5}|\d{5,6})\Z")
_REGION = lazy_pattern(r"^[a-z]{2,12}-[a-z]{3,12}\d{1,2}-")


def is_made(project: str) -> bool:
    """True if the console made the end of a project's name, because the name was taken: ``acme-fit-4ee8a``."""
    return _MADE.search(project) is not None


def project_of(endpoint: Endpoint) -> str:
    """The Google Cloud project, or its number, that the value of a cloud resource contains; empty for others."""
    kind, _, name = endpoint.value.partition(":")
    if endpoint.kind is not EndpointKind.CLOUD or kind not in _PROJECT_KINDS:
        return ""
    if kind == "firebase-app":
        return name.split(":")[1] if name.count(":") >= 2 else ""
    name = name.partition(".")[0].removesuffix("-default-rtdb")
    return _REGION.sub("", name) if kind == "firebase-functions" else name
