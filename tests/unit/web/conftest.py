"""A workspace with a scan of the sample apps, shared by the tests of the pages; tests that change it copy it first."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar.testing import TestClient
from litestar.types import ASGIApp

from tests.lab.postgres import ledger_database, postgres, postgres_url
from tests.quick import lakes_share_a_database, shared_database
from tests.unit.pipeline.graph_workspace import made
from tests.unit.web.clients import client

__all__ = ["lakes_share_a_database", "ledger_database", "postgres", "postgres_url", "shared_database"]


@pytest.fixture(scope="session")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with one finished run: two sample apps, two stores; nothing was probed."""
    return made(tmp_path_factory.mktemp("pages"))


@pytest.fixture(scope="module")
def pages(scanned: Path) -> Iterator[TestClient[ASGIApp]]:
    """A client of an administrator over ``scanned``."""
    with client(scanned) as made_client:
        yield made_client
