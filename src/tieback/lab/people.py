"""Synthetic records of the lab: people from Faker with a fixed seed, so that every run loads the same records."""

import random
import re
import zlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from faker import Faker

DATASET_VERSION = "1"
"""Increases when a table changes; data directories of another version are filled again."""
_EPOCH = datetime(2026, 1, 5, 6, 0, tzinfo=UTC)

type Row = dict[str, object]


def synthetic_rows(dataset: str, count: int) -> list[Row]:
    """``count`` records of a table, the same on every call.

    Args:
        dataset: ``machines``, ``operators``, ``employees``, ``visitors``, ``bookings``, ``customers``, ``sessions`` or
            ``ransom_note``.
        count: number of records.

    Raises:
        KeyError: no such table.
    """
    make = _TABLES[dataset]
    seed = zlib.crc32(dataset.encode())
    fake = Faker("en_US")
    fake.seed_instance(seed)
    dice = random.Random(seed)
    return [make(fake, dice, number) for number in range(1, count + 1)]


def _phone(dice: random.Random) -> str:
    # 555-0100 to 555-0199 are reserved for fiction (NANP).
    return f"+1-{dice.randint(201, 989)}-555-01{dice.randint(0, 99):02d}"


def _email(name: str, number: int, domain: str) -> str:
    mailbox = re.sub("[^a-z]+", ".", name.lower()).strip(".")
    return f"{mailbox}{number}@{domain}"


def _moment(dice: random.Random) -> datetime:
    return _EPOCH + timedelta(minutes=dice.randrange(200 * 24 * 60))


def _machine(fake: Faker, dice: random.Random, number: int) -> Row:
    return {
        "machine_id": f"FH-{number % 400:04d}",
        "model": dice.choice(("tractor 8R", "combine X9", "sprayer 412", "baler V461")),
        "operator_name": fake.name(),
        "phone": _phone(dice),
        "lat": round(dice.uniform(36.0, 48.5), 5),
        "lon": round(dice.uniform(-104.0, -82.0), 5),
        "speed_kmh": round(dice.uniform(0, 32), 1),
        "fuel_percent": dice.randint(3, 100),
        "recorded_at": _moment(dice).isoformat(),
    }


def _operator(fake: Faker, dice: random.Random, number: int) -> Row:
    name = fake.name()
    return {
        "operator_id": f"OP-{number:04d}",
        "name": name,
        "email": _email(name, number, "fieldhand.test"),
        "phone": _phone(dice),
        "vpn_pin": f"{dice.randrange(1_000_000):06d}",
        "farm": f"{fake.last_name()} Farms",
    }


def _employee(fake: Faker, dice: random.Random, number: int) -> Row:
    first, last = fake.first_name(), fake.last_name()
    return {
        "employee_id": number,
        "first_name": first,
        "last_name": last,
        "email": _email(f"{first} {last}", number, "workhub.test"),
        "phone": _phone(dice),
        "vpn_pin": f"{dice.randrange(1_000_000):06d}",
        "badge": f"{dice.randrange(16**8):08X}",
        "department": dice.choice(("Sales", "Legal", "Finance", "Research", "Facilities")),
        "hired_on": _EPOCH - timedelta(days=dice.randrange(4000)),
    }


def _visitor(fake: Faker, dice: random.Random, number: int) -> Row:
    name = fake.name()
    return {
        "full_name": name,
        "company": fake.company(),
        "email": _email(name, number, "visitors.test"),
        "phone": _phone(dice),
        "host_employee_id": dice.randint(1, 2500),
        "visited_on": _moment(dice),
    }


def _booking(_fake: Faker, dice: random.Random, number: int) -> Row:
    start = _moment(dice)
    return {
        "booking_id": number,
        "room": f"{dice.choice('ABC')}{dice.randint(1, 40):02d}",
        "employee_id": dice.randint(1, 2500),
        "starts_at": start,
        "ends_at": start + timedelta(minutes=30 * dice.randint(1, 6)),
    }


def _customer(fake: Faker, dice: random.Random, number: int) -> Row:
    name = fake.name()
    return {
        "customer_id": number,
        "full_name": name,
        "email": _email(name, number, "customers.test"),
        "phone": _phone(dice),
        "street": fake.street_address(),
        "postcode": fake.postcode(),
        "city": fake.city(),
        "date_of_birth": (_EPOCH - timedelta(days=dice.randint(18 * 365, 90 * 365))).date(),
        "loyalty_card": f"{dice.randrange(10**12):012d}",
    }


def _session(fake: Faker, dice: random.Random, number: int) -> Row:
    return {
        "key": f"session:{number:06d}",
        "user": _email(fake.name(), number, "customers.test"),
        "ip": f"192.0.2.{dice.randint(1, 254)}",
        "seen": _moment(dice).isoformat(),
    }


def _ransom_note(_fake: Faker, _dice: random.Random, _number: int) -> Row:
    # Shaped like real notes; the wallet (wrong checksum) and the mailbox do not exist.
    return {
        "message": (
            "All your data is backed up. You must pay 0.0150 BTC to bc1qlabonlynotawalletlabonlynotawalletlab00 "
            "to recover it. After 48 hours it will be leaked. Write to nobody@ransom.lab.test with your server's "
            "address."
        ),
        "email": "nobody@ransom.lab.test",
    }


_TABLES: Mapping[str, Callable[[Faker, random.Random, int], Row]] = {
    "machines": _machine,
    "operators": _operator,
    "employees": _employee,
    "visitors": _visitor,
    "bookings": _booking,
    "customers": _customer,
    "sessions": _session,
    "ransom_note": _ransom_note,
}
