"""One description, read."""

from collections.abc import Callable
from typing import Any

import pytest

from tieback.model.resource import Dependency, Resource
from tieback.posture.describe.interface import DescriptionContext
from tieback.posture.describe.kinds import ResourceTypes
from tieback.posture.facts import ExportObject

ACCOUNT = "123456789012"
KINDS = ResourceTypes()

type Described = Callable[..., list[Resource | Dependency]]


@pytest.fixture
def described() -> Described:
    """What a description of a kind says; an account and a region are told beside it unless said otherwise."""

    def of(kind: str, value: dict[str, Any], **about: str) -> list[Resource | Dependency]:
        found = KINDS.by_name(kind)
        assert found is not None, kind
        told = {"source": "test", "seen": "2026-11-20T00:00:00Z", "account": ACCOUNT, "region": "eu-west-1", **about}
        return list(found.read(ExportObject(value), DescriptionContext(**told)))

    return of
