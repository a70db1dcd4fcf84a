"""Second checks of single values with a known shape: check digits, ranges, registers. No function raises."""

import re
from collections.abc import Callable
from ipaddress import AddressValueError, IPv6Address

from tieback.pii.values import checksums
from tieback.pii.values.gazetteer import airports

_DIGITS = re.compile(r"[0-9]+")

# Length of an IBAN by country, SWIFT IBAN registry, release 99.
_IBAN_LENGTHS = (
    "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 "
    "ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 "
    "LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 "
    "PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 "
    "YE30 "
)
_IBAN = {entry[:2]: int(entry[2:]) for entry in _IBAN_LENGTHS.split()}

# ISO 3166-1 alpha-2, as BICs use them, and XK.
_COUNTRY_CODES = (
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ "
    "CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO "
    "FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE "
    "JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO "
    "MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW "
    "PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM "
    "TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW "
)
COUNTRIES = frozenset(_COUNTRY_CODES.split())
"""Codes of two letters."""

# Issuer ranges of ISO/IEC 7812 as the networks publish them: prefix and lengths.
_CARD = re.compile(
    r"4[0-9]{12}(?:[0-9]{3}){0,2}|5[1-5][0-9]{14}|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)[0-9]{12,13}|3[47][0-9]{13}"
    r"|3(?:0[0-5]|[68][0-9]|09)[0-9]{11}|3(?:0|6|8|9)[0-9]{14,17}|35[0-9]{14,17}|(?:2131|1800)[0-9]{11}"
    r"|6(?:011|4[4-9]|5)[0-9]{12,16}|62[0-9]{14,17}|(?:5[0678]|6[0-9])[0-9]{10,17}|220[0-4][0-9]{12,15}",
    re.ASCII,
)


def iban(value: str) -> bool:
    """Length for the country, and MOD 97-10; the account is not only zeros, which pass the check, too."""
    text = value.replace(" ", "")
    return _IBAN.get(text[:2]) == len(text) and text[4:].strip("0") != "" and checksums.mod97(text[4:] + text[:4])


def bic(value: str) -> bool:
    """The country of a business identifier code exists."""
    return value[4:6] in COUNTRIES


def card(value: str) -> bool:
    """Issuer range and Luhn digit."""
    text = value.replace(" ", "").replace("-", "")
    return checksums.luhn(text) and _CARD.fullmatch(text) is not None


def imei(value: str) -> bool:
    """Luhn digit; a number in a range of a card network is a card."""
    text = value.replace("-", "")
    return text[:2] not in {"34", "37"} and text[:4] not in {"1800", "2131"} and checksums.luhn(text)


def ipv4(value: str) -> bool:
    """Four numbers up to 255 without leading zeros."""
    parts = value.partition(":")[0].partition("/")[0].split(".")
    return all(part == "0" or (part[0] != "0" and int(part) < 256) for part in parts)


def ipv6(value: str) -> bool:
    """Addresses that ipaddress accepts, without prefix, zone and brackets."""
    text = value.partition("]")[0].lstrip("[").partition("/")[0].partition("%")[0]
    try:
        IPv6Address(text)
    except AddressValueError:
        return False
    return True


_NUMBER = re.compile(r"[+-]?[0-9]+\.[0-9]{3,}")


def latlon(value: str) -> bool:
    """Two numbers with at least three decimals (110 m); one fits a latitude and the other a longitude."""
    pair = [abs(float(text)) for text in _NUMBER.findall(value)[:2]]
    return len(pair) == 2 and min(pair) <= 90 and max(pair) <= 180


def vin_shape(value: str) -> bool:
    """Letters and digits are mixed as in the descriptor sections of vehicle manufacturers."""
    letters = sum(c.isalpha() for c in value)
    return 3 <= letters <= 13 and value[-4:].isdigit()


def mrz(value: str) -> bool:
    """Fillers as in the names of the first line."""
    return "<<" in value and value.count("<") >= 3


def mrz_numbers(value: str) -> bool:
    """Check digits of document number, birth and expiry in a second line (ICAO Doc 9303-3, 4.9)."""
    fields = ((0, 9), (13, 19), (21, 27))
    return len(value) > 27 and all(checksums.mrz_digit(value[start:end]) == value[end] for start, end in fields)


def route(value: str) -> bool:
    """Every code belongs to an airport."""
    known = airports()
    return all(code in known for code in re.findall("[A-Z]{3}", value))


_NO_PHONE = re.compile(
    r"[0-9]{3}-[0-9]{2}-[0-9]{4}|97[89][- ][0-9 -]{10,14}|[0-9]{6}[- ][0-9]{4}"
    r"|(?:19|20)[0-9]{2}[-/.][0-9]{1,2}[-/.][0-9]{1,2}.*|[0-9]{1,2}[-/.] ?[0-9]{1,2}[-/.] ?(?:19|20)?[0-9]{2}"
    r"|[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9]+\.[0-9]+|[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}"
    r"|[0-9]{5}-[0-9]{4}|[0-9]{3} [0-9]{2}|[0-9]{1,3}(?: [0-9]{3})?|[0-9]{4}-[0-9]{3}",
    re.ASCII,
)


def phone(value: str) -> bool:
    """Six to fifteen digits (E.164) that are not a date, fraction, address, ISBN or social security number."""
    body = re.split(r"x|ext|#", value, maxsplit=1)[0]
    digits = sum(map(len, _DIGITS.findall(body)))
    least, most = (7, 15) if body[:1] in "+0" or body[:2] in {"(+", "(0"} else (6, 12)
    return least <= digits <= most and _NO_PHONE.fullmatch(body) is None


_INTERNATIONAL = re.compile(
    r"(?:tel:)?\(?(?:\+|00)[1-9][0-9]{0,2}[ .()/-]{0,3}(?:\([0-9]{0,5}\)[ .-]?)?[0-9](?:[ ./()-]{0,2}[0-9]){5,12}"
    r"(?: ?(?:x|ext\.?|#) ?[0-9]{1,6})?",
    re.ASCII,
)


def international(value: str) -> bool:
    """A plus sign or ``00``, then a country code, with the separators that E.123 allows between digits."""
    return len(value) < 40 and _INTERNATIONAL.fullmatch(value) is not None and phone(value)


_PARTITIONS = frozenset(("00", "01", "02", "10", "11", "12"))


def snomed(value: str) -> bool:
    """Partition identifier and Verhoeff digit of a SNOMED CT identifier."""
    return value[-3:-1] in _PARTITIONS and checksums.verhoeff(value)


_HASH_LENGTHS = frozenset({8, 12, 16, 24, 32, 40, 56, 64, 96, 128})


def hexadecimal(value: str) -> bool:
    """A length of hashes, object ids and short commit ids, with digits as well as letters."""
    return len(value) in _HASH_LENGTHS and not value.isdigit()


def domain(value: str) -> bool:
    """Labels that a name server accepts."""
    return len(value) < 254 and ".." not in value and value[0] not in ".-" and "." in value


CHECKS: dict[str, Callable[[str], bool]] = {
    "iban": iban,
    "bic": bic,
    "card": card,
    "imei": imei,
    "luhn": checksums.luhn,
    "ipv4": ipv4,
    "ipv6": ipv6,
    "latlon": latlon,
    "vin": checksums.vin,
    "vin_shape": vin_shape,
    "mrz": mrz,
    "mrz_numbers": mrz_numbers,
    "route": route,
    "phone": phone,
    "international": international,
    "hexadecimal": hexadecimal,
    "domain": domain,
    "snomed": snomed,
    "ean": lambda value: len(value) in {8, 12, 13} and checksums.ean(value),
}
"""Checks that ``shapes.toml`` names."""
