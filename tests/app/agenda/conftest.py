"""An event with a published meeting of Pia and Piotr, and a third participant who is at neither."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask_socketio import SocketIOTestClient
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.live import socketio
from app.events.models import Phase
from app.meetings.models import MeetingRequest
from app.registrations.models import Participant
from tests import cast as casting
from tests.factories import agenda as factory
from tests.factories.timetables import make_participant, make_request


@dataclass
class Published:
    """The cast with a timetable: Pia and Piotr meet in the first slot at the first table; Petra sits nowhere."""

    cast: casting.Cast
    request: MeetingRequest
    petra: User
    petra_participant: Participant


@pytest.fixture
def published(app: Flask, session: Session, cast: casting.Cast, clock: casting.FixedClock) -> Published:
    third = make_participant(session, clock, cast, "Petra")
    cast.event.phase = Phase.LIVE
    asked = make_request(session, clock, cast.pia_participant, cast.piotr_participant)
    asked.message = "We look for a partner."
    with app.app_context():
        factory.publish(session, clock, cast.event, [(asked, cast.slots[0], cast.tables[0])])
        session.commit()
    return Published(cast, asked, third.user, third)


@pytest.fixture
def socket(app: Flask, session: Session, sign_in: Callable[[User], Any], client: Any) -> Callable[..., Any]:
    """Open a socket for an account, or for nobody."""
    opened: list[SocketIOTestClient] = []

    def connect(user: User | None = None) -> SocketIOTestClient:
        session.commit()
        browser = sign_in(user) if user else client
        made = SocketIOTestClient(app, socketio, flask_test_client=browser)
        opened.append(made)
        return made

    yield connect  # type: ignore[misc]
    for made in opened:
        if made.is_connected():
            made.disconnect()


@pytest.fixture
def relayed(app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Emit what waits, as the relay of a serving process does."""
    monkeypatch.setitem(app.config, "SERVES_SOCKETS", True)
    monkeypatch.setitem(app.extensions, "socket_check_started", True)  # no background tasks in tests
    from app.core import live

    def relay() -> int:
        session.commit()  # SQLite has one writer at a time
        return live.relay(app)

    return relay
