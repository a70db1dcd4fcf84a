"""Ends of the texts of resource tables: which are looked at."""

import pytest

from tests.each import each
from tieback.recognise.rules import RuleFiles
from tieback.recognise.settings.config_rules import ConfigRules
from tieback.recognise.settings.resource_values import ResourceValues

SCANNER = ResourceValues(ConfigRules(), RuleFiles())._scanner


@each("end", ["io", "com", "dev", "app", "xyz", "pnx", "xmp", "pro", "xxx", "info", "cloud"])
def test_ends_of_names_are_looked_at(end: str) -> None:
    for text in (f"api.shop.{end}\0".encode(), f"api.shop.{end}\0".encode("utf-16-le")):
        assert SCANNER.scan(text, 0, len(text), 9)[0]


@pytest.mark.parametrize("end", ["png", "xml"])
def test_pictures_and_layouts_are_not(end: str) -> None:
    text = f"res/shop.{end}\0".encode()
    assert SCANNER.scan(text, 0, len(text), 9) == ([], False)
