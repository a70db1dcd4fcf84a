"""The list read by top-level name answers as the whole list does."""

from hypothesis import given, settings
from hypothesis import strategies as st
from publicsuffixlist import PublicSuffixList

from tests.each import each
from tests.examples import examples
from tieback.recognise.suffixes import Suffixes

WHOLE = PublicSuffixList(accept_unknown=False)
OURS = Suffixes()


@each(
    ("host", "public", "private"),
    [
        ("api.workhub.com", "com", "workhub.com"),
        ("api.shop.co.uk", "co.uk", "shop.co.uk"),
        ("co.uk", "co.uk", None),
        ("someone.github.io", "github.io", "someone.github.io"),
        ("a.www.ck", "ck", "www.ck"),
        ("a.b.ck", "b.ck", "a.b.ck"),
        ("a.xn--p1ai", "xn--p1ai", "a.xn--p1ai"),
        ("host.lan", None, None),
        ("com", "com", None),
        ("10.1.2.3", None, None),
        ("", None, None),
    ],
)
def test_suffixes(host: str, public: str | None, private: str | None) -> None:
    assert (OURS.publicsuffix(host), OURS.privatesuffix(host)) == (public, private)
    assert (WHOLE.publicsuffix(host), WHOLE.privatesuffix(host)) == (public, private)


@each(
    ("host", "service"),
    [
        ("some.streamlit.app", "streamlit.app"),
        ("a.b.herokuapp.com", "herokuapp.com"),
        ("streamlit.app", ""),
        ("api.shop.co.uk", ""),
        ("api.workhub.com", ""),
        ("10.1.2.3", ""),
        ("", ""),
    ],
)
def test_suffixes_at_which_a_company_names_customers(host: str, service: str) -> None:
    assert OURS.service(host) == service


LABELS = st.sampled_from(["com", "uk", "co", "ck", "www", "io", "github", "jp", "kobe", "city", "amazonaws", "s3", "a",
                          "xn--p1ai", "compute-1", "elb", "us-east-1", "no", "lan", "b-c"])  # fmt: skip


@given(st.lists(LABELS, min_size=1, max_size=6).map(".".join))
@settings(max_examples=examples(100), deadline=None)
def test_any_host_gets_the_answer_of_the_whole_list(host: str) -> None:
    assert OURS.publicsuffix(host) == WHOLE.publicsuffix(host)
    assert OURS.privatesuffix(host) == WHOLE.privatesuffix(host)
