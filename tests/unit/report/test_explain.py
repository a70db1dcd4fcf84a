import pytest
from msgspec.structs import replace

from tests.unit.report.conftest import fleet_report, in_tables, the_report
from tieback.assess.summary import summarise
from tieback.model.errors import UsageError
from tieback.model.figure import Figure
from tieback.model.report.document import Report
from tieback.model.report.tables import LazyIndex
from tieback.report.explain import FIGURES, explain_figure, figure_names


def figure_of(report: Report, name: str) -> Figure:
    figure = explain_figure(report, name).figure
    assert figure is not None
    return figure


@pytest.mark.parametrize(
    ("name", "value", "quality", "stores"),
    [
        ("apps-analysed", 5, "exact", 0),
        ("apps-affected", 3, "exact", 3),
        ("apps-using", 4, "exact", 4),
        ("stores-answering", 4, "exact", 4),
        ("stores-exposed", 3, "exact", 3),
        ("stores-ransomed", 1, "exact", 1),
        ("honeypots", 0, "exact", 0),
        ("records", 4251, "lower_bound", 3),
        ("bytes", 1_491_848, "estimate", 3),
        ("records:kind=opensearch", 1350, "exact", 1),
        ("records:kind=OpenSearch", 1350, "exact", 1),
        ("records:class=person_name", 3850, "exact", 2),
        ("records:class=person_name,kind=mongodb", 2500, "exact", 1),
        ("stores-exposed:severity=critical", 2, "exact", 2),
        ("apps-affected:platform=ios", 1, "exact", 2),
        ("records:vendor=Workhub Access GmbH", 2900, "lower_bound", 1),
        ("records:app=com.workhub.mobile", 2900, "lower_bound", 1),
        ("records:store=api.workhub.test:27017", 2900, "lower_bound", 1),
        ("records:provider=unknown", 4251, "lower_bound", 3),
        ("records:country=DE", 0, "exact", 0),
    ],
)
def test_figures(report: Report, name: str, value: int, quality: str, stores: int) -> None:
    found = explain_figure(report, name)
    figure = figure_of(report, name)
    assert (figure.value, figure.quality.value, found.stores) == (value, quality, stores)
    assert len(list(found.shares())) == stores
    assert found.query.startswith("SELECT ")


@pytest.mark.parametrize("whole", [the_report(), fleet_report()], ids=["five apps", "a fleet"])
def test_every_headline_figure_is_made_of_its_shares(whole: Report) -> None:
    """What the report says and what its explanation adds up to is one number, of one quality."""
    stores = list(whole.exposures())
    head = summarise(whole.headline.apps_analysed, whole.headline.apps_affected, stores)
    whole = replace(whole, headline=head)

    def made(name: str) -> tuple[int, str]:
        figure = figure_of(whole, name)
        return figure.value, figure.quality.value

    def told(figure: Figure) -> tuple[int, str]:
        return figure.value, figure.quality.value

    assert made("records") == told(head.records)
    assert made("bytes") == told(head.bytes)
    assert made("apps-affected")[0] == head.apps_affected
    assert made("stores-exposed")[0] == head.stores_exposed
    assert made("stores-answering")[0] == head.stores_answering
    assert made("stores-ransomed")[0] == head.stores_ransomed
    for kind in head.kinds:
        assert made(f"records:kind={kind.product}") == told(kind.records)
        assert made(f"stores-exposed:kind={kind.product}")[0] == kind.exposed
    for pii_class, figure in head.pii:
        assert made(f"records:class={pii_class}") == told(figure)


def test_shares_lead_to_containers_and_proofs(report: Report) -> None:
    first = next(share for share in explain_figure(report, "records").shares() if share.store.id == "exp-workhub")
    assert [(name, part.value) for name, part in first.parts] == [
        ("workhub.employees", 2500),
        ("workhub.visitors", 400),
    ]
    assert first.store.proofs
    (only,) = explain_figure(report, "records:class=phone").shares()
    assert [name for name, _ in only.parts] == ["operators"]


def test_why_it_is_not_exact(report: Report) -> None:
    assert explain_figure(report, "records").weakest == ("exp-workhub",)
    assert explain_figure(report, "stores-exposed").weakest == ()


def test_honeypots_have_no_share() -> None:
    whole = the_report()
    stores = [replace(store, honeypot=("a bait",)) if "work" in store.id else store for store in whole.exposures()]
    told = in_tables(whole, exposures=stores)
    assert figure_of(told, "honeypots").value == 1
    assert figure_of(told, "records").value == 1351
    assert figure_of(told, "stores-answering").value == 3


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("recods", "Choose one of apps-analysed, apps-affected"),
        ("", "unknown figure"),
        ("records:color=red", "keys: kind, class"),
        ("records:kind", "invalid filter"),
        ("records:kind=", "invalid filter"),
        ("apps-analysed:kind=x", "unknown figure"),
        ("records:kind=mongo", "Did you mean .*mongodb"),
        ("records:class=emial", "Did you mean .*email"),
        ("stores-exposed:severity=hihg", "Did you mean high"),
        ("records:kind=zzzzzz", "Choose one of .*mongodb"),
        ("records:vendor=Workhub", "unknown vendor 'Workhub'.*Did you mean Workhub Access GmbH"),
        ("records:vendor=zzzzzz", "Choose one of .*Workhub Access GmbH"),
        ("records:store=api.workhub.test", "Did you mean api.workhub.test:27017"),
        ("records:store=exp-workhubb", "Did you mean exp-workhub"),
        ("records:app=nosuch", "Choose one of .*com.workhub.mobile"),
        ("records:app=com.workhub.mobil", "Did you mean com.workhub.mobile"),
        ("records:platform=andriod", "Did you mean android"),
        ("records:provider=Hetzner", "unknown provider 'Hetzner'.*Choose one of unknown"),
        ("records:country=Germany", "unknown country .Germany.*ISO 3166-1"),
        ("records:country=XX", "unknown country"),
    ],
)
def test_unknown_figure_is_an_error(report: Report, name: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        explain_figure(report, name)


def test_an_app_without_a_store_is_zero_and_none_of_many_is_listed() -> None:
    whole = the_report()
    summaries = list(whole.apps.rows())
    lonely = next(one for one in summaries if not one.exposures)
    of_app = explain_figure(whole, f"records:app={lonely.app.sha256}").figure
    assert of_app is not None
    assert of_app.value == 0
    many = [
        replace(lonely, app=replace(lonely.app, bundle_id=f"test.app{number}", sha256=f"{number:064x}"))
        for number in range(2_000)
    ]
    with pytest.raises(UsageError) as told:
        explain_figure(in_tables(whole, apps=[*summaries, *many]), "records:app=~~~~")
    assert len(told.value.advice) < 400


def test_a_known_kind_without_a_store_is_zero(report: Report) -> None:
    assert figure_of(report, "records:kind=redis").value == 0
    assert figure_of(report, "records:class=payment_card,severity=medium").value == 0


def test_the_names_of_a_report_are_all_figures(report: Report) -> None:
    found = list(figure_names(report))
    assert set(FIGURES) < set(found)
    assert "records:class=geo_location" in found
    assert all(explain_figure(report, name) for name in found)


def test_a_quote_does_not_end_the_query(report: Report) -> None:
    summaries = list(report.apps.rows())
    summaries[0] = replace(summaries[0], app=replace(summaries[0].app, vendor="O'Brien"))
    whole = in_tables(report, apps=summaries)
    assert "vendor = 'O''Brien'" in explain_figure(whole, "records:vendor=O'Brien").query


def test_addresses_that_only_look_alike_are_not_counted_as_exact(report: Report) -> None:
    stores = [replace(store, at_most=2) for store in report.exposed.rows()]
    unsure = replace(report, exposed=LazyIndex.by(stores, lambda store: store.id))
    found = explain_figure(unsure, "stores-exposed")
    figure = figure_of(unsure, "stores-exposed")
    assert (figure.value, figure.quality.value) == (3, "lower_bound")
    assert next(found.shares()).figure.method.startswith("1 to 2 stores")
