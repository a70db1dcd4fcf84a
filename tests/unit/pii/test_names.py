import json
import random
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import samples
from tests.each import each
from tests.examples import examples
from tieback.model.pii import Classification, Column
from tieback.pii import classify_names, detectors
from tieback.pii.names import NameDetector
from tieback.pii.taxonomy import load_taxonomy


@pytest.fixture(scope="module")
def detector() -> NameDetector:
    return NameDetector()


def verdict(detector: NameDetector, field: str, table: str = "", dtype: str = "", *siblings: str) -> Classification:
    return next(iter(detector.classify_names([Column(field, table, dtype, siblings)])))


NAMES = """
password: password passwd user_pwd wachtwoord senha contraseña haslo sifre kata_sandi motdepasse 密码 пароль jelszo
pin_otp: vpn_pin kvpin otp_code twoFactorSecret pincode 验证码
secret_token: api_key accessToken refresh_token client_secret aws_secret_access_key session_token
email: email E-Mail e_mail customerEmail emailAddress correo_electronico courriel eposta 邮箱 mail_address
phone: phone PhoneNumber mobile_no telefono telefoonnummer Rufnummer celular no_hp 手机号 телефон cep_telefonu
username: username user_name login nickname gebruikersnaam Benutzername kullanici_adi 用户名
person_id: customer_id userId empno Kundennummer id_cliente matricula_aluno musteri_no approved_by patient_number 学号
person_name: first_name lastName fullname Vorname nachname prénom apellidos sobrenome cognome nazwisko nama_lengkap 姓名
postal_address: street zip_code postcode PLZ Hausnummer strasse calle codigo_postal indirizzo ulica kodepos 地址
geo_location: latitude lng gps_coordinates geoPoint Breitengrad latitud enlem 经度 user.geo.location
travel: pnr flight_number seatNumber booking_reference boarding_pass_number numero_vuelo Sitzplatznummer 航班号
payment_card: card_number creditCardNumber cvv cc_exp_month Kreditkartennummer numero_tarjeta 信用卡号
bank_account: iban account_number swift_code Kontonummer numero_cuenta no_rekening routing_number
financial: salary annual_income Gehalt sueldo salaire gaji credit_score 工资
national_id: ssn passport_no drivers_license cpf dni pesel tc_kimlik_no codice_fiscale nik bsn 身份证号 snils
birth: date_of_birth dob birthDate Geburtsdatum fecha_nacimiento fechanac data_nascimento tanggal_lahir 出生日期
demographic: gender sex maritalStatus religion Geschlecht estado_civil geslacht cinsiyet jenis_kelamin 性别 nationality
health: diagnosis blood_type allergies icd10_code Blutgruppe grupo_sanguineo golongan_darah 血型 bloodPressure
biometric_media: avatar profile_photo fingerprint_template face_embedding Profilbild 头像
device_id: imei device_id mac_address advertising_id androidId iccid
ip_address: ip ip_address remote_addr clientIp last_login_ip ipv6 source.ip
vehicle: license_plate vin chassis_number Kennzeichen placa_vehiculo 车牌号 nopol
employment: job_title occupation hire_date employer Beruf fecha_contratacion jabatan
retail: loyalty_points wishlist purchase_history shoe_size
message_content: message_body sms_text chat_message email_subject
"""


@each(
    ("expected", "name"),
    [(line.split(": ")[0], name) for line in NAMES.split("\n") if line for name in line.split(": ")[1].split()],
)
def test_classified_by_name_only(detector: NameDetector, expected: str, name: str) -> None:
    found = verdict(detector, name)
    assert found.pii_class == expected, found
    assert 0.5 <= found.confidence <= 1
    assert found.evidence


HARD_NEGATIVES = """
email_status email_verified_at is_email_confirmed email_count email_template_id has_password password_reset_required
password_strength token_type token_count phone_model phone_type ip_version address_type file_name host_name
product_name table_name created_at updated_on last_login number_of_passengers num_users user_count user_type
message_id message_count status type order_id sku quantity price percentage mileage package_name image_width
card_type payment_status state_machine process_state error_message log_level content_type session_duration country_count
tipo_telefono estado_pedido fecha_creacion nome_arquivo type_client urun_adi jumlah_barang 商品名称 订单号 订单状态
fax_header login_banner refresh_token_validity caller_controls login_location last_run temporal_rules validasi
page_title job_status cursor_position flight_count temperature username_length unsubscribed sort_order
event_uid podUid dashboardUID mof_uid unit_uid campaign-uid transfer_syntax_uid project_uid
"""


@each("name", HARD_NEGATIVES.split())
def test_names_about_something_else(detector: NameDetector, name: str) -> None:
    found = verdict(detector, name)
    assert found.pii_class == "none", found
    assert list(detector.classify(Column(name))) == []


CONTEXT = [
    # field, table, type, siblings, class
    ("name", "customers", "", (), "person_name"),
    ("name", "airports", "", (), "none"),
    ("name", "", "", (), "none"),
    ("name", "t_47", "", ("email", "birth_date"), "person_name"),
    ("name", "t_47", "", ("sku", "price"), "none"),
    ("customer.name", "orders", "", (), "person_name"),
    ("product.name", "customers", "", (), "none"),
    ("company_name", "employees", "", (), "employment"),
    ("city", "customers", "", (), "postal_address"),
    ("city", "airports", "", (), "none"),
    ("address.city", "", "", (), "postal_address"),
    ("emails.value", "", "", (), "email"),
    ("email.created_at", "", "", (), "none"),
    ("weight", "patients", "", (), "health"),
    ("weight", "parcels", "", (), "none"),
    ("position", "employees", "", (), "employment"),
    ("comment", "users", "", (), "message_content"),
    ("ad", "musteriler", "", (), "person_name"),
    ("ad", "campaigns", "", (), "none"),
    ("cap", "clienti", "", (), "postal_address"),
    ("cap", "markets", "", (), "none"),
    ("nombre", "clientes", "", (), "person_name"),
    ("email", "users", "boolean", (), "none"),
    ("email", "users", "varchar(255)", (), "email"),
    ("email", "users", "int(11)", (), "none"),
    ("password", "users", "timestamp", (), "none"),
    ("birth", "people", "date", (), "birth"),
    ("pregnant", "patients", "tinyint(1)", (), "health"),
    ("customer", "orders", "integer", (), "person_id"),
    ("customer", "orders", "text", (), "none"),
    ("customers", "orders", "integer", (), "none"),
    ("nom_adh", "adherents", "varchar(255)", (), "person_name"),
    ("id_adh", "adherents", "int", (), "person_id"),
    ("cp_mobile", "contacts", "text", ("cp_id", "cp_givenname", "cp_email", "cp_fax"), "phone"),
    ("asker_id", "asker", "int", (), "person_id"),
    ("id_prizivnik", "prizivnik", "integer", ("fio", "nomer_pasporta"), "person_id"),
    ("parent_id", "categories", "int", (), "none"),
    ("client_id", "oauth_tokens", "int", ("scope", "redirect_uri"), "none"),
    ("client_id", "invoices", "int", (), "person_id"),
    ("campaign_name", "t", "", ("email", "first_name"), "none"),
    ("name", "user_types", "", (), "none"),
    ("nombre", "mascotas", "varchar(50)", (), "none"),
    ("nombres", "", "", (), "person_name"),
    ("state", "t_9", "varchar(20)", ("job", "retries"), "none"),
    ("state", "t_9", "varchar(20)", ("email", "phone"), "postal_address"),
    ("inn", "klienty", "varchar(12)", ("familiya", "otchestvo"), "national_id"),
    ("body", "sms_messages", "longtext", (), "message_content"),
    ("body", "planets", "text", (), "none"),
    ("email", "users", "longtext", (), "email"),
    ("imagem", "usuarios", "longblob", (), "biometric_media"),
]


@pytest.mark.parametrize(("field", "table", "dtype", "siblings", "expected"), CONTEXT)
def test_classified_by_table_and_siblings(
    detector: NameDetector, field: str, table: str, dtype: str, siblings: tuple[str, ...], expected: str
) -> None:
    found = verdict(detector, field, table, dtype, *siblings)
    assert found.pii_class == expected, found


def test_evidence_names_the_phrase_and_its_context(detector: NameDetector) -> None:
    assert verdict(detector, "dateOfBirth").evidence == ("phrase 'date of birth' (en)",)
    assert verdict(detector, "name", "users").evidence == ("phrase 'name' (en)", "table 'users' is about a person")
    assert verdict(detector, "name", "x", "", "email", "phone").evidence[1] == "siblings contain email, phone"
    assert verdict(detector, "email_status").evidence == ("head 'status'",)
    assert verdict(detector, "is_email_ok").evidence == ("begins with 'is'",)
    assert verdict(detector, "email", "", "bool").evidence[-1] == "type 'bool' does not fit email"
    assert verdict(detector, "email_zorblax").evidence[-1] == "unknown word 'zorblax'"
    assert verdict(detector, "email_zorblax").confidence < verdict(detector, "email").confidence


def test_the_package_gives_its_detectors() -> None:
    (names,) = detectors()
    assert names.meta.classes == tuple(load_taxonomy())
    assert not names.meta.reads_values
    assert [c.pii_class for c in names.classify(Column("iban"))] == ["bank_account"]


@settings(max_examples=examples(100), deadline=None)
@given(
    st.text(max_size=300),
    st.text(max_size=60),
    st.text(max_size=20),
    st.lists(st.text(max_size=20), max_size=4).map(tuple),
)
def test_any_column_has_one_verdict(
    detector: NameDetector, field: str, table: str, dtype: str, siblings: tuple[str, ...]
) -> None:
    found = verdict(detector, field, table, dtype, *siblings)
    assert found == verdict(NameDetector() if not field else detector, field, table, dtype, *siblings)
    assert found.pii_class == "none" or found.pii_class in detector.meta.classes
    assert (found.pii_class == "none") == (found.confidence == 0)


@pytest.mark.parametrize(
    "field",
    [
        "a" * 10_000,
        "email" * 2_000,
        "a_" * 5_000,
        "x.y" * 3_000,
        "\x00\x01\x02",
        "\ud800email\udfff",
        "\u202eliame\u202c",
        "42",
        "-1.5e9",
        "\u200f\u200f",
        "[]",
        "$.$..",
        "\u4e2d" * 5_000,
        "\u0130\u0131\u00df" * 400,
    ],
)
def test_hostile_names_have_a_verdict(detector: NameDetector, field: str) -> None:
    found = verdict(detector, field, field, field, field, "email")
    assert 0 <= found.confidence <= 1


def test_random_letters_are_not_personal_data(detector: NameDetector) -> None:
    seeded = random.Random(7)
    names = ["".join(seeded.choices(string.ascii_lowercase, k=seeded.randint(4, 12))) for _ in range(3_000)]
    flagged = [c for c in detector.classify_names(map(Column, names)) if c.pii_class != "none"]
    assert len(flagged) < 10, flagged


def test_public_benchmark_keeps_its_score(detector: NameDetector) -> None:
    benchmark = samples.verified("pii") / "fields.jsonl"
    rows = [json.loads(line) for line in benchmark.read_text(encoding="utf-8").splitlines()]
    columns = (Column(row["field"], row["table"] or "", row["dtype"] or "") for row in rows)
    hit = false = missed = 0
    for row, found in zip(rows, detector.classify_names(columns), strict=True):
        right = found.pii_class in row["labels"]
        hit += right and found.pii_class != "none"
        false += not right and found.pii_class != "none"
        missed += not right and "none" not in row["labels"]
    precision, recall = hit / (hit + false), hit / (hit + missed)
    assert precision >= 0.96
    assert 2 * precision * recall / (precision + recall) >= 0.96


@pytest.mark.parametrize(
    ("field", "table", "siblings", "expected"),
    [
        ("expiration_date", "credit_cards", (), "payment_card"),
        ("hash", "passwords", (), "password"),
        ("numero", "pagamenti", ("cvv", "scadenza"), "payment_card"),
        ("address", "networks", (), "none"),
        ("address", "customers", (), "postal_address"),
        ("departure_time", "flights", (), "none"),
        ("departure_time", "tickets", ("passenger_name", "email"), "travel"),
        ("insertvon", "tbl_student", (), "person_id"),
        ("gueltig_von", "tarife", (), "none"),
        ("author", "books", (), "person_name"),
        ("zorblax_director", "browser", (), "none"),
        ("kode_dosen", "dosen", (), "person_id"),
        ("resume", "articles", ("titre", "prenom", "auteur_nom"), "none"),
        ("emailReferente", "clienti", (), "email"),
        ("SOURCEip", "peers", (), "ip_address"),
        ("IDcliente", "ventas", (), "person_id"),
        ("huJiSheng", "", (), "postal_address"),
        ("user.name.keyword", "", (), "username"),
        ("geo.country_iso_code", "", (), "none"),
        ("geburtsdtum", "", (), "birth"),
        ("dtBirthDate", "users", (), "birth"),
        ("dt_nascimento", "pessoas", (), "birth"),
        ("id_email", "mailings_recipients", (), "none"),
        ("email_id", "customers", (), "email"),
        ("mail_identifier", "contacts", (), "email"),
        ("name", "institutes", ("email", "phone", "street"), "none"),
        ("idrecibo", "recibos", (), "none"),
        ("state_name", "regions", (), "none"),
        ("state_name", "customers", (), "postal_address"),
        ("screenname", "screen_views", (), "none"),
        ("create_user", "orders", (), "person_id"),
    ],
)
def test_earlier_errors_stay_fixed(
    detector: NameDetector, field: str, table: str, siblings: tuple[str, ...], expected: str
) -> None:
    found = verdict(detector, field, table, "", *siblings)
    assert found.pii_class == expected, found


@pytest.mark.parametrize(("dtype", "expected"), [("int", "person_id"), ("varchar(20)", "username"), ("", "username")])
def test_a_user_in_a_column_of_numbers_is_a_key(detector: NameDetector, dtype: str, expected: str) -> None:
    assert verdict(detector, "usuario_devolucao", "prestamos", dtype).pii_class == expected


def test_guess_of_the_ranker_is_marked(detector: NameDetector) -> None:
    found = verdict(detector, "geburtsdtum")
    assert found.evidence[0].startswith("ranker: 'geburtsdtum' is similar: ")
    assert found.confidence < verdict(detector, "geburtsdatum").confidence


def test_the_library_classifies_columns_and_bare_names() -> None:
    found = classify_names(["user.email", Column("name", "airports"), "42"])
    assert [one.pii_class for one in found] == ["email", "none", "none"]


def test_a_hundred_thousand_fields_are_a_stream() -> None:
    names = (f"field_{number % 977}.email" for number in range(100_000))
    assert sum(one.pii_class == "email" for one in classify_names(names)) == 100_000
