"""What a letter may say: the vendor's own facts, and no other's."""

from datetime import timedelta

import msgspec
import pytest

from tests.each import each
from tests.unit.cases.letters.samples import DAYS, SENDER, facts
from tests.unit.cases.letters.test_render import write
from tests.unit.cases.samples import NOW, case, exposure
from tieback.cases.letters.facts import build_store_fact, collect_facts, shorten_names
from tieback.cases.letters.language import languages, load_language
from tieback.model.backend import Candidate, Route
from tieback.model.case import CaseApp, CaseState, Comparison, Confirmation, Recheck, RecheckVerdict
from tieback.model.exposure import ExposureWindow
from tieback.model.figure import exact
from tieback.model.grant import Depth
from tieback.model.pii import OwnPeople
from tieback.model.probe import Ability, Access, Container, Entry, Privileges, Ransom, RansomVerdict
from tieback.scope.audit_contacts import TargetContact


def test_a_store_in_words() -> None:
    (store,) = facts().stores
    assert (store.product, store.places) == ("elasticsearch 7.10.2", "es.fieldhand.test:9200")
    assert (store.records, store.size) == ("1,350 (exact)", "≈100 kB (estimate)")
    assert store.containers == "machines (1,200), operators (150)"
    assert store.classes == "e-mail addresses; locations"
    assert store.cost == "420 / 3,100 bytes"
    assert "xpack.security.enabled" in store.advice
    assert (store.verdict, store.signs, store.attested) == ("", "", "")


@pytest.mark.parametrize("name", languages())
def test_an_account_without_a_name_is_any_existing_one(name: str) -> None:
    """PostgreSQL's trust: no password is required, but the account has to exist."""
    language = load_language(name)
    trust = exposure(access=Access.ANY_USER, entry=Entry.NAMED_ACCOUNT, privileges=Privileges.UNKNOWN)
    fact = build_store_fact(msgspec.structs.replace(case(), store=trust), language)
    assert fact.access == language.access["any_account"] != language.access["any_user"]
    assert fact.entry.startswith(language.words["entry_any_account"])
    named = msgspec.structs.replace(trust, access=Access.OPEN, account="postgres")
    fact = build_store_fact(msgspec.structs.replace(case(), store=named), language)
    assert "postgres" in fact.entry
    assert fact.access == language.access["open"]


def test_locations_of_other_vendors_are_left_out() -> None:
    (own,) = exposure().routes
    other = msgspec.structs.replace(
        own, app_sha256="b" * 64, candidate=Candidate("db.rival.test", 9200, None, Route.NAMED, (), "named")
    )
    shared = exposure(
        targets=("db.rival.test:9200", "es.fieldhand.test:9200"),
        proofs=("GET db.rival.test: 200", "GET /: 200"),
        ransom=Ransom(RansomVerdict.LIKELY, ("db.rival.test:9200: a note", "a note")),
    )
    assert other not in shared.routes
    text = repr(facts(cases=(msgspec.structs.replace(case(), store=shared),)))
    assert "es.fieldhand.test" in text
    assert "rival" not in text


def test_a_recheck_in_words() -> None:
    check = Recheck(RecheckVerdict.OPEN, NOW, (), (), exact(2850, "x"), None, 1500)
    one = case(check=check, attested=NOW.date(), reached={"found": NOW, "notified": NOW}, state=CaseState.CONTRADICTED)
    told = facts("de", (one,))
    assert (told.told, told.stores[0].verdict, told.stores[0].checked) == (
        "01.03.2026",
        "weiterhin offen",
        "01.03.2026",
    )
    assert (told.stores[0].growth, told.stores[0].attested) == ("+1.500", "01.03.2026")
    assert told.open


def test_apps_once_with_their_last_version() -> None:
    apps = tuple(CaseApp("com.a", "A\u202e", version, "android", version * 64) for version in ("1", "2"))
    (_, one) = facts(cases=(case(apps=apps),)).apps
    assert (one.name, one.version, one.platform) == ("A\ufffd", "2", "Android")


@pytest.mark.parametrize(
    ("names", "text"),
    [(["a"], "a"), (["a", "a", "b"], "a, b"), (["a", "b", "c", "d", "e"], "a, b, c (+2 more)"), ([], "")],
)
def test_names_in_short(names: list[str], text: str) -> None:
    assert shorten_names(names, load_language("en")) == text


def test_stores_with_our_own_people_come_first() -> None:
    ours = exposure("es-2", own_people=OwnPeople(1200, 5000, 4000))
    told = facts("de", (case("es-1"), msgspec.structs.replace(case("es-2"), store=ours)))
    assert [store.own_people for store in told.stores] == [
        "mindestens 1.200 von 5.000 Personen der Stichprobe, nach ihrer E-Mail-Domain",
        "",
    ]


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "pt"])
def test_every_language_has_words_for_our_own_people(language: str) -> None:
    words = load_language(language).words
    assert words["own_people_text"].format(at_least=1, sampled=2) != words["own_people_text"]
    assert words["own_people"]


PRIVILEGED = {"entry": Entry.NAMED_ACCOUNT, "privileges": Privileges.ADMIN, "account": "root"}


@pytest.mark.parametrize("name", ["en", "de", "fr", "es", "pt"])
def test_a_letter_shows_how_a_client_without_credentials_has_access(name: str) -> None:
    known = load_language(name)
    (store,) = facts(name, (case(),)).stores
    assert store.entry == ""
    privileged = msgspec.structs.replace(case(), store=exposure(**PRIVILEGED))
    (store,) = facts(name, (privileged,)).stores
    assert "root" in store.entry
    assert known.words["privileges_admin"] in store.entry
    assert f"| {store.entry} |" in write(name=name, cases=(privileged,)).text.replace("\\", "")


@pytest.mark.parametrize("name", ["en", "de", "fr", "es", "pt"])
def test_a_letter_shows_what_a_server_permits_and_that_it_was_not_tried(name: str) -> None:
    known = load_language(name)
    models = (Container(("llama3",), "model"),)
    able = exposure(abilities=(Ability.GENERATE, Ability.CALL_TOOLS), containers=models, pii=())
    letter = msgspec.structs.replace(case(), store=able)
    (store,) = facts(name, (letter,)).stores
    assert (store.access, store.containers, store.classes) == (known.words["usable"], "llama3", known.words["none"])
    for word in ("ability_generate", "ability_call_tools", "ability_source"):
        assert known.words[word] in store.abilities
    assert f"| {store.abilities} |" in write(name=name, cases=(letter,)).text.replace("\\", "")
    (plain,) = facts(name, (case(),)).stores
    assert (plain.abilities, plain.access) == ("", known.access["open"])


def test_fields_that_were_not_read_are_not_called_free_of_personal_data() -> None:
    unread = exposure(containers=(Container(("machines",), "index"),), pii=())
    (store,) = facts(cases=(msgspec.structs.replace(case(), store=unread),)).stores
    assert store.classes == "not examined: no field names were read"


def test_lookalikes_and_undecided_stores_in_words() -> None:
    several = msgspec.structs.replace(case(), store=exposure(at_most=2))
    assert facts(cases=(several,)).stores[0].access.endswith("these addresses may be 1 to 2 stores")
    unsure = exposure(access=Access.AUTH_REQUIRED, untested=("the account root without a password",), **PRIVILEGED)
    (store,) = facts(cases=(msgspec.structs.replace(case(), store=unsure),)).stores
    assert store.access == "not decided: a login was refused, but not every access path was tried"
    assert store.entry == ""


def test_the_new_place_of_a_moved_store_is_named() -> None:
    check = Recheck(RecheckVerdict.MOVED, NOW, where=("es.fieldhand.test:9201",))
    told = facts("en", (case(places=("es.fieldhand.test:9201",), check=check),))
    (store,) = told.stores
    assert (store.places, store.earlier) == ("es.fieldhand.test:9201", "es.fieldhand.test:9200")
    assert told.places_short == store.places


@pytest.mark.parametrize("kind", ["exposure", "provider", "reminder", "escalation"])
@pytest.mark.parametrize("name", ["en", "de", "fr", "es", "pt"])
def test_letters_name_the_new_place_of_a_moved_store(kind: str, name: str) -> None:
    check = Recheck(RecheckVerdict.MOVED, NOW, ("es.fieldhand.test:9201: the same store",), ("es.fieldhand.test:9201",))
    moved = case(places=("es.fieldhand.test:9201",), check=check, state=CaseState.NOTIFIED)
    text = write(kind, name, cases=(moved,)).text
    assert "es.fieldhand.test:9201" in text
    assert load_language(name).words["earlier"] in text


CONTACT = TargetContact(NOW, NOW + timedelta(seconds=5), 14, ("192.168.1.7",), "Security office")
PUBLIC = ("93.184.216.34:9200",)


@each(
    ("local", "addresses", "public", "says"),
    [
        (("93.184.216.5",), PUBLIC, "", "from the address 93.184.216.5"),
        (("93.184.216.5",), PUBLIC, "93.184.216.9", "from the address 93.184.216.5"),
        (("192.168.1.7",), PUBLIC, "93.184.216.9", "from the address 93.184.216.9"),
        (("192.168.1.7",), PUBLIC, "", "from an address that was not recorded"),
        (("192.168.1.7",), ("10.1.1.1:9200", "[fd00::1]:9200"), "93.184.216.9", "from the address 192.168.1.7"),
        (("127.0.0.1",), ("127.0.0.1:9200",), "", "from the address 127.0.0.1"),
        ((), PUBLIC, "", "from an address that was not recorded"),
        ((), PUBLIC, "93.184.216.9", "from the address 93.184.216.9"),
    ],
)
def test_the_address_that_the_logs_of_the_store_have(
    local: tuple[str, ...], addresses: tuple[str, ...], public: str, says: str
) -> None:
    one = msgspec.structs.replace(case(), store=exposure(addresses=addresses))
    contacts = {"es.fieldhand.test:9200": msgspec.structs.replace(CONTACT, local=local)}
    assert build_store_fact(one, load_language("en"), contacts, public).looked_from == says


def test_when_we_connected_is_stated_in_utc() -> None:
    contacts = {"es.fieldhand.test:9200": CONTACT, "other.test:1": msgspec.structs.replace(CONTACT, connections=99)}
    looked = build_store_fact(case(), load_language("en"), contacts).looked
    assert looked == "first on 1 March 2026, 12:00:00, last on 1 March 2026, 12:00:05 (UTC); 14 connections"
    contacts = {"es.fieldhand.test:9200": msgspec.structs.replace(CONTACT, connections=1)}
    assert build_store_fact(case(), load_language("de"), contacts).looked == (
        "am 01.03.2026, 12:00:00 (UTC), eine Verbindung"
    )
    assert build_store_fact(case(), load_language("en")).looked == "not recorded"
    seen = msgspec.structs.replace(case(), store=exposure(window=ExposureWindow("2026-02-01", "2026-02-03")))
    assert build_store_fact(seen, load_language("en")).looked == "on 3 February 2026; the time was not recorded"


HOST = "es.fieldhand.test"
ONCE = msgspec.structs.replace(CONTACT, last=NOW, connections=1)


@each(
    ("others", "ports"),
    [
        ((), ""),
        (("other.test:9200",), ""),
        ((f"{HOST}:9200/es/",), ""),
        ((f"{HOST}:443/project",), ""),
        ((f"{HOST}:27017",), "in total 2 connections to 2 ports"),
        ((f"{HOST}:27017", f"{HOST}:27017/a/", f"{HOST}:443"), "in total 4 connections to 3 ports"),
    ],
)
def test_connections_to_other_ports_of_the_host_are_stated_for_its_logs_have_them(
    others: tuple[str, ...], ports: str
) -> None:
    contacts = dict.fromkeys((f"{HOST}:9200", *others), ONCE)
    looked = build_store_fact(case(), load_language("en"), contacts).looked
    when = "from 1 March 2026, 12:00:00 to 1 March 2026, 12:00:00 (UTC)"
    own = "on 1 March 2026, 12:00:00 (UTC), one connection"
    assert looked == (f"{own}; {ports} of {HOST}, {when}" if ports else own)
    text = write("exposure", "en", contacts=contacts).text
    count = ports.rpartition("to ")[2]
    assert ("To find data stores, we connected to" in text) is bool(ports)
    assert not ports or f"we connected to {count} of {HOST}." in text
    assert "few requests" not in text


def test_connections_to_another_port_alone_are_stated() -> None:
    looked = build_store_fact(case(), load_language("en"), {f"{HOST}:443": ONCE}).looked
    assert looked.startswith("not recorded; 1 to another port of es.fieldhand.test, from ")


def test_other_customers_of_a_shared_host_are_no_part_of_a_letter() -> None:
    route = exposure().routes[0]
    shared = msgspec.structs.replace(route, candidate=msgspec.structs.replace(route.candidate, resource="project"))
    one = msgspec.structs.replace(case(), store=exposure(routes=(shared,)))
    contacts = dict.fromkeys((f"{HOST}:9200", f"{HOST}:27017"), ONCE)
    assert "27017" not in (looked := build_store_fact(one, load_language("en"), contacts).looked)
    assert "ports" not in looked


@pytest.mark.parametrize("name", ["en", "de", "fr", "es", "pt"])
def test_a_letter_cites_the_confirmation_of_an_experimental_verdict(name: str) -> None:
    sure = case(confirmed=Confirmation(NOW.date(), "Ann", "session.txt", "5f" * 32))
    text = write(name=name, cases=(sure,)).text
    assert "5f" * 32 in text
    assert load_language(name).words["confirmed"] in text
    assert "session.txt" not in text


def test_a_store_without_an_app_is_named_by_its_place() -> None:
    orphan = msgspec.structs.replace(case(apps=()), store=exposure(routes=()))
    told = collect_facts(load_language("en"), SENDER, "Maker", (orphan,), (), DAYS)
    assert told.apps_short == told.places_short == "es.fieldhand.test:9200"


@pytest.mark.parametrize(
    ("compared", "text"),
    [
        (None, ""),
        (Comparison(Depth.DESCRIBE), ""),
        (Comparison(Depth.ENUMERATE, why_not="no field names were read"), ""),
        (
            Comparison(Depth.DESCRIBE, why_not="lower"),
            "Datenarten nicht verglichen: Unsere letzte Prüfung war weniger tief als die erste",
        ),
        (
            Comparison(Depth.DESCRIBE, ("email",), (), ("u.pin",)),
            "nicht mehr vorhandene Datenarten: E-Mail-Adressen; nicht mehr vorhandene Felder mit Zugangsdaten: u.pin",
        ),
    ],
)
def test_a_letter_quotes_the_comparison_of_the_last_recheck(compared: Comparison | None, text: str) -> None:
    check = Recheck(RecheckVerdict.OPEN, NOW, where=("es.fieldhand.test:9200",), compared=compared)
    (store,) = facts("de", (case(check=check),)).stores
    assert store.compared == text
