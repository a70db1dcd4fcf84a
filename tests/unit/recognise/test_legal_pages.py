"""Which addresses are legal pages, and which of them name the party responsible."""

from tests.each import each
from tieback.model.endpoint import Endpoint, EndpointKind
from tieback.recognise.legal_pages import legal_page


@each(
    ("path", "responsible"),
    [
        ("/privacy", True),
        ("/privacy-policy/", True),
        ("/Privacy_Policy.html", True),
        ("/en/privacy", True),
        ("/de-AT/datenschutz", True),
        ("/legal", True),
        ("/legal/privacy-policy", True),
        ("/pages/legal/policies/privacy", True),
        ("/imprint", True),
        ("/terms", False),
        ("/terms-of-service", False),
        ("/en/eula.pdf", False),
        # Pages of other kinds, and pages of an account, an article or a wiki.
        ("", None),
        ("/", None),
        ("/privacy/settings", None),
        ("/account/privacy", None),
        ("/wiki/Privacy", None),
        ("/help/first-steps-towards-online-privacy", None),
        ("/privacy-pro", None),
        ("/api/v1/terms", None),
        ("/en/de/fr/it/privacy", None),
        ("/service", None),
    ],
)
def test_paths(path: str, responsible: bool | None) -> None:
    page = legal_page(Endpoint(EndpointKind.URL, f"https://acme.de{path}", "https", "acme.de", 443, path))
    assert (page.responsible if page else None) is responsible
    assert page is None or page.path == path


def test_the_path_of_a_database_is_no_page() -> None:
    text = "mongodb://acme.de/privacy"
    found = Endpoint(EndpointKind.CONNECTION_STRING, text, "mongodb", "acme.de", 27017, "/privacy")
    assert legal_page(found) is None
