import tomllib
from pathlib import Path

import pytest

from tieback.intake.apps import signer
from tieback.intake.apps.signer import organisation


@pytest.mark.parametrize(
    ("subject", "name"),
    [
        ("CN=damncorp,OU=dvba,O=dvba", "dvba"),
        ("C=US,O=Vantage Point Security Pte. Ltd.,OU=X,CN=iPhone Distribution", "Vantage Point Security Pte. Ltd."),
        (r"CN=a,O=Acme\, Inc.,C=US", "Acme, Inc."),
        ('O="Acme, Inc.",C=US', "Acme, Inc."),
        ("CN=a, O = Acme , C=US", "Acme"),
        ("CN=FOO=BAR,OU=O=x", ""),
        ("CN=Android Debug,O=Android,C=US", ""),
        ("CN=Android,OU=Android,O=Google Inc.,L=Mountain View", ""),
        ("CN=x,O=UNKNOWN", ""),
        ("CN=rsa-2048", ""),
        ("", ""),
        ("O=" + "x" * 5000, "x" * 998),
    ],
)
def test_the_organisation_that_answers(subject: str, name: str) -> None:
    assert organisation(subject) == name


def test_every_name_that_is_none_has_a_reason() -> None:
    table = tomllib.loads(Path(signer.__file__).with_name("not_vendors.toml").read_text("utf-8"))["organisation"]
    for name, reason in table.items():
        assert name == name.casefold()
        assert len(reason) > 10
        assert organisation(f"CN=x,O={name.upper()},C=US") == ""
