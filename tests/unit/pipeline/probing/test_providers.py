from tests.each import each
from tieback.pipeline.probing.candidates import ProviderLookup


@each(
    ("host", "provider"),
    [
        ("a.firebaseio.com", "firebaseio.com"),
        ("b.s3.eu-west-1.amazonaws.com", "amazonaws.com"),
        ("Photos.Blob.Core.Windows.NET.", "windows.net"),
        ("db.shop.co.uk", "shop.co.uk"),
        ("192.0.2.1", ""),
        ("2001:db8::1", ""),
        ("co.uk", ""),
        ("", ""),
    ],
)
def test_providers(host: str, provider: str) -> None:
    assert ProviderLookup().of(host) == provider
