"""Site maps and structured data, which search engines read and no code of the app."""

from tests.each import each
from tests.linear import assert_linear
from tieback.recognise.texts.languages import METADATA
from tieback.recognise.texts.places import TextPlaces
from tieback.recognise.texts.search_engines import SITE_MAP, is_in_linked_data, is_site_map

URL = "https://a.test/x"


@each(
    ("file", "text", "expected"),
    [
        ("sitemap.xml", "<?xml version='1.0'?>\n<urlset xmlns='x'><url><loc>URL</loc></url></urlset>", SITE_MAP),
        ("pages-1.xml", "<!-- x --><sitemapindex><sitemap><loc>URL</loc></sitemap></sitemapindex>", SITE_MAP),
        ("a.xml", "<servers><urlset>URL</urlset></servers>", ""),
        ("a.html", "<script type='application/ld+json'>{'@type':'WebSite','url':'URL'}</script>", SITE_MAP),
        ("a.html", '<script type=\'application/json\'>{"url":"URL"}</script>', ""),
        ("a.html", "<script>fetch('URL')</script>", ""),
        ("a.js", "s={'@context':'https://schema.test','@type':'WebSite',url:'URL'}", SITE_MAP),
        ("a.js", 's={"@context":"b","publisher":{"logo":{"url":"URL"}}}', SITE_MAP),
        ("a.js", 's={"@context":"b","publisher":{"name":"c"}};fetch("URL")', ""),
        ("a.js", 'f("@context");s={url:"URL"}', ""),
        ("a.json", '{"@context":"b","sameAs":["URL"]}', SITE_MAP),
        ("package.json", '{"name":"a","version":"1","license":"MIT","@context":"URL"}', METADATA),
    ],
)
def test_site_maps_and_structured_data_are_no_back_ends(file: str, text: str, expected: str) -> None:
    data = text.replace("URL", URL).encode()
    assert TextPlaces(file, data).reason(data.index(URL.encode())) == expected


@each("part", [b"<!--", b"<?", b" ", b"<urlset", b"-"])
def test_the_cost_of_a_hostile_site_map_is_linear(part: bytes) -> None:
    assert_linear(lambda n: part * (n // len(part)), is_site_map, 8192)


@each("part", [b"{'@context':", b"{", b"}", b",'@context':{}}"])
def test_the_cost_of_hostile_structured_data_is_bounded(part: bytes) -> None:
    assert_linear(lambda n: part * (n // len(part)), lambda data: is_in_linked_data(data, len(data)), 65536)
