import pytest

from tieback.intake.apps.element import Element
from tieback.intake.apps.manifest import read_identity, resource_id
from tieback.model.app import App, Platform


def test_the_manifest_names_the_app() -> None:
    root = Element(
        "manifest",
        {"package": "test.x", "versionName": "1.2", "versionCode": "7"},
        [Element("uses-sdk", {"minSdkVersion": "24"}), Element("application", {"label": "@7f010000"})],
    )
    app = read_identity(root, lambda reference: f"[{reference}]", "0" * 64, None, "Acme")
    assert app == App(
        Platform.ANDROID, "test.x", "0" * 64, "[@7f010000]", "1.2", "7", "24", "24", signer=None, vendor="Acme"
    )


def test_names_cannot_move_a_cursor() -> None:
    root = Element("manifest", {"package": "a\x1b[2J", "versionName": "1\u202e\n"})
    app = read_identity(root, str, "", None, "")
    assert app is not None
    assert app.bundle_id == "a\\x1b[2J"
    assert app.version_name == "1\\u202e\\n"


@pytest.mark.parametrize("root", [Element("manifest"), Element("x", {"package": "y"})])
def test_manifest_without_a_package_is_not_an_app(root: Element) -> None:
    assert read_identity(root, str, "", None, "") is None


@pytest.mark.parametrize(
    ("text", "number"), [("@7f010000", 0x7F010000), ("@0x7f010000", 0x7F010000), ("@string/a", None), ("x", None)]
)
def test_references(text: str, number: int | None) -> None:
    assert resource_id(text) == number
