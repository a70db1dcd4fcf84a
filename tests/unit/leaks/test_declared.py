"""Types of the stores and our classes; marks of what apps declare. Silence is never "not declared"."""

import pytest

from tests.each import each
from tieback.leaks.declared import MAX_ITEMS, AppDeclarations, Sent, covers, data_type, load_data_types
from tieback.leaks.identifiers import COARSE, PRECISE
from tieback.model.declaration import (
    DeclarationFormat,
    Declared,
    DeclaredItem,
    DeclaredState,
    DeclaredType,
    PrivacyDeclaration,
)
from tieback.pii.kinds import load_kinds
from tieback.pii.taxonomy import load_taxonomy

APPLE, PLAY = DeclarationFormat.APPLE_MANIFEST, DeclarationFormat.PLAY_DATA_SAFETY
TYPE = "NSPrivacyCollectedDataType"
APP = ("k" * 64, "Shop", "test.shop.app")
OF_TRAFFIC = {"contact_list", "app_list"}
WITHOUT_TYPE = {"password", "pin_otp", "secret_token", "ip_address"}


def manifest(
    *names: str, part: str = "", domains: tuple[str, ...] = (), tracking: bool | None = None
) -> PrivacyDeclaration:
    return PrivacyDeclaration(
        APPLE, "PrivacyInfo.xcprivacy", part, tracking, domains, tuple(DeclaredType(TYPE + name) for name in names)
    )


def form(*names: str) -> PrivacyDeclaration:
    return PrivacyDeclaration(PLAY, "data_safety_export.csv", types=tuple(map(DeclaredType, names)))


ADS = manifest("DeviceID", part="Ads.framework")


def items(
    *declarations: PrivacyDeclaration, sent: tuple[Sent, ...] = (), hosts: tuple[str, ...] = (), read: bool = True
) -> list[DeclaredItem]:
    return list(AppDeclarations(declarations).items(APP, sent, hosts, read=read))


def test_every_class_of_a_type_is_one_of_ours() -> None:
    known = {*load_taxonomy(), *OF_TRAFFIC}
    kinds = {(name, kind) for name, its in load_kinds().items() for kind in its}
    kinds |= {("geo_location", PRECISE), ("geo_location", COARSE)}
    for types in load_data_types().values():
        for name, one in types.items():
            for covered in one.classes:
                pii_class, _, kind = covered.partition(": ")
                assert pii_class in known, name
                assert not kind or (pii_class, kind) in kinds, name


@pytest.mark.parametrize("form_", [APPLE, PLAY])
def test_every_class_has_a_type_but_credentials_and_addresses(form_: DeclarationFormat) -> None:
    covered = {name.partition(": ")[0] for one in load_data_types()[form_].values() for name in one.classes}
    assert {*load_taxonomy(), *OF_TRAFFIC} - covered == WITHOUT_TYPE


def test_the_number_of_types_is_that_of_the_stores() -> None:
    assert {form_: len(types) for form_, types in load_data_types().items()} == {APPLE: 35, PLAY: 38}


@each(
    ("declarations", "pii_class", "kind", "mark", "by"),
    [
        ([manifest("EmailAddress")], "email", "", Declared.DECLARED, ("app",)),
        ([manifest("EmailAddress")], "email", "e-mail address", Declared.DECLARED, ("app",)),
        ([manifest("EmailAddress")], "phone", "", Declared.NOT_DECLARED, ()),
        ([manifest()], "email", "", Declared.NOT_DECLARED, ()),
        ([manifest(), ADS], "device_id", "IMEI", Declared.DECLARED, ("Ads.framework",)),
        ([ADS], "email", "", Declared.UNKNOWN, ()),
        ([manifest(part="Ads.framework")], "email", "", Declared.UNKNOWN, ()),
        ([PrivacyDeclaration(APPLE, "p")], "email", "", Declared.UNKNOWN, ()),
        ([], "email", "", Declared.UNKNOWN, ()),
        ([manifest("EmailAddress")], "password", "", Declared.NO_TYPE, ()),
        ([manifest("EmailAddress")], "ip_address", "", Declared.NO_TYPE, ()),
        ([manifest("CoarseLocation")], "geo_location", "coarse", Declared.DECLARED, ("app",)),
        ([manifest("CoarseLocation")], "geo_location", "precise", Declared.NOT_DECLARED, ()),
        ([manifest("CoarseLocation")], "geo_location", "", Declared.DECLARED, ("app",)),
        ([manifest("PreciseLocation")], "geo_location", "coarse", Declared.DECLARED, ("app",)),
        ([manifest("SensitiveInfo")], "demographic", "religion", Declared.DECLARED, ("app",)),
        ([manifest("SensitiveInfo")], "demographic", "sex", Declared.NOT_DECLARED, ()),
        ([manifest("CrashData", "MadeUp")], "email", "", Declared.NOT_DECLARED, ()),
        ([form("PSL_EMAIL")], "email", "", Declared.DECLARED, ("Play Data Safety",)),
        ([form()], "email", "", Declared.NOT_DECLARED, ()),
        ([form(), manifest("Name", part="A.framework")], "person_name", "", Declared.DECLARED, ("A.framework",)),
    ],
)  # fmt: skip
def test_marks(
    declarations: list[PrivacyDeclaration], pii_class: str, kind: str, mark: Declared, by: tuple[str, ...]
) -> None:
    assert AppDeclarations(declarations).mark(pii_class, kind) == (mark, by)


@pytest.mark.parametrize(
    ("classes", "pii_class", "kind", "covered"),
    [
        (["email"], "email", "anything", True),
        (["email"], "phone", "", False),
        (["geo_location: coarse"], "geo_location", "precise", False),
        (["biometric_media: photo"], "biometric_media", "a kind that no type names", True),
        ([], "email", "", False),
    ],
)
def test_what_a_type_covers(classes: list[str], pii_class: str, kind: str, covered: bool) -> None:
    assert covers(classes, pii_class, kind) is covered


def states(found: list[DeclaredItem]) -> dict[str, DeclaredState]:
    return {one.title: one.state for one in found}


def test_declared_and_not_seen_needs_readable_content() -> None:
    declared = manifest("EmailAddress", "Name", "CrashData")
    sent = (Sent("email", "", "b.test"), Sent("email", "x", "a.test"))
    read = items(declared, sent=sent)
    assert states(read) == {
        "Email address": DeclaredState.SEEN,
        "Name": DeclaredState.NOT_SEEN,
        "Crash data": DeclaredState.NO_CLASS,
    }
    assert read[0].hosts == ("a.test", "b.test")
    assert states(items(declared, read=False)) == {
        "Email address": DeclaredState.NOT_READ,
        "Name": DeclaredState.NOT_READ,
        "Crash data": DeclaredState.NO_CLASS,
    }


def test_the_same_type_of_several_parts_is_one_item() -> None:
    one = PrivacyDeclaration(APPLE, "p", types=(DeclaredType(f"{TYPE}UserID", linked=False, purposes=("a",)),))
    other = PrivacyDeclaration(
        APPLE, "p", "A.framework", types=(DeclaredType(f"{TYPE}UserID", True, purposes=("b", "a")),)
    )
    (found,) = items(one, other)
    assert (found.declared_by, found.linked, found.tracking) == (("A.framework", "app"), True, None)
    assert found.purposes == ("a", "b")
    assert found.classes == ("username", "person_id")


@each(
    ("host", "by"),
    [
        ("ads.test", ("Ads.framework",)),
        ("eu.x.ads.test", ("Ads.framework",)),
        ("bads.test", ()),
        ("ads.test.evil.test", ()),
        ("test", ()),
        ("127.0.0.1", ()),
        ("", ()),
    ],
)
def test_tracking_domains_have_their_subdomains(host: str, by: tuple[str, ...]) -> None:
    assert AppDeclarations([manifest(part="Ads.framework", domains=("ads.test",))]).tracking_domain(host) == by


@pytest.mark.parametrize(
    ("flags", "tracking", "contradicts"),
    [((False, False), False, True), ((False, None), False, True), ((False, True), True, False), ((None,), None, False)],
)
def test_a_contacted_tracking_domain_is_a_fact(
    flags: tuple[bool | None, ...], tracking: bool | None, contradicts: bool
) -> None:
    declared = [
        manifest(part=f"P{number}.framework", domains=("ads.test",), tracking=flag) for number, flag in enumerate(flags)
    ]
    (found,) = items(*declared, hosts=("eu.ads.test", "x.test"), read=False)
    assert (found.kind, found.state, found.hosts) == ("domain", DeclaredState.SEEN, ("eu.ads.test",))
    assert (found.tracking, found.contradicts) == (tracking, contradicts)
    (quiet,) = items(*declared, hosts=("x.test",))
    assert (quiet.state, quiet.contradicts) == (DeclaredState.NOT_SEEN, False)


def test_items_of_one_app_are_limited() -> None:
    declared = manifest(*(f"Odd{number}" for number in range(MAX_ITEMS + 10)), domains=("ads.test",))
    assert len(items(declared)) == MAX_ITEMS


def test_a_type_of_no_store_has_its_name_as_title() -> None:
    assert data_type(APPLE, "Mine").title == "Mine"
    assert data_type(PLAY, f"{TYPE}Name").classes == ()
