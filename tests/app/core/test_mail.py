"""Mail: kept without SMTP, sent with it, tried again when the server is away."""

import socketserver
import threading
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from sqlalchemy import select

from app.core import mail
from app.core.models import Mail


class Conversation(socketserver.StreamRequestHandler):
    """Enough of SMTP to take mails in."""

    def handle(self) -> None:
        self.say("220 tests")
        while line := self.rfile.readline().decode().strip():
            verb = line.split()[0].upper()
            if verb == "DATA":
                self.say("354 go on")
                self.server.taken.append(self.text())
                self.say("250 taken")
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 fine")

    def text(self) -> bytes:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line.removeprefix(b"."))
        return b"".join(lines)

    def say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


@pytest.fixture
def smtp() -> Iterator[tuple[str, list[bytes]]]:
    """The address of a mail server, and what it took."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Conversation) as server:
        server.taken = []
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"smtp://127.0.0.1:{server.server_address[1]}", server.taken
        server.shutdown()
        thread.join()


def test_without_a_server_mails_stay(app, session, settings, clock) -> None:
    mail.write_mail(session, clock, "pia@example.org", "Hello", "Text")
    session.commit()

    assert mail.send_due(app.extensions["database"], settings, clock) == 0
    assert session.scalars(select(Mail.sent_at)).one() is None


def test_a_mail_goes_out_once_with_its_calendar(app, session, settings, clock, smtp) -> None:
    address, taken = smtp
    attached = mail.Attachment(
        "m.ics", "text/calendar; method=REQUEST; charset=utf-8", "BEGIN:VCALENDAR\r\nEND:VCALENDAR"
    )
    mail.write_mail(session, clock, "pia@example.org", "Grüße\r\nBcc: all@example.org", "Zoë meets you", attached)
    session.commit()
    ready = settings.model_copy(update={"smtp_url": address})

    assert mail.send_due(app.extensions["database"], ready, clock) == 1
    assert mail.send_due(app.extensions["database"], ready, clock) == 0

    got = message_from_bytes(taken[0], policy=policy.default)
    assert len(taken) == 1
    assert (got["To"], got["Subject"], got["Bcc"]) == ("pia@example.org", "Grüße Bcc: all@example.org", None)
    assert got.get_body(("plain",)).get_content().strip() == "Zoë meets you"
    calendar = next(part for part in got.walk() if part.get_content_type() == "text/calendar")
    assert calendar.get_param("method") == "REQUEST"
    assert calendar.get_param("charset") == "utf-8"


def test_a_server_that_is_away_is_tried_again_later_and_not_for_ever(app, session, settings, clock) -> None:
    mail.write_mail(session, clock, "pia@example.org", "Hello", "Text")
    session.commit()
    away = settings.model_copy(update={"smtp_url": "smtp://127.0.0.1:9"})

    assert mail.send_due(app.extensions["database"], away, clock) == 0
    session.expire_all()
    row = session.scalars(select(Mail)).one()
    assert (row.attempts, row.sent_at) == (1, None)
    assert row.next_try_at > clock()
    session.rollback()  # the writer must not be kept waiting by the test
    for _ in range(2 * mail.MAX_ATTEMPTS):
        clock.advance(timedelta(days=1))
        mail.send_due(app.extensions["database"], away, clock)
    session.expire_all()
    assert row.attempts == mail.MAX_ATTEMPTS
