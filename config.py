"""Typed settings, read from the environment and from `instance/settings.env`.

Every name carries the prefix `MEETWRIGHT_`; `docs/settings.md` lists them. A missing or wrong value stops the start
and is named, so that a mistake shows before anybody signs in.
"""

import secrets
import sys
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent
INSTANCE = ROOT / "instance"
SETTINGS_FILE = INSTANCE / "settings.env"


class SettingsError(RuntimeError):
    """A setting is missing or wrong; the message names each one and how to mend it."""


class Settings(BaseSettings):
    """Everything an installation decides. Times are in seconds, sizes in bytes."""

    model_config = SettingsConfigDict(env_prefix="MEETWRIGHT_", extra="forbid", frozen=True)

    secret_key: str = Field(min_length=32, description="signs sessions and forms; at least 32 characters")
    database_url: str = f"sqlite:///{INSTANCE / 'meetwright.sqlite3'}"
    redis_url: str | None = None
    public_url: str = "http://127.0.0.1:5000"
    smtp_url: str | None = None
    mail_from: str = "Meetwright <no-reply@meetwright.example>"
    demo: bool = False
    embedded_worker: bool = True
    trusted_proxies: int = Field(default=0, ge=0, le=5)
    session_hours: int = Field(default=24 * 14, ge=1, le=24 * 30)
    sign_in_link_minutes: int = Field(default=30, ge=5, le=24 * 60)
    invitation_days: int = Field(default=14, ge=1, le=90)
    upload_bytes: int = Field(default=8 * 1024 * 1024, ge=1024)
    documents_folder: Path = INSTANCE / "documents"
    rate_limits: bool = True
    languages: str = "en"
    embeddings: bool = False
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if value.startswith("postgresql://"):
            return value.replace("postgresql://", "postgresql+psycopg://", 1)
        if value.startswith(("sqlite:///", "postgresql+psycopg://")):
            return value
        raise ValueError("must start with sqlite:/// or postgresql://")

    @field_validator("public_url")
    @classmethod
    def _absolute_url(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("must be an absolute http or https address")
        return value.rstrip("/")

    @field_validator("smtp_url")
    @classmethod
    def _smtp_scheme(cls, value: str | None) -> str | None:
        if value and urlsplit(value).scheme not in {"smtp", "smtps"}:
            raise ValueError("must look like smtp://user:password@host:587 or smtps://host:465")
        return value or None

    @property
    def secure(self) -> bool:
        """True when people reach the site over https."""
        return self.public_url.startswith("https://")

    @property
    def host(self) -> str:
        """The public host name; the right-hand side of calendar UIDs."""
        return urlsplit(self.public_url).hostname or "localhost"

    @property
    def on_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")


def load_settings(settings_file: Path | None = SETTINGS_FILE) -> Settings:
    """Settings from the environment first, then from `settings_file` if it exists.

    Raises SettingsError that names every missing or wrong setting.
    """
    env_file = settings_file if settings_file and settings_file.exists() else None
    try:
        return Settings(_env_file=env_file)  # type: ignore[call-arg]
    except ValidationError as error:
        lines = []
        for problem in error.errors():
            name = "MEETWRIGHT_" + "_".join(str(part) for part in problem["loc"]).upper().removeprefix("MEETWRIGHT_")
            lines.append(f"  {name}: {problem['msg']}")
        hint = "Set them in the environment or in instance/settings.env ('python -m config' writes a first one)."
        raise SettingsError("Settings are missing or wrong:\n" + "\n".join(lines) + "\n" + hint) from None


def write_first_settings(settings_file: Path = SETTINGS_FILE, *, demo: bool) -> bool:
    """Write a settings file with a fresh random secret, readable by its owner only; False when one exists."""
    if settings_file.exists():
        return False
    settings_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)  # it will hold the data, too
    settings_file.touch(mode=0o600)
    lines = [
        f"MEETWRIGHT_SECRET_KEY={secrets.token_urlsafe(48)}",
        f"MEETWRIGHT_DEMO={'true' if demo else 'false'}",
    ]
    settings_file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return True


if __name__ == "__main__":
    made = write_first_settings(demo="--demo" in sys.argv[1:])
    sys.stdout.write(f"{'Wrote' if made else 'Kept'} {SETTINGS_FILE}\n")
