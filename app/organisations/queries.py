"""Reads of organisations."""

import re

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.organisations.models import Organisation

SUGGESTIONS = 8


def name_key(name: str) -> str:
    """The form in which names are compared: 'ACME  S.p.A.' and 'Acme SpA' are one organisation."""
    return " ".join(re.sub(r"[.,'’\"]", "", name.casefold()).split())


def organisation_named(session: Session, name: str, country: str) -> Organisation | None:
    """The organisation of a country with this name, spelling aside; the oldest when there are several."""
    wanted = name_key(name)
    exact = select(Organisation).where(Organisation.country == country, Organisation.name == name.strip())
    found = session.scalars(exact.order_by(Organisation.id)).first()
    if found is not None:
        return found
    of_country = select(Organisation.id, Organisation.name).where(Organisation.country == country)
    for number, known in session.execute(of_country.order_by(Organisation.id)):
        if name_key(known) == wanted:
            return session.get(Organisation, number)
    return None


def organisations_like(session: Session, text: str, country: str, limit: int = SUGGESTIONS) -> list[Organisation]:
    """Organisations of a country whose name holds `text`, those that begin with it first. Empty for no text."""
    text = " ".join(text.split())
    if not text or not country:
        return []
    begins = func.lower(Organisation.name).startswith(text.lower(), autoescape=True)
    found = session.scalars(
        select(Organisation)
        .where(Organisation.country == country, Organisation.name.icontains(text, autoescape=True))
        .order_by(begins.desc(), func.lower(Organisation.name), Organisation.id)
        .limit(limit)
    )
    return list(found)
