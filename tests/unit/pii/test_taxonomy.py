from tieback.pii.taxonomy import NONE, class_phrase, class_title, class_titles, load_taxonomy

LABELS = [
    "password",
    "pin_otp",
    "secret_token",
    "email",
    "phone",
    "username",
    "person_id",
    "person_name",
    "postal_address",
    "geo_location",
    "travel",
    "payment_card",
    "bank_account",
    "financial",
    "national_id",
    "birth",
    "demographic",
    "health",
    "biometric_media",
    "device_id",
    "ip_address",
    "vehicle",
    "employment",
    "retail",
    "message_content",
]


def test_the_labels_are_a_contract() -> None:
    taxonomy = load_taxonomy()
    assert list(taxonomy) == LABELS
    assert NONE not in taxonomy


def test_every_class_is_described() -> None:
    for label, leaf in load_taxonomy().items():
        assert leaf.title, label
        assert leaf.title[0].isupper(), label
        assert leaf.gdpr.startswith("Art. 4("), label
        assert 1 <= leaf.points <= 10, label
        assert leaf.source, label


def test_special_categories() -> None:
    special = {label for label, leaf in load_taxonomy().items() if leaf.special}
    assert {"health", "biometric_media", "demographic"} <= special
    assert all("9" in load_taxonomy()[label].gdpr for label in ("health", "biometric_media", "demographic"))


def test_frameworks() -> None:
    taxonomy = load_taxonomy()
    letters = {letter for leaf in taxonomy.values() for letter in leaf.hipaa}
    assert letters <= set("ABCDEFGHIJKLMNOPQR")
    assert set("ABCDEFGHIJKLMOPQR") <= letters
    assert {label for label, leaf in taxonomy.items() if leaf.pci} == {"person_name", "payment_card"}
    assert taxonomy["payment_card"].pci == "CHD"
    assert taxonomy["national_id"].nist == "distinguishing"
    assert taxonomy["health"].ccpa == "sensitive"


def test_names_of_classes_in_one_line() -> None:
    assert class_titles(["geo_location", "pin_otp", "pin_otp"]) == "PINs and one-time codes; Locations"
    assert class_titles([]) == ""


def test_names_of_classes_in_lists_and_sentences() -> None:
    assert [class_title(one) for one in ("pin_otp", "app_list")] == ["PINs and one-time codes", "app list"]
    phrases = {label: class_phrase(label) for label in ("pin_otp", "ip_address", "email", "birth", "app_list")}
    assert phrases == {
        "pin_otp": "PINs and one-time codes", "ip_address": "IP addresses", "email": "e-mail addresses",
        "birth": "dates and places of birth", "app_list": "app list",
    }  # fmt: skip
    assert class_titles(["app_list", "email", "password"]) == "Passwords; E-mail addresses; app list"
