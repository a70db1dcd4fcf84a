"""What an address without a public server is called."""

from tests.each import each
from tieback.report.texts.addresses import special_words


@each(
    ("host", "words"),
    [
        ("10.20.30.40", "private address"),
        ("192.168.1.7", "private address"),
        ("fd00::1", "private address"),
        ("10.0.0.172", "proxy of a mobile network"),
        ("10.0.0.200", "proxy of a mobile network"),
        ("10.0.0.173", "private address"),
        ("203.0.113.7", "address for documentation, which no server has"),
        ("198.51.100.7", "address for documentation, which no server has"),
        ("192.0.2.7", "address for documentation, which no server has"),
        ("2001:db8::1", "address for documentation, which no server has"),
        ("198.18.0.1", "address for tests of networks, which no server on the Internet has"),
        ("100.64.0.1", "address inside a provider's network"),
        ("169.254.1.1", "address of the local network"),
        ("192.88.99.1", "address with a special use"),
        ("185.44.81.7", ""),
        ("2a00:1450::1", ""),
        ("shop.test", ""),
        ("1password.test", ""),
        ("999.1.1.1", ""),
    ],
)
def test_words_for_an_address(host: str, words: str) -> None:
    assert special_words(host) == words
