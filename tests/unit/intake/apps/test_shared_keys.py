"""Which certificates sign apps of many makers."""

import tomllib
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tieback.intake.apps import shared_keys
from tieback.intake.apps.shared_keys import is_shared, names_no_maker
from tieback.intake.apps.signer import maker_name
from tieback.intake.apps.subject import name_parts
from tieback.model.app import Signer

OWN = "22" * 32
REACT_NATIVE = "fac61745dc0903786fb9ede62a962b399f7348f0bb6f899b8332667591033b9c"


@each(
    ("signer", "shared", "nobody"),
    [
        (Signer(OWN, "C=US,O=Apple Inc.,OU=Apple iPhone,CN=Apple iPhone OS Application Signing"), True, True),
        (Signer(OWN, "OU=WebAPK,O=Google"), True, True),
        (Signer(OWN, "CN=Appcelerator Titanium,OU=Nolan's Gang,O=Appcelerator"), True, True),
        (Signer(OWN, "CN=Anywhere Software,O=Anywhere Software,C=US"), False, True),
        (Signer(OWN, "CN=Anna Meier,O=Anywhere Software,C=US"), False, False),
        (Signer(REACT_NATIVE, "CN=Android Debug,OU=Android,O=Unknown"), True, True),
        (Signer(OWN, "CN=Android Debug,O=Android,C=US"), False, True),
        (Signer(OWN, "CN=Android,OU=Android,O=Google Inc."), False, False),
        (Signer(OWN, "CN=Apple Distribution: Acme,O=Acme"), False, False),
        (Signer(OWN, "O=Google,CN=OU=WebAPK"), False, False),
        (Signer(OWN, r"O=Google\,OU=WebAPK"), False, False),
        (Signer(OWN, ""), False, False),
    ],
)
def test_keys_of_many_makers(signer: Signer, *, shared: bool, nobody: bool) -> None:
    assert (is_shared(signer), names_no_maker(signer)) == (shared, nobody)


def test_a_shared_key_names_no_maker() -> None:
    assert maker_name(Signer(OWN, "OU=WebAPK,O=Google")) == ""
    assert maker_name(Signer(OWN, "OU=Apps,O=Google")) == "Google"
    assert maker_name(None) == ""


def test_every_entry_is_one_of_its_own_keys() -> None:
    text = Path(shared_keys.__file__).with_name("shared_keys.toml").read_text("utf-8")
    for name, entry in tomllib.loads(text).items():
        assert entry["source"].startswith("https://"), name
        signers = [Signer(one, "") for one in entry.get("sha256", ())] + [
            Signer(OWN, one) for one in entry.get("subject", ())
        ]
        assert signers, name
        assert all(map(names_no_maker, signers)), name
        assert all(len(one.sha256) == 64 and one.sha256 == one.sha256.casefold() for one in signers), name


@given(st.text(max_size=200))
def test_any_text_is_read_as_a_name(text: str) -> None:
    for key, _ in name_parts(text):
        assert key.isalpha()
