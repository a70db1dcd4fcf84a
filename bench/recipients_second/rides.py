"""Scooters, bicycles, cars and routes; WoBike is https://github.com/ubahnverleih/WoBike, which documents requests."""

import json
from collections.abc import Mapping

from bench.recipients_made.calls import Call, Person, form_call, get_call, json_call


def archives(who: Person) -> Mapping[str, tuple[Call, ...]]:
    """The requests of each app, with the identifiers of a person."""
    bearer = (("Authorization", f"Bearer {who.token}"),)
    guid = "3E4F5061-7283-4940-95A6-B7C8D9E0F102"
    return {
        # WoBike Bird.md (a position as JSON in a header)
        "bird": (
            json_call(
                "api-auth.prod.birdapp.com",
                "/api/v1/auth/email",
                {"email": who.mail},
                "email",
                "device_id",
                headers=(("Device-Id", guid), ("Platform", "ios"), ("App-Version", "4.119.0")),
            ),
            json_call(
                "api-link.prod.birdapp.com",
                "/api/v1/auth/magic-link/use",
                {"token": "9HGRT4KQ"},
                unsure=("secret_token", "pin_otp"),
            ),
            get_call(
                "api-bird.prod.birdapp.com",
                "/bird/nearby",
                {"latitude": 37.77184, "longitude": -122.4091, "radius": 1000},
                "geo_location",
                "secret_token",
                "device_id",
                headers=(
                    *bearer,
                    ("Device-Id", guid),
                    (
                        "Location",
                        json.dumps({"latitude": 37.77249, "longitude": -122.4091, "accuracy": 65, "speed": -1}),
                    ),
                ),
            ),
        ),
        # WoBike Voi.md
        "voi": (
            json_call(
                "api.voiapp.io", "/v1/auth/verify/phone", {"country_code": "DE", "phone_number": "17612345678"}, "phone"
            ),
            json_call(
                "code.voiapp.io",
                "/v2/auth/verify/code",
                {"code": "123456", "token": "9f8e7d6c-5b4a-4392-8170-6f5e4d3c2b1a"},
                unsure=("pin_otp", "secret_token"),
            ),
            json_call(
                "presence.voiapp.io",
                "/v1/auth/verify/presence",
                {"email": who.mail, "token": "9f8e7d6c-5b4a-4392-8170-6f5e4d3c2b1a"},
                "email",
                unsure=("secret_token",),
            ),
        ),
        # WoBike Bolt.md
        "bolt": (
            json_call(
                "user.bolt.eu",
                "/user/register/phone",
                {"phone": who.phone, "phone_uuid": "4f506172-8394-4a5b-9c6d-7e8f90a1b2c3"},
                "phone",
                "device_id",
            ),
        ),
        # WoBike Tier.md
        "tier": (
            get_call(
                "platform.tier-services.io",
                "/v1/vehicle",
                {"lat": "48.1372", "lng": "16.3738", "radius": 5000},
                "geo_location",
                headers=(("X-Api-Key", "bpEUTJEBTf74oGRWxaIcW7aeZMzDDODe1yBoSxi3"),),
                unsure=("secret_token",),
            ),
            get_call("zones.tier-services.io", "/v1/zone", {"type": "business"}),
        ),
        # WoBike Spin.md
        "spin": (
            json_call(
                "web.spin.pm",
                "/api/v1/auth_tokens",
                {"grant_type": "magic_link", "magic_link": {"email": who.mail, "token": "kQ8w7e6r5t4y3u2i1o0p"}},
                "email",
                unsure=("secret_token",),
            ),
        ),
        # WoBike Helbiz.md
        "helbiz": (
            json_call(
                "api.helbiz.com",
                "/prod/user/create",
                {
                    "email": who.mail,
                    "password": "Ocean-Mill-14",
                    "firstName": who.first,
                    "lastName": who.last,
                    "phone": "+12125550100",
                },
                "email",
                "password",
                "person_name",
                "phone",
            ),
        ),
        # WoBike Emmy.md
        "emmy": (
            json_call(
                "api.emmy.ninja",
                "/users/88120/password",
                {"email": who.mail, "oldPassword": "Forest-Cup-3", "newPassword": "Forest-Cup-4"},
                "email",
                "password",
                "secret_token",
                headers=bearer,
            ),
        ),
        # WoBike Beam.md
        "beam": (
            json_call(
                "gateway.ridebeam.com",
                "/api/auth/login/phone",
                {"phoneNumber": "412345678", "countryCode": "+61"},
                "phone",
            ),
        ),
        # WoBike Neuron.md (a signature of the parameters)
        "neuron": (
            get_call(
                "au-api.neuron-mobility.com",
                "/api/public/scooters",
                {"distance": "335", "latitude": "-27.469746172603777", "longitude": "153.02297267664835"},
                "geo_location",
                headers=(("timestamp", "1616942614041"), ("sign", "261492ea9bbf5bafca7ddc6dbba86c5d")),
            ),
        ),
        # WoBike Ryde.md
        "ryde": (
            form_call(
                "qw-live.ryde.vip",
                "/appRyde/getNearScooters",
                {"iotLa": "63.4335711", "iotLo": "10.3983865", "nearRadius": 10, "cityId": 5},
                "geo_location",
            ),
        ),
        # https://github.com/GIScience/openrouteservice docs: longitude first
        "openrouteservice": (
            json_call(
                "api.openrouteservice.org",
                "/v2/directions/foot-walking/geojson",
                {"coordinates": [[8.681495, 49.41461], [8.687872, 49.420318]], "language": "de"},
                "geo_location",
                headers=(("Authorization", "5b3ce3597851110001cf6248aabbccddeeff00112233445566778899"),),
                unsure=("secret_token",),
            ),
        ),
        # https://valhalla.github.io/valhalla/api/turn-by-turn/api-reference/
        "valhalla": (
            json_call(
                "valhalla.path-finder.test",
                "/route",
                {
                    "locations": [
                        {"lat": 42.358528, "lon": -83.2714, "street": "Appleton"},
                        {"lat": 42.996613, "lon": -78.749855},
                    ],
                    "costing": "auto",
                    "units": "miles",
                },
                "geo_location",
                unsure=("postal_address",),
            ),
        ),
        # https://docs.graphhopper.com (a pair in a parameter, twice)
        "graphhopper": (
            Call(
                "graphhopper.com",
                "/api/1/route?point=51.131708,12.414398&point=48.224673,3.867187&profile=car",
                frozenset({"geo_location"}),
            ),
        ),
        # https://github.com/tdorssers/TeslaPy teslapy/__init__.py
        "tesla": (
            json_call(
                "owner-api.teslamotors.com",
                "/api/1/vehicles/100021/command/share",
                {
                    "type": "share_ext_content_raw",
                    "locale": "en-US",
                    "timestamp_ms": "1777888800",
                    "value": {"android.intent.extra.TEXT": "Lindenplatz 4, 55116 Mainz"},
                },
                "secret_token",
                headers=bearer,
                unsure=("postal_address", "message_content"),
            ),
            json_call(
                "auth.tesla.com",
                "/oauth2/v3/token",
                {"grant_type": "refresh_token", "client_id": "ownerapi", "refresh_token": who.token, "scope": "openid"},
                "secret_token",
            ),
        ),
        # https://github.com/hacf-fr/renault-api src/renault_api/gigya, kamereon
        "renault": (
            form_call(
                "accounts.eu1.gigya.com",
                "/accounts.login",
                {
                    "ApiKey": "3_7PLksOyBRkHv126x5WhHb-5pqC1qFR8pQjxSeLB6nhAnPERTUlwnYoznHSxwX668",
                    "loginID": who.mail,
                    "password": "Brass-Hill-71",
                },
                "email",
                "password",
                unsure=("username", "secret_token"),
            ),
            get_call(
                "api-wired-prod-1-euw1.wrd-aws.com",
                "/commerce/v1/accounts/account-id-1/kamereon/kca/car-adapter/v2/cars/VF1AAAAA555777999/battery-status",
                {"country": "FR"},
                "secret_token",
                headers=(("apikey", "YjkKtHmGfaceeuExUDKGxrLZGGvtVS0J"), ("x-gigya-id_token", who.token)),
                unsure=("vehicle",),
            ),
        ),
    }
