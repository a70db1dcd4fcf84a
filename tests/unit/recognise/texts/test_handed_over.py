"""Addresses that a script hands to a browser, to another app or to a person, and those that it only compares."""

from tests.each import each
from tests.linear import assert_linear
from tieback.recognise.reasons import COMPARED, LINK
from tieback.recognise.texts.handed_over import is_compared, is_handed_over, is_in_message
from tieback.recognise.texts.places import TextPlaces
from tieback.recognise.texts.prose import PATTERN

URL = b"https://a.shop.test/x"


def reason(text: str) -> str:
    data = f"!function(){{{text.replace('URL', URL.decode())}}}()".encode()
    found = data.find(b"https:")
    return TextPlaces("a.js", data).reason(found)


@each(
    ("text", "expected"),
    [
        ("this.iab.create('URL', '_system', this.options)", LINK),
        ("window.open('URL?id=' + id, '_system')", LINK),
        ("window.open(encodeURI('URL?id=' + id), '_system')", LINK),
        ("window.open('URL', '_blank')", ""),
        ("window.open('URL', '_blank');log('_system')", ""),
        ("f('URL', '_system')", ""),
        ("AppLauncher.openUrl({ url: 'URL' })", LINK),
        ("WebBrowser.openBrowserAsync('URL')", LINK),
        ("electron.shell.openExternal('URL')", LINK),
        ("navigator.clipboard.writeText('URL')", LINK),
        ("Clipboard.write({string: 'URL'})", LINK),
        ("window.plugins.socialsharing.share('Look at this', null, null, 'URL')", LINK),
        ("$cordovaSocialSharing.shareViaTwitter('Look', null, 'URL')", LINK),
        ("navigator.share({title: 'Shop', url: 'URL'})", LINK),
        ("const site = 'URL';navigator.share({title: 'Shop', url: site})", LINK),
        ("const site = 'URL';window.open(site, '_system')", LINK),
        ("const site = 'URL';window.open(site + id, '_system')", ""),
        ("api.share({url: 'URL'})", ""),
        ("navigator.share({title: 'Shop'});fetch('URL')", ""),
        ("location.href = 'whatsapp://send?text=URL'", LINK),
        ("location.href = 'mailto:?subject=Shop&body=URL'", LINK),
        ("go('/proxy?url=URL')", ""),
        ("go('https://b.test/proxy?url=URL')", ""),
        ("if (u.startsWith('URL')) f()", COMPARED),
        ("f(list.includes('URL'))", COMPARED),
        ("f(u.indexOf('URL') >= 0)", COMPARED),
        ("f(u.replace('URL', ''))", COMPARED),
        ("f(u.replace('/api', 'URL'))", ""),
        ("parent.postMessage(height, 'URL')", COMPARED),
        ("w.postMessage({id: f(1), kind: 'x,y'}, 'URL', [port])", COMPARED),
        ("w.postMessage('URL', '*')", ""),
        ("w.postMessage(f(a, 'URL'), '*')", ""),
        ("w.postMessage(a);load(b, 'URL')", ""),
        ("f(u.includes('URL/' + id))", ""),
        ("f(u.match(/https:\\/\\/a.shop.test/))", PATTERN),
    ],
)
def test_what_a_script_does_with_an_address(text: str, expected: str) -> None:
    assert reason(text) == expected


@each("part", [b"open(", b"share({", b"'a',", b"mailto:?body=", b".includes(", b".postMessage(a,"])
def test_the_cost_is_linear(part: bytes) -> None:
    def work(data: bytes) -> object:
        end = len(data)
        return is_handed_over(data, end, end), is_in_message(data, 0, end), is_compared(data, end, end)

    assert_linear(lambda n: part * (n // len(part)), work, 100_000)
