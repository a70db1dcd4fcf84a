"""The advice to install an extra fits the way in which tieback was installed."""

import json
from importlib.metadata import PackageNotFoundError
from types import SimpleNamespace

import pytest

from tieback.model import extras
from tieback.model.extras import extra_advice

FOLDER = {"url": "file:///home/me/tieback%20src", "dir_info": {}}


@pytest.mark.parametrize(
    ("recorded", "command"),
    [
        (None, "pip install 'tieback[pdf]'"),
        ("not JSON", "pip install 'tieback[pdf]'"),
        ("[]", "pip install 'tieback[pdf]'"),
        (json.dumps({"url": "https://pypi.example/tieback.whl", "archive_info": {}}), "pip install 'tieback[pdf]'"),
        (json.dumps(FOLDER), "uv tool install --force '.[pdf]', in the checkout /home/me/tieback src"),
        (json.dumps(FOLDER), "(with pipx: pipx install --force '.[pdf]'; "),
        (json.dumps(FOLDER), "in a virtual environment: pip install '.[pdf]')"),
        (
            json.dumps(FOLDER | {"dir_info": {"editable": True}}),
            "uv sync --inexact --extra pdf, in the checkout /home/me/tieback src",
        ),
    ],
)
def test_advice_fits_the_installation(monkeypatch: pytest.MonkeyPatch, recorded: str | None, command: str) -> None:
    installed = SimpleNamespace(read_text=lambda _: recorded)
    monkeypatch.setattr(extras, "distribution", lambda _: installed)
    assert extra_advice("pdf").startswith("Install the extra pdf: ")
    assert command in extra_advice("pdf")


def test_a_source_tree_that_is_not_installed_gets_the_index(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_: str) -> object:
        raise PackageNotFoundError

    monkeypatch.setattr(extras, "distribution", missing)
    assert extra_advice("lab") == "Install the extra lab: pip install 'tieback[lab]'"
