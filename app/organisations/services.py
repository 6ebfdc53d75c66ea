"""Writes on organisations: found again by name and country, so that colleagues share one."""

from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import audit
from app.core.clock import Clock
from app.core.errors import Invalid
from app.organisations import reference
from app.organisations.classifications import CodeList
from app.organisations.models import Organisation
from app.organisations.queries import name_key, organisation_named

NAME_LENGTH = 200
WEBSITE_LENGTH = 300


@dataclass(frozen=True)
class OrganisationData:
    """What is known of an organisation; codes are of the schemes named in `reference`, empty text means unknown."""

    name: str
    country: str
    kind: str = ""
    size: str | None = None
    nuts: str | None = None
    nace: str | None = None
    website: str | None = None
    description: str = ""


def find_or_create(session: Session, clock: Clock, actor: User | None, data: OrganisationData) -> Organisation:
    """The organisation of this name and country, as it is; a new one when there is none.

    Raises Invalid, with the field, for an unknown code, a region of another country or a new one without a kind.
    """
    data = checked(data, kind_needed=False)
    _lock_name(session, data)
    found = organisation_named(session, data.name, data.country)
    if found is not None:
        return found
    data = checked(data)
    organisation = Organisation(created_at=clock(), **vars(data))
    session.add(organisation)
    session.flush()
    _record(session, clock, actor, organisation, "organisation.create")
    return organisation


def update(
    session: Session, clock: Clock, actor: User | None, organisation: Organisation, data: OrganisationData
) -> None:
    """Change an organisation. Raises Invalid like `find_or_create`, and when another one has the name already."""
    data = checked(data)
    _lock_name(session, data)
    other = organisation_named(session, data.name, data.country)
    if other is not None and other.id != organisation.id:
        raise Invalid(_("%(name)s is on the list already; choose it instead.", name=other.name), field="name")
    if all(getattr(organisation, name) == value for name, value in vars(data).items()):
        return
    for name, value in vars(data).items():
        setattr(organisation, name, value)
    session.flush()
    _record(session, clock, actor, organisation, "organisation.update")


def checked(data: OrganisationData, *, kind_needed: bool = True) -> OrganisationData:
    """The same data, tidied. Raises Invalid with the field at the first fault."""
    name = " ".join(data.name.split())
    if not name or not name_key(name):
        raise Invalid(_("Write the name of the organisation."), field="name")
    if len(name) > NAME_LENGTH:
        raise Invalid(_("Use at most %(n)d characters for the name.", n=NAME_LENGTH), field="name")
    _require(reference.countries(), data.country, "country")
    if kind_needed and not data.kind:
        raise Invalid(_("Say what kind of organisation it is."), field="kind")
    _require(reference.organisation_kinds(), data.kind, "kind")
    _require(reference.organisation_sizes(), data.size, "size")
    _require(reference.activities(), data.nace, "nace")
    _require(reference.regions(), data.nuts, "nuts")
    if data.nuts and reference.region_country(data.nuts) != data.country:
        country = reference.countries().label(data.country)
        raise Invalid(
            _("%(region)s is not a region of %(country)s.", region=data.nuts, country=country or "?"), field="nuts"
        )
    return replace(
        data,
        name=name,
        size=data.size or None,
        nuts=data.nuts or None,
        nace=data.nace or None,
        website=checked_website(data.website),
        description=data.description.strip(),
    )


def checked_website(website: str | None) -> str | None:
    """An http or https address, completed with https:// where that is missing; None for no text."""
    text = (website or "").strip()
    if not text:
        return None
    if "://" not in text:
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        good = parts.scheme in {"http", "https"} and "." in (parts.hostname or "") and len(text.split()) == 1
    except ValueError:
        good = False
    if not good:
        raise Invalid(_("Write the website as an address such as https://example.org."), field="website")
    if len(text) > WEBSITE_LENGTH:
        raise Invalid(_("Use at most %(n)d characters for the website.", n=WEBSITE_LENGTH), field="website")
    return text


def _require(codes: CodeList, code: str | None, field: str) -> None:
    if code and code not in codes:
        raise Invalid(
            _("“%(code)s” is not a code of %(scheme)s: %(hint)s.", code=code, scheme=codes.scheme, hint=codes.hint),
            field=field,
        )
    if not code and field == "country":
        raise Invalid(_("Choose the country."), field=field)


def _lock_name(session: Session, data: OrganisationData) -> None:
    """Two colleagues who register at the same moment must not make two organisations; SQLite has one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"{data.country}:{name_key(data.name)}"))))


def _record(session: Session, clock: Clock, actor: User | None, organisation: Organisation, action: str) -> None:
    audit.record(
        session,
        clock,
        actor_id=actor.id if actor else None,
        action=action,
        subject_kind="organisation",
        subject_id=organisation.id,
    )
