"""Mail: written in the transaction of its reason, sent by the worker, kept for the outbox page without SMTP."""

import logging
import smtplib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from email.utils import make_msgid
from urllib.parse import unquote, urlsplit

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.core.clock import Clock, system_clock
from app.core.database import Database
from app.core.models import Mail
from app.core.untold import is_untold
from config import Settings

log = logging.getLogger(__name__)
MAX_ATTEMPTS = 8
BATCH = 50


@dataclass(frozen=True)
class Attachment:
    """A text attachment; `content_type` may carry parameters, e.g. 'text/calendar; method=REQUEST; charset=utf-8'."""

    name: str
    content_type: str
    text: str


def write_mail(
    session: Session,
    clock: Clock,
    recipient: str,
    subject: str,
    body: str,
    attachment: Attachment | None = None,
) -> Mail:
    """Put a plain-text mail into the outbox, in the current transaction; within `untold` it goes nowhere."""
    row = Mail(
        recipient=recipient,
        subject=" ".join(subject.split())[:300],
        body=body,
        attachment=attachment.text if attachment else None,
        attachment_type=attachment.content_type if attachment else None,
        attachment_name=attachment.name if attachment else None,
        created_at=clock(),
    )
    if not is_untold(session):
        session.add(row)
    return row


def as_message(row: Mail, settings: Settings) -> EmailMessage:
    """The MIME message of an outbox row."""
    message = EmailMessage()
    message["From"] = settings.mail_from
    message["To"] = row.recipient
    message["Subject"] = row.subject
    message["Message-ID"] = make_msgid(domain=settings.host)
    message["Date"] = row.created_at
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(row.body)
    if row.attachment and row.attachment_type:
        main, *parameters = [part.strip() for part in row.attachment_type.split(";")]
        _, subtype = main.split("/")
        values = dict(p.split("=", 1) for p in parameters if "=" in p)
        values.pop("charset", None)
        if subtype == "calendar":
            message.add_alternative(row.attachment, subtype=subtype, params=values)
        else:
            message.add_attachment(row.attachment, subtype=subtype, filename=row.attachment_name, params=values)
    return message


def send_due(database: Database, settings: Settings, clock: Clock = system_clock) -> int:
    """Send what waits in the outbox; returns how many went out. Without SMTP settings nothing is taken."""
    if not settings.smtp_url:
        return 0
    sent = 0
    with database.open() as session:
        now = clock()
        due = session.scalars(
            select(Mail)
            .where(Mail.sent_at.is_(None), Mail.attempts < MAX_ATTEMPTS)
            .where(or_(Mail.next_try_at.is_(None), Mail.next_try_at <= now))
            .order_by(Mail.id)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        ).all()
        if not due:
            return 0
        for row in due:
            row.attempts += 1
            try:
                _deliver(settings.smtp_url, lambda smtp, row=row: smtp.send_message(as_message(row, settings)))  # type: ignore[misc]
            except (OSError, smtplib.SMTPException) as error:
                row.error = str(error)[:500]
                row.next_try_at = now + timedelta(seconds=30 * 2**row.attempts)
                log.warning("mail %s was not sent: %s", row.id, error)
            else:
                row.sent_at, row.error = clock(), None
                sent += 1
        session.commit()
    return sent


def _deliver(smtp_url: str, send: Callable[[smtplib.SMTP], object]) -> None:
    parts = urlsplit(smtp_url)
    host, secure = parts.hostname or "localhost", parts.scheme == "smtps"
    kind = smtplib.SMTP_SSL if secure else smtplib.SMTP
    with kind(host, parts.port or (465 if secure else 25), timeout=20) as smtp:
        if not secure and smtp.has_extn("starttls"):
            smtp.starttls()
        if parts.username:
            smtp.login(unquote(parts.username), unquote(parts.password or ""))
        send(smtp)
