"""Requests to back ends of apps, in JSON and forms."""

from collections.abc import Mapping

from bench.recipients_made.calls import Call, Person, get_call, json_call


def archives(who: Person) -> Mapping[str, tuple[Call, ...]]:
    """The requests of each app, with the identifiers of a person."""
    bearer = (("Authorization", f"Bearer {who.token}"),)
    return {
        "shop-login": (
            json_call(
                "api.shop-one.test",
                "/v2/login",
                {"email": who.mail, "password": "Tr0ub4dor&3-xyz"},
                "email",
                "password",
            ),
            Call("api.shop-one.test", "/v2/me", frozenset({"secret_token"}), headers=bearer),
            get_call("api.shop-one.test", "/v2/catalog", {"page": 2, "sort": "price", "category": "shoes"}),
            get_call("img.shop-one.test", "/p/8812.webp", {"w": 640, "q": 80}),
        ),
        "shop-checkout": (
            json_call(
                "pay.shop-two.test",
                "/checkout",
                {
                    "card": {"number": "4556737586899855", "cvc": "123", "exp": "11/29", "holder": who.name},
                    "shipping": {"street": "Lindenstrasse 14", "zip": "10969", "city": "Berlin", "country": "DE"},
                    "amount": 4990,
                    "currency": "EUR",
                },
                "payment_card",
                "postal_address",
            ),
        ),
        "taxi": (
            json_call(
                "api.taxi-app.test",
                "/rides",
                {
                    "pickup": {"latitude": 52.516275, "longitude": 13.377704},
                    "dropoff": {"latitude": 52.525, "longitude": 13.3694},
                    "passenger": {"name": who.name, "phone": who.phone},
                },
                "geo_location",
                "person_name",
                "phone",
                headers=(),
            ),
            json_call("eta.taxi-app.test", "/eta", {"zone": "berlin-mitte", "class": "standard"}),
        ),
        "loan": (
            json_call(
                "collect.quick-loan.test",
                "/sync",
                {
                    "contacts": [
                        {"name": "Amina Diallo", "phone": "+233241234567"},
                        {"name": "Kofi Mensah", "phone": "+233201234568"},
                        {"name": "Esi Owusu", "phone": "+233501234569"},
                    ]
                },
                "contact_list",
                "phone",
                "person_name",
            ),
            json_call(
                "collect.quick-loan.test",
                "/apps",
                {
                    "app_list": ["com.whatsapp", "com.opera.mini.native", "org.telegram.messenger", "com.mtn.momo"],
                    "imei": "356938035643809",
                },
                "app_list",
                "device_id",
            ),
        ),
        "cycle": (
            json_call(
                "events.cycle-app.test",
                "/log",
                {
                    "symptoms": ["cramps"],
                    "diagnosis": "endometriosis",
                    "medication": "ibuprofen",
                    "pregnancy_status": "trying",
                    "date": "2026-04-02",
                },
                "health",
            ),
            json_call("cfg.cycle-app.test", "/flags", {"platform": "ios", "version": "8.1"}),
        ),
        "dating": (
            json_call(
                "api.match-app.test",
                "/profile",
                {
                    "first_name": who.first,
                    "birthday": "1991-07-14",
                    "gender": "female",
                    "sexual_orientation": "bisexual",
                    "religion": "none",
                    "bio": "climber",
                },
                "person_name",
                "birth",
                "demographic",
                unsure=("message_content",),
            ),
        ),
    }
