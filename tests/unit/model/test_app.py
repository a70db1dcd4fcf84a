"""An app's label is the name under the icon, else its bundle identifier."""

from tieback.model.app import App, Platform


def test_label() -> None:
    assert App(Platform.ANDROID, "org.fieldhand.app", "00", name="Fieldhand").label == "Fieldhand"
    assert App(Platform.IOS, "org.fieldhand.app", "00").label == "org.fieldhand.app"
