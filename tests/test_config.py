"""Settings: a missing or wrong one stops the start and is named."""

import stat

import pytest

from config import SettingsError, load_settings, write_first_settings
from tests.conftest import forget_settings


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch) -> None:
    forget_settings(monkeypatch)


def test_a_missing_secret_is_named(tmp_path) -> None:
    with pytest.raises(SettingsError, match="MEETWRIGHT_SECRET_KEY"):
        load_settings(tmp_path / "absent.env")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "short"),
        ("DATABASE_URL", "mysql://host/db"),
        ("PUBLIC_URL", "meet.example"),
        ("SMTP_URL", "http://mail.example"),
        ("SESSION_HOURS", "many"),
    ],
)
def test_a_wrong_value_is_named(monkeypatch, name, value) -> None:
    monkeypatch.setenv("MEETWRIGHT_SECRET_KEY", "x" * 40)
    monkeypatch.setenv(f"MEETWRIGHT_{name}", value)

    with pytest.raises(SettingsError, match=f"MEETWRIGHT_{name}"):
        load_settings(None)


def test_the_first_file_holds_a_fresh_secret_for_its_owner_only(tmp_path) -> None:
    one, two = tmp_path / "one" / "settings.env", tmp_path / "two" / "settings.env"

    assert write_first_settings(one, demo=True)
    assert write_first_settings(two, demo=False)
    assert not write_first_settings(one, demo=False)

    assert stat.S_IMODE(one.stat().st_mode) == 0o600
    assert load_settings(one).secret_key != load_settings(two).secret_key
    assert load_settings(one).demo
    assert not load_settings(two).demo


def test_the_environment_goes_before_the_file(tmp_path, monkeypatch) -> None:
    file = tmp_path / "settings.env"
    write_first_settings(file, demo=False)
    monkeypatch.setenv("MEETWRIGHT_LANGUAGES", "de,en")

    assert load_settings(file).languages == "de,en"


def test_postgresql_addresses_name_their_driver(monkeypatch) -> None:
    monkeypatch.setenv("MEETWRIGHT_SECRET_KEY", "x" * 40)
    monkeypatch.setenv("MEETWRIGHT_DATABASE_URL", "postgresql://u@h/d")

    assert load_settings(None).database_url == "postgresql+psycopg://u@h/d"
