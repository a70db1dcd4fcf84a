"""Vendors: their contacts and domains, on pages and by the API."""

from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from litestar.testing import TestClient
from litestar.types import ASGIApp

from tests.unit.cases.samples import exposure
from tests.unit.pipeline.workspaces import GRANT, make
from tests.unit.web.clients import Changes, client
from tieback.cases.policy import default_policy
from tieback.pipeline.accounts.roles import Role
from tieback.pipeline.disclosure.cases import case_service
from tieback.storage.workspace import Workspace

type Pages = TestClient[ASGIApp]


@pytest.fixture
def opened(tmp_path: Path) -> Path:
    """A workspace with a case of a vendor that has no contact."""
    directory = make(tmp_path, stores=(exposure(),), grant=GRANT)
    with Workspace.open(directory) as workspace:
        assert case_service(workspace).open(default_policy(), by_whom="Ann").cases
    return directory


@pytest.fixture
def changes() -> Changes:
    return Changes()


@pytest.fixture
def pages(opened: Path, changes: Changes) -> Iterator[Pages]:
    with client(opened, Role.ANALYST, changes) as made:
        yield made


@pytest.fixture
def vendor(pages: Pages) -> str:
    """The one with a case."""
    (case,) = pages.get("/api/v1/cases").json()["items"]
    return str(case["vendor"])


def test_a_case_without_a_contact_leads_to_the_form(pages: Pages, vendor: str, changes: Changes) -> None:
    (case,) = pages.get("/api/v1/cases").json()["items"]
    page = pages.get(f"/cases/{case['id']}").text
    assert f'<a href="/vendors/{vendor}#contacts">Add a contact</a>' in page
    assert "tieback vendor" not in page
    assert f'action="/vendors/{vendor}/contacts"' in pages.get(f"/vendors/{vendor}").text
    answer = pages.post(
        f"/vendors/{vendor}/contacts", data={"contact": " security@maker.test "}, follow_redirects=False
    )
    assert answer.headers["location"].startswith(f"/vendors/{vendor}?")
    assert changes.lines == [("Ann", "add a contact of a vendor", vendor)]
    page = pages.get(f"/cases/{case['id']}").text
    assert "security@maker.test" in page
    assert "Change the contacts" in page
    assert [line["subject"] for line in pages.get("/api/v1/case-log").json()["items"][:1]] == [vendor]


def test_the_api_adds_and_removes_contacts_and_sets_domains(pages: Pages, vendor: str) -> None:
    path = f"/api/v1/vendors/{vendor}"
    for contact in ("tel:+1-201-555-0123", "https://maker.test/contact", "a@maker.test"):
        assert pages.post(f"{path}/contacts", json={"contact": contact}).status_code == 201
    found = pages.get(path).json()["vendor"]["contacts"]
    assert [one["address"] for one in found] == ["a@maker.test", "https://maker.test/contact", "tel:+1-201-555-0123"]
    left = pages.delete(f"{path}/contacts", params={"contact": "https://maker.test/contact"}).json()["vendor"]
    assert [one["address"] for one in left["contacts"]] == ["a@maker.test", "tel:+1-201-555-0123"]
    done = pages.put(f"{path}/domains", json={"domains": ["Maker.TEST.", "maker.test", "maker.example"]})
    assert done.json()["vendor"]["domains"] == ["maker.test", "maker.example"]
    old = pages.get(path).headers["ETag"]
    assert pages.put(f"{path}/domains", json={"domains": []}, headers={"If-Match": old}).status_code == 200
    assert pages.put(f"{path}/domains", json={"domains": ["x.test"]}, headers={"If-Match": old}).status_code == 412


@pytest.mark.parametrize(
    ("form", "fields", "problem", "kept"),
    [("contacts", {"contact": "not <an> address"}, "not an e-mail address", 'value="not <an> address"'),
     ("contacts", {"contact": "javascript:alert(1)"}, "not an e-mail address", 'value="javascript:alert(1)"'),
     ("contacts/remove", {"contact": "x@y.test"}, "no such contact", ""),
     ("domains", {"domains": "maker.test\nhttps://maker.test"}, "not a domain", "maker.test\nhttps://maker.test<"),
     ("domains", {"domains": "localhost"}, "not a domain", ">localhost<"),
     ("contacts", {"contact": "a@b"}, "not an e-mail address", 'value="a@b"'),
     ("register", {"name": " ", "language": "en"}, "the name is not one line", 'value=" "'),
     ("register", {"name": "A", "language": "xx", "note": "<b>"}, "unknown language", "><b></textarea>"),
     ("register", {"name": "A" * 301, "language": "en"}, "longer than 300 characters", "A" * 301),
     *(("domains", {"domains": f"maker.test\n{name}"}, f"{name}: many organisations have names", f"\n{name}<")
       for name in ("co.uk", "github.io", "amazonaws.com", "rds.amazonaws.com", "uk.com"))],
)  # fmt: skip
def test_a_wrong_entry_keeps_what_was_entered(
    pages: Pages, vendor: str, changes: Changes, form: str, fields: dict[str, str], problem: str, kept: str
) -> None:
    answer = pages.post(f"/vendors/{vendor}/{form}", data=fields, follow_redirects=False)
    assert answer.status_code == 400
    assert problem in answer.text
    assert kept in unescape(answer.text)
    assert "tieback vendor list" not in answer.text
    assert changes.lines == []


def test_a_name_from_right_to_left_does_not_reorder_its_page(pages: Pages, vendor: str) -> None:
    name = "חנות הספרים"
    pages.patch(f"/api/v1/vendors/{vendor}", json={"name": f"{name} 24"})
    for path in (f"/vendors/{vendor}", "/vendors", "/cases"):
        text = pages.get(path).text
        shown = text.replace(f'value="{name} 24"', "")
        assert shown.count(name) == shown.count(f"\u2068{name}\u2069") > 0, path
    assert pages.get(f"/api/v1/vendors/{vendor}").json()["vendor"]["name"] == f"{name} 24"
    page = pages.get(f"/vendors/{vendor}").text
    assert f'value="{name} 24"' in page, "what is sent back is as it was"


def test_name_language_address_and_note_are_changed_on_the_page_and_by_the_api(
    pages: Pages, vendor: str, changes: Changes
) -> None:
    fields = {"name": " Maker & Sons ", "language": "de", "postal": "Way 1\r\n\r\n 12345 Town ", "note": "a\nb"}
    answer = pages.post(f"/vendors/{vendor}/register", data=fields, follow_redirects=False)
    assert answer.headers["location"].startswith(f"/vendors/{vendor}?")
    found = pages.get(f"/api/v1/vendors/{vendor}").json()["vendor"]
    saved = {"name": "Maker & Sons", "language": "de", "postal": "Way 1\n12345 Town", "note": "a\nb"}
    assert {field: found[field] for field in fields} == saved
    page = pages.get(f"/vendors/{vendor}").text
    assert '<option value="de" selected>Deutsch</option>' in page
    assert "<h1>Maker &amp; Sons</h1>" in page
    assert changes.lines == [("Ann", "change the entry of a vendor", vendor)]
    (line,) = pages.get("/api/v1/case-log").json()["items"][:1]
    assert (line["subject"], line["event"]) == (vendor, "edited")
    # The API changes only what it is sent, unless the vendor has changed since.
    old = pages.get(f"/api/v1/vendors/{vendor}").headers["ETag"]
    done = pages.patch(f"/api/v1/vendors/{vendor}", json={"postal": ""}, headers={"If-Match": old})
    assert (done.status_code, done.json()["vendor"]["postal"], done.json()["vendor"]["name"]) == (
        200,
        "",
        "Maker & Sons",
    )
    late = pages.patch(f"/api/v1/vendors/{vendor}", json={"name": "X"}, headers={"If-Match": old})
    assert late.status_code == 412


def test_saving_what_is_there_writes_no_line_into_the_log_of_cases(pages: Pages, opened: Path, vendor: str) -> None:
    with Workspace.open(opened) as workspace:  # a language with own templates, of the command line
        case_service(workspace).edit(vendor, {"language": "xx"}, "Ann")
    found = pages.get(f"/api/v1/vendors/{vendor}").json()["vendor"]
    before = pages.get("/api/v1/case-log").json()["items"]
    fields = {name: found[name] for name in ("name", "language", "postal", "note")}
    assert pages.post(f"/vendors/{vendor}/register", data=fields, follow_redirects=False).status_code == 303
    assert pages.get("/api/v1/case-log").json()["items"] == before


def test_a_domain_of_another_vendor_is_refused(pages: Pages, opened: Path, vendor: str) -> None:
    with Workspace.open(opened) as workspace:
        service = case_service(workspace)
        service.enroll()
        other = next(one for one in service.vendors() if one.id != vendor)
    taken = {"domains": ["taken.example"]}
    assert pages.put(f"/api/v1/vendors/{other.id}/domains", json=taken).status_code == 200
    answer = pages.put(f"/api/v1/vendors/{vendor}/domains", json=taken)
    assert (answer.status_code, answer.json()["where"]) == (400, "taken.example")
    assert answer.json()["detail"] == f"the vendor {other.name} ({other.id}) has this domain"
    assert pages.put(f"/api/v1/vendors/{other.id}/domains", json=taken).status_code == 200


def test_domains_that_a_vendor_has_already_can_be_saved(pages: Pages, opened: Path, vendor: str) -> None:
    with Workspace.open(opened) as workspace:  # as an earlier release stored them
        case_service(workspace).edit(vendor, {"domains": ("co.uk",)}, "Ann")
    answer = pages.put(f"/api/v1/vendors/{vendor}/domains", json={"domains": ["co.uk", "maker.example"]})
    assert answer.json()["vendor"]["domains"] == ["co.uk", "maker.example"]


def test_the_list_is_searched_and_paged(pages: Pages, vendor: str) -> None:
    pages.post(f"/vendors/{vendor}/contacts", data={"contact": "desk@maker.test"})
    assert pages.get("/api/v1/vendors", params={"q": "DESK@"}).json()["total"] == 1
    assert pages.get("/api/v1/vendors", params={"q": "nothing"}).json()["items"] == []
    assert "No vendor matches" in pages.get("/vendors?q=nothing").text
    first = pages.get("/api/v1/vendors", params={"limit": 1}).json()
    assert first["next"] is None or pages.get("/api/v1/vendors", params={"after": first["next"]}).status_code == 200
    assert "desk@maker.test" in pages.get("/vendors").text


def test_the_text_of_an_error_page_is_a_sentence(pages: Pages) -> None:
    assert "<p>Nothing has this address.</p>" in pages.get("/no-such-page").text
    page = pages.get("/vendors/v-none").text
    assert "<p><code>v-none</code>: no vendor with this ID.</p>" in page


def test_an_unknown_vendor_and_a_viewer(pages: Pages, opened: Path, vendor: str) -> None:
    assert pages.get("/vendors/v-none").status_code == 404
    assert pages.post("/vendors/v-none/contacts", data={"contact": "a@b.test"}).status_code == 404
    with client(opened, Role.VIEWER) as viewer:
        assert viewer.get("/vendors").status_code == 403
        assert viewer.post(f"/vendors/{vendor}/contacts", data={"contact": "a@b.test"}).status_code == 403
        assert viewer.post(f"/vendors/{vendor}/register", data={"name": "A", "language": "en"}).status_code == 403
        assert viewer.patch(f"/api/v1/vendors/{vendor}", json={"name": "A"}).status_code == 403


@pytest.fixture
def other(opened: Path, vendor: str) -> str:
    """Another entry of the register."""
    with Workspace.open(opened) as workspace:
        service = case_service(workspace)
        service.enroll()
        return next(one.id for one in service.vendors() if one.id != vendor)


def test_the_apps_of_a_vendor_are_listed_and_set(pages: Pages, vendor: str, other: str, changes: Changes) -> None:
    found = pages.get(f"/api/v1/vendors/{vendor}").json()
    assert found["apps_total"] == len(found["apps"]) > 0
    by_page = pages.get(f"/vendors/{vendor}").text
    for app in found["apps"]:
        assert f'href="/apps/{app["sha256"]}"' in by_page
        assert app["bundle_id"] in by_page
    theirs = pages.get(f"/api/v1/vendors/{other}").json()
    assert not {one["sha256"] for one in theirs["apps"]} & {one["sha256"] for one in found["apps"]}
    saved = [*found["vendor"]["bundle_ids"], "com.maker.Other_App-1"]
    answer = pages.post(
        f"/vendors/{vendor}/apps", data={"bundle_ids": "\r\n".join(saved) + "\n\n"}, follow_redirects=False
    )
    assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, f"/vendors/{vendor}")
    assert pages.get(f"/api/v1/vendors/{vendor}").json()["vendor"]["bundle_ids"] == saved
    assert changes.lines == [("Ann", "set the apps of a vendor", vendor)]
    old = pages.get(f"/api/v1/vendors/{vendor}").headers["ETag"]
    path = f"/api/v1/vendors/{vendor}/apps"
    assert pages.put(path, json={"bundle_ids": []}, headers={"If-Match": old}).json()["vendor"]["bundle_ids"] == []
    assert pages.put(path, json={"bundle_ids": ["a.b"]}, headers={"If-Match": old}).status_code == 412


def test_an_app_that_the_register_lists_belongs_there_whoever_signed_it(pages: Pages, vendor: str, other: str) -> None:
    apps = pages.get(f"/api/v1/vendors/{other}").json()["apps"]
    pages.put(f"/api/v1/vendors/{other}/apps", json={"bundle_ids": []})
    moved = [one["bundle_id"] for one in apps]
    assert pages.put(f"/api/v1/vendors/{vendor}/apps", json={"bundle_ids": moved}).status_code == 200
    found = pages.get(f"/api/v1/vendors/{vendor}").json()["apps"]
    assert {one["bundle_id"] for one in found if one["listed"]} == set(moved)
    assert pages.get(f"/api/v1/vendors/{other}").json()["apps"] == []


@pytest.mark.parametrize(
    ("form", "entered", "problem"),
    [
        ("apps", {"bundle_ids": "com.maker.app\ncom/maker"}, "com/maker: not a bundle identifier"),
        ("apps", {"bundle_ids": "a" * 256}, "not a bundle identifier"),
        ("apps", {"bundle_ids": "<script>"}, "not a bundle identifier"),
        ("apps", {"bundle_ids": " ".join(f"a{n}" for n in range(1001))}, "more than 1,000 apps"),
        ("merge", {"gone": "nobody"}, "nobody: no such vendor"),
        ("merge", {"gone": " "}, "no such vendor"),
        ("merge", {"gone": "v-"}, "no such vendor"),
    ],
)
def test_a_wrong_app_or_merge_keeps_what_was_entered(
    pages: Pages, vendor: str, other: str, changes: Changes, form: str, entered: dict[str, str], problem: str
) -> None:
    answer = pages.post(f"/vendors/{vendor}/{form}", data=entered, follow_redirects=False)
    assert answer.status_code == 400
    assert problem in unescape(answer.text)
    assert "<script>\n" not in answer.text
    assert next(iter(entered.values()))[:200] in unescape(answer.text)
    assert changes.lines == []


def test_an_app_of_another_vendor_is_refused(pages: Pages, vendor: str, other: str) -> None:
    assert pages.put(f"/api/v1/vendors/{other}/apps", json={"bundle_ids": ["taken.app"]}).status_code == 200
    answer = pages.put(f"/api/v1/vendors/{vendor}/apps", json={"bundle_ids": ["taken.app"]})
    assert (answer.status_code, answer.json()["where"]) == (400, "taken.app")
    assert "has this app" in answer.json()["detail"]
    assert "tieback vendor" not in answer.json()["advice"]


@pytest.mark.parametrize("by", ["id", "name"])
def test_two_entries_are_merged_on_the_page(pages: Pages, vendor: str, other: str, changes: Changes, by: str) -> None:
    (case,) = pages.get("/api/v1/cases").json()["items"]
    gone, kept = pages.get(f"/api/v1/vendors/{vendor}").json(), pages.get(f"/api/v1/vendors/{other}").json()
    word = gone["vendor"][by].upper() if by == "name" else vendor
    answer = pages.post(f"/vendors/{other}/merge", data={"gone": word}, follow_redirects=False)
    assert answer.headers["location"].startswith(f"/vendors/{other}?")
    assert "Both entries are one vendor now." in pages.get(answer.headers["location"]).text
    merged = pages.get(f"/api/v1/vendors/{other}").json()
    both = {one["sha256"] for one in (*gone["apps"], *kept["apps"])}
    assert {one["sha256"] for one in merged["apps"]} == both
    assert merged["vendor"]["name"] == kept["vendor"]["name"]
    assert [one["id"] for one in merged["cases"]] == [case["id"]]
    assert pages.get(f"/api/v1/cases/{case['id']}").json()["case"]["vendor"] == other
    assert pages.get(f"/vendors/{vendor}").status_code == 404
    assert changes.lines == [("Ann", "merge two vendors", f"{other} {word}")]
    assert vendor in pages.get("/api/v1/case-log").text


def test_two_entries_are_merged_by_the_api(pages: Pages, opened: Path, vendor: str, other: str) -> None:
    path = f"/api/v1/vendors/{vendor}/merge"
    itself = pages.post(path, json={"gone": vendor})
    assert (itself.status_code, "with itself" in itself.json()["detail"]) == (400, True)
    old = pages.get(f"/api/v1/vendors/{vendor}").headers["ETag"]
    pages.patch(f"/api/v1/vendors/{vendor}", json={"note": "changed"})
    assert pages.post(path, json={"gone": other}, headers={"If-Match": old}).status_code == 412
    with client(opened, Role.VIEWER) as viewer:
        assert viewer.post(path, json={"gone": other}).status_code == 403
        assert viewer.post(f"/vendors/{vendor}/merge", data={"gone": other}).status_code == 403
        assert viewer.put(f"/api/v1/vendors/{vendor}/apps", json={"bundle_ids": []}).status_code == 403
    assert pages.post(path, json={"gone": other}).json()["vendor"]["id"] == vendor
    assert pages.post(path, json={"gone": other}).status_code == 400
    assert pages.post("/api/v1/vendors/v-none/merge", json={"gone": vendor}).status_code == 404
