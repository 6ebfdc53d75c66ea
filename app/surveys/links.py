"""Personal links: signed with the application's key, revoked by a new nonce; nothing that opens an answer is stored."""

import secrets

from flask import current_app
from flask_babel import gettext as _
from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy.orm import Session, joinedload

from app.core.errors import Gone, NotFound
from app.surveys.models import SurveyCampaign, SurveyResponse
from app.surveys.process import ENDED

NONCE_BYTES = 12


def new_nonce() -> str:
    """What a new link carries; links with an older one stop working."""
    return secrets.token_urlsafe(NONCE_BYTES)


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="survey answer")


def token_of(response: SurveyResponse) -> str:
    """The token of the response's personal link. The response has a nonce."""
    return str(_signer().dumps([response.id, response.link_nonce]))


def address_of(response: SurveyResponse) -> str:
    """The absolute address of the personal link."""
    return f"{current_app.extensions['settings'].public_url}/answer/{token_of(response)}/"


def response_of(session: Session, token: str) -> SurveyResponse:
    """The response a token opens. Raises NotFound for one we never signed, Gone for one that was revoked or ended."""
    try:
        number, nonce = _signer().loads(token)
    except (BadData, ValueError, TypeError):
        raise NotFound(_("This link is not complete. Copy it from the mail once more.")) from None
    response = session.get(
        SurveyResponse,
        number,
        options=[joinedload(SurveyResponse.campaign).joinedload(SurveyCampaign.partnership)],
    )
    if response is None or response.link_nonce is None or response.state in ENDED:
        raise Gone(_("This link does not work any more. Ask your regional contact for a new one."))
    if not secrets.compare_digest(response.link_nonce, str(nonce)):
        raise Gone(_("This link was replaced by a newer one. Look for the latest mail, or ask your regional contact."))
    return response
