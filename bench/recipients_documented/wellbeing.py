"""Health, fitness and care."""

from collections.abc import Mapping

from bench.recipients_made.calls import Call, Person, form_call, get_call, json_call, packed


def archives(who: Person) -> Mapping[str, tuple[Call, ...]]:
    """The requests of each app, with the identifiers of a person."""
    bearer = (("Authorization", f"Bearer {who.token}"),)
    return {
        # https://hl7.org/fhir/patient-example.json.html, https://hl7.org/fhir/observation-example.json.html
        "fhir": (
            json_call(
                "fhir.clinic-net.test",
                "/r4/Patient",
                {
                    "resourceType": "Patient",
                    "identifier": [{"system": "urn:oid:1.2.36.146.595.217.0.1", "value": "12345"}],
                    "name": [{"use": "official", "family": who.last, "given": [who.first, "Maria"]}],
                    "telecom": [{"system": "phone", "value": who.phone, "use": "mobile"}],
                    "gender": "female",
                    "birthDate": "1974-12-25",
                    "address": [{"line": ["534 Erewhon St"], "city": "PleasantVille", "postalCode": "3999"}],
                },
                "person_name",
                "phone",
                "demographic",
                "birth",
                "postal_address",
                "secret_token",
                headers=bearer,
                unsure=("person_id",),
            ),
            json_call(
                "observations.clinic-net.test",
                "/r4/Condition",
                {
                    "resourceType": "Condition",
                    "clinicalStatus": {"coding": [{"code": "active"}]},
                    "code": {
                        "coding": [{"system": "http://snomed.info/sct", "code": "39065001"}],
                        "text": "Burn of ear",
                    },
                    "subject": {"reference": "Patient/12345"},
                    "note": [{"text": "Allergy to penicillin, blood pressure 140/90"}],
                },
                unsure=("health", "person_id", "message_content"),
            ),
        ),
        # https://github.com/nightscout/cgm-remote-monitor swagger.yaml, lib/authorization/index.js
        "nightscout": (
            json_call(
                "sugar.night-site.test",
                "/api/v1/entries",
                [{"type": "sgv", "sgv": 143, "direction": "Flat", "device": "xDrip-DexcomG6", "date": 1777888800123}],
                "secret_token",
                headers=(("api-secret", "b1946ac92492d2347c6235b4d2611184a1b2c3d4"),),
                unsure=("health", "device_id", "password"),
            ),
            json_call(
                "dose.night-site.test",
                "/api/v1/treatments",
                {
                    "eventType": "Meal Bolus",
                    "insulin": 4.5,
                    "carbs": 40,
                    "glucose": 143,
                    "enteredBy": "Ines",
                    "notes": "",
                },
                "health",
                unsure=("person_name", "username"),
            ),
        ),
        # https://github.com/orcasgit/python-fitbit fitbit/api.py
        "fitbit": (
            form_call(
                "api.fitbit.com",
                "/1/user/-/body/log/weight.json",
                {"weight": "71.4", "date": "2026-05-04", "time": "07:12:00"},
                "secret_token",
                headers=bearer,
                unsure=("health",),
            ),
            form_call(
                "sleep.fitbit.com",
                "/1.2/user/-/profile.json",
                {"gender": "FEMALE", "birthday": "1991-07-14", "height": "171.0", "fullname": who.name},
                "demographic",
                "birth",
                "person_name",
                unsure=("health",),
            ),
        ),
        # https://developers.strava.com/docs/uploads/ (multipart with a GPX file)
        "strava": (
            Call(
                "www.strava.com",
                "/api/v3/uploads",
                frozenset({"geo_location", "secret_token"}),
                kind="multipart/form-data; boundary=okhttp-b",
                body=b'--okhttp-b\r\nContent-Disposition: form-data; name="name"\r\n\r\nMorning Run\r\n'
                b'--okhttp-b\r\nContent-Disposition: form-data; name="data_type"\r\n\r\ngpx\r\n'
                b'--okhttp-b\r\nContent-Disposition: form-data; name="file"; filename="run.gpx"\r\n'
                b"Content-Type: application/gpx+xml\r\n\r\n"
                b'<gpx version="1.1"><trk><trkseg><trkpt lat="52.5162746" lon="13.3777041"><ele>34.1</ele></trkpt>'
                b'<trkpt lat="52.5163120" lon="13.3776120"><ele>34.3</ele></trkpt></trkseg></trk></gpx>'
                b"\r\n--okhttp-b--\r\n",
                headers=bearer,
            ),
            form_call(
                "oauth.strava.com",
                "/api/v3/oauth/token",
                {
                    "client_id": "61042",
                    "client_secret": "1f2e3d4c5b6a79881726354433221100ffeeddcc",
                    "grant_type": "refresh_token",
                    "refresh_token": "e5n567567a1b2c3d4e5f60718293a4b5c6d7e8f9",
                },
                "secret_token",
            ),
        ),
        # https://github.com/openmhealth/schemas schema/omh/heart-rate-2.0.json (data points of a wearable)
        "wearable": (
            packed(
                json_call(
                    "ingest.wrist-band.test",
                    "/v1/dataPoints",
                    {
                        "header": {
                            "id": "123e4567-e89b-12d3-a456-426614174000",
                            "schema_id": {"name": "heart-rate", "version": "2.0"},
                        },
                        "body": {
                            "heart_rate": {"unit": "beats/min", "value": 61},
                            "temporal_relationship_to_sleep": "before sleeping",
                        },
                        "deviceSerialNumber": "SN2241B00912",
                        "user_id": "9120447",
                    },
                    "device_id",
                    "person_id",
                    unsure=("health",),
                ),
                "gzip",
            ),
        ),
        # https://developer.apple.com/documentation/healthkit (names of types), a cycle diary of a first-party back end
        "cycle-diary": (
            json_call(
                "sync.diary-app.test",
                "/v2/entries",
                {
                    "entries": [
                        {
                            "date": "2026-05-01",
                            "menstrualFlow": "heavy",
                            "sexualActivity": "protected",
                            "ovulationTest": "negative",
                        },
                        {"date": "2026-05-02", "symptoms": ["headache", "nausea"], "mood": "low"},
                    ],
                    "uid": "b5c6d7e8f901",
                },
                "health",
                unsure=("person_id", "demographic"),
            ),
            get_call("content.diary-app.test", "/articles", {"topic": "sleep", "lang": "de", "v": "8.14.0.2"}),
        ),
        # https://www.rfc-editor.org/rfc/rfc2388 with a photo, as doctors' apps upload it
        "telehealth": (
            Call(
                "upload.doctor-app.test",
                "/cases/new",
                frozenset({"birth", "person_name", "health"}),
                kind="multipart/form-data; boundary=b7",
                body=b'--b7\r\nContent-Disposition: form-data; name="patient_name"\r\n\r\nLuca Rossi\r\n'
                b'--b7\r\nContent-Disposition: form-data; name="date_of_birth"\r\n\r\n1979-03-02\r\n'
                b'--b7\r\nContent-Disposition: form-data; name="symptoms"\r\n\r\nrash on both arms, fever\r\n'
                b'--b7\r\nContent-Disposition: form-data; name="photo"; filename="IMG_20260504_100000.jpg"\r\n'
                b"Content-Type: image/jpeg\r\n\r\n\xff\xd8\xff\xe0\0\x10JFIF\r\n--b7--\r\n",
                unsure=("biometric_media",),
            ),
        ),
    }
