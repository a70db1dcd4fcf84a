"""The user's folders."""

from pathlib import Path

import pytest

from tieback.scope.places import configuration_folder, state_folder


@pytest.mark.parametrize(
    ("environment", "configuration", "state"),
    [
        ({"HOME": "/h"}, "/h/.config/tieback", "/h/.local/state/tieback"),
        ({"HOME": "/h", "XDG_CONFIG_HOME": "/c", "XDG_STATE_HOME": "/s"}, "/c/tieback", "/s/tieback"),
        ({"HOME": "/h", "XDG_CONFIG_HOME": "c", "XDG_STATE_HOME": ""}, "/h/.config/tieback", "/h/.local/state/tieback"),
    ],
)
def test_folders(environment: dict[str, str], configuration: str, state: str) -> None:
    assert configuration_folder(environment) == Path(configuration)
    assert state_folder(environment) == Path(state)


def test_without_a_home_the_account_decides() -> None:
    assert state_folder({}) == Path.home() / ".local" / "state" / "tieback"
