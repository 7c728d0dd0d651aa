"""Secrets: where they may be, what is said when they are not there, and that they are never shown."""

import json
from pathlib import Path

import pytest

from parcelwatch import config
from parcelwatch.cli import main
from parcelwatch.config import Config, Secret
from parcelwatch.couriers.base import Account
from parcelwatch.errors import ConfigError

CANARY = "s3cr3t-canary"
ACCOUNT = '[couriers.my_dhl]\napi = "dhl"\n'


def loaded(folder: Path, text: str, **environ: str) -> Config:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return config.load(path, environ=environ)


def key_of(found: Config) -> Secret:
    key = found.account("my_dhl").key
    assert key
    return key


def with_key(folder: Path, written: str, **environ: str) -> Secret:
    return key_of(loaded(folder, f'{ACCOUNT}key = "{written}"\n', **environ))


def why_unreadable(secret: Secret) -> str:
    with pytest.raises(ConfigError) as refused:
        secret.read()
    return str(refused.value)


# --- where it may be -----------------------------------------------------------------------------


def test_a_secret_in_the_environment_is_read_when_it_is_used(tmp_path: Path) -> None:
    assert with_key(tmp_path, "env:DHL_API_KEY", DHL_API_KEY=CANARY).read() == CANARY


def test_a_secret_in_a_file_is_found_beside_the_configuration_and_stripped(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "dhl").write_text(f"\ufeff{CANARY}\r\n", encoding="utf-8")
    assert with_key(tmp_path, "file:keys/dhl").read() == CANARY
    assert with_key(tmp_path, f"file:{tmp_path}/keys/dhl").read() == CANARY


def test_a_credential_of_the_service_is_found_where_systemd_puts_it(tmp_path: Path) -> None:
    (tmp_path / "dhl").write_text(CANARY)
    assert with_key(tmp_path, "credential:dhl", CREDENTIALS_DIRECTORY=str(tmp_path)).read() == CANARY


def test_a_secret_that_stands_in_the_file_works_with_a_warning(tmp_path: Path) -> None:
    found = loaded(tmp_path, f'{ACCOUNT}key = "{CANARY}"\n')
    assert key_of(found).read() == CANARY
    assert any("config.toml:3: couriers.my_dhl.key: the secret itself" in warning for warning in found.warnings)


def test_a_sandbox_may_have_its_key_in_the_file(tmp_path: Path) -> None:
    found = loaded(tmp_path, f'{ACCOUNT}key = "{CANARY}"\nbase_url = "http://127.0.0.1:8399/dhl"\n')
    assert not any("secret" in warning for warning in found.warnings)


def test_a_customer_number_may_stand_in_the_file(tmp_path: Path) -> None:
    found = loaded(tmp_path, f'{ACCOUNT}customer = "{CANARY}"\n')
    assert not any("secret" in warning for warning in found.warnings)


@pytest.mark.parametrize(
    ("where", "value", "why"),
    [
        ("couriers.my_dhl.key", "abc\u2011def", 'its character 4 is "\u2011" (NON-BREAKING HYPHEN)'),
        ("couriers.my_dhl.secret", "abcdef\u2013", 'its character 7 is "–" (EN DASH)'),
        ("couriers.my_dhl.token", "ａbc", 'its character 1 is "ａ" (FULLWIDTH LATIN SMALL LETTER A)'),
        ("couriers.my_dhl.key", "abc\u200bdef", "its character 4 is (ZERO WIDTH SPACE)"),
        ("couriers.my_dhl.key", "abc\u00a0def", "its character 4 is (NO-BREAK SPACE)"),
        ("shops.web.key", "ck_abc\u2212", 'its character 7 is "−" (MINUS SIGN)'),
        ("service.heartbeat_url", "https://hc.example.com/\u2013", 'its character 24 is "–" (EN DASH)'),
        ("service.proxy", "http://me:pässwort@proxy.example.com", 'its character 12 is "ä"'),
        ("service.proxy", "socks5://proxy.example.com:1080", "expected the address of an HTTP proxy"),
        ("service.proxy", "proxy.example.com:3128", "expected the address of an HTTP proxy"),
        ("tokens.wms.secret", "fifteen-letters", "it has 15 characters and needs 16 or more"),
        ("tokens.wms.secret", "sixteen\u2013letters!", 'its character 8 is "–"'),
    ],
)
def test_a_secret_that_cannot_be_of_use_is_told_by_the_check_with_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], where: str, value: str, why: str
) -> None:
    table, _, key = where.rpartition(".")
    api = {"couriers": 'api = "dhl"\n', "shops": 'api = "declared"\ndeclared = "woocommerce"\n'}
    needed = 'key = "k3y-of-dhl"\n' if table == "couriers.my_dhl" and key != "key" else ""
    needed += 'secret = "s3cr3t-of-web"\nbase_url = "https://shop.example.com"\n' if table == "shops.web" else ""
    (tmp_path / "secret").write_text(value, encoding="utf-8")
    text = f'[{table}]\n{api.get(table.partition(".")[0], "")}{needed}{key} = "file:secret"\n'
    (tmp_path / "config.toml").write_text(text, encoding="utf-8")
    assert main(["--config", str(tmp_path / "config.toml"), "config", "check", "--json"]) == 78
    (said,) = json.loads(capsys.readouterr().out)["errors"]
    assert why in said
    assert 'the secret "file:secret"' in said
    assert value not in said.partition("such as")[0]


def test_a_customer_may_be_called_as_customers_are(tmp_path: Path) -> None:
    found = loaded(tmp_path, f'{ACCOUNT}customer = "莲花灯具"\n').account("my_dhl").customer
    assert found
    assert found.read() == "莲花灯具"


# --- when it is not there ------------------------------------------------------------------------


def test_a_secret_that_is_missing_stops_nobody_who_does_not_use_it(tmp_path: Path) -> None:
    assert with_key(tmp_path, "env:DHL_API_KEY").source == "env:DHL_API_KEY"


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("env:DHL_API_KEY", "the environment variable DHL_API_KEY is not set"),
        ("env:EMPTY", "it is empty"),
        ("env:LINES", "it holds a line break or another control character"),
        ("file:nowhere", "No such file or directory"),
        ("file:.", "Is a directory"),
        ("file:binary", "it is not text"),
        ("credential:dhl", "No such file or directory"),
    ],
)
def test_a_secret_that_cannot_be_used_names_its_line_and_its_place(tmp_path: Path, written: str, why: str) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    message = why_unreadable(with_key(tmp_path, written, EMPTY=" ", LINES=f"{CANARY}\nX-Injected: 1"))
    assert message.startswith(f'config.toml:3 couriers.my_dhl.key: the secret "{written}" cannot be used: ')
    assert why in message
    assert CANARY not in message


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("", "is empty"),
        ("env:", 'where the secret is: "env:NAME"'),
        ("ENV:DHL_API_KEY", 'where the secret is: "env:NAME"'),
        ("$DHL_API_KEY", 'write "env:DHL_API_KEY"'),
        ("${DHL_API_KEY}", 'write "env:DHL_API_KEY"'),
        ("credential:../dhl", "named, not a path"),
    ],
)
def test_a_secret_written_wrongly_is_refused_at_once(tmp_path: Path, written: str, why: str) -> None:
    with pytest.raises(ConfigError, match=r"config\.toml:3: couriers\.my_dhl\.key: ") as refused:
        with_key(tmp_path, written)
    assert why in str(refused.value)


def test_a_secret_file_that_others_may_read_is_warned_of(tmp_path: Path) -> None:
    secret = tmp_path / "dhl"
    secret.write_text(CANARY)
    for mode, warned in ((0o644, True), (0o640, False), (0o600, False)):
        secret.chmod(mode)
        found = loaded(tmp_path, f'{ACCOUNT}key = "file:dhl"\n')
        assert any("others may read" in warning for warning in found.warnings) is warned


def test_a_configuration_with_secrets_in_it_that_others_may_read_is_warned_of(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(f'{ACCOUNT}key = "{CANARY}"\n')
    path.chmod(0o644)
    assert any("others may read this file" in warning for warning in config.load(path).warnings)


# --- never shown ---------------------------------------------------------------------------------

EVERYWHERE = f"""
[couriers.a]
api = "dhl"
key = "{CANARY}-1"
customer = "{CANARY}-2"
secret = "{CANARY}-3"
[channels.ops]
url = "slack://{CANARY}-4"
"""


def test_no_way_of_printing_a_configuration_shows_a_secret(tmp_path: Path) -> None:
    found = loaded(tmp_path, EVERYWHERE)
    everything = [
        repr(found),
        str(found.file),
        json.dumps(found.effective()),
        found.file.model_dump_json(),
        str(found.file.model_dump()),
        repr(found.accounts()),
        f"{found.channels()['ops'].url!r} {found.channels()['ops'].url} {found.account('a').key:>20}",
        repr(found.policy()),
        *found.warnings,
    ]
    assert CANARY not in "".join(everything)


def test_config_show_masks_every_secret(tmp_path: Path) -> None:
    shown = loaded(tmp_path, EVERYWHERE).effective()
    assert shown["couriers"]["a"] == {
        "api": "dhl",
        "key": "***",
        "customer": "***",
        "secret": "***",
        "options": {},
        "companies": [],
    }
    assert shown["channels"]["ops"]["url"] == "***"


def test_what_opens_something_is_a_secret_among_options_too(tmp_path: Path) -> None:
    text = '[couriers.sdk]\napi = "karrio"\noptions = {{ carrier = "fedex", track_secret_key = "{}", pin = "7" }}\n'
    before, after = loaded(tmp_path, text.format(CANARY)), loaded(tmp_path, text.format(CANARY + "-new"))
    assert before.effective()["couriers"]["sdk"]["options"] == {
        "carrier": "fedex",
        "track_secret_key": "***",
        "pin": "***",
    }
    assert config.fingerprint(before) != config.fingerprint(after)
    assert config.changes(before, after) == ["couriers.sdk.options.track_secret_key: its secret is named anew"]
    account = Account("sdk", "karrio", "k", "", options=before.accounts()["sdk"].options)
    assert account.secrets == (CANARY,)


@pytest.mark.parametrize(
    "text",
    [
        f'[channels]\nops = "slack://{CANARY}"',
        f'[couriers]\na = "{CANARY}"',
        f'[couriers.a]\napi = "dhl"\nkey = ["{CANARY}"]',
        f'[couriers.a]\napi = "dhl"\nkey = {{ value = "{CANARY}" }}',
        f'[couriers.a]\napi = "dhl"\nkei = "{CANARY}"',
        f'[couriers.a]\napi = "dhl"\nbase_url = "ftp://user:{CANARY}@example.com"',
        f'[channels.ops]\nurl = "slack://{CANARY}"\ntimeout = 3',
    ],
)
def test_no_fault_shows_a_secret(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError) as refused:
        loaded(tmp_path, text)
    assert CANARY not in str(refused.value)
    assert refused.value.__context__ is None
