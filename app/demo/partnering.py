"""The partnership stage of the demo: steps on top of the event, each of which does nothing when it was done before.

Later features add their steps to `STEPS`. The past is told in order: `Past` is a clock that a step moves on.
"""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from sqlalchemy.orm import Session

from app.core.clock import Clock
from app.core.untold import untold
from app.events.models import Event
from app.partnerships.models import Partnership
from app.partnerships.queries import partnership_by_slug

BEGAN = timedelta(days=500)
"""How long before today the idea was handed in."""


@cache
def content() -> dict[str, Any]:
    """The texts of the demo partnership."""
    found: dict[str, Any] = tomllib.loads((files("app.demo") / "content" / "partnership.toml").read_text("utf-8"))
    about, decision = found["partnership"], found["decision"]
    about["summary"], decision["minutes"] = reflowed(about["summary"]), reflowed(decision["minutes"])
    return found


def reflowed(text: str) -> str:
    """Paragraphs without the line breaks of the file; an empty line parts them."""
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.strip().split("\n\n"))


@dataclass
class Past:
    """A clock in the past that is moved on by hand and never reaches now."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def wait(self, days: float) -> None:
        """Let days pass."""
        self.now += timedelta(days=days)


@dataclass
class PartnershipStage:
    """What a step works on: the session, the real clock, the demo event, and where to report."""

    session: Session
    clock: Clock
    event: Event
    say: Callable[[str], None]
    past: Past = field(init=False)

    def __post_init__(self) -> None:
        self.past = Past(self.clock() - BEGAN)

    @property
    def partnership(self) -> Partnership:
        """The demo partnership; raises RuntimeError before it is founded."""
        found = demo_partnership(self.session)
        if found is None:
            raise RuntimeError("the demo partnership is not there yet")
        return found


Step = Callable[[PartnershipStage], None]


def demo_partnership(session: Session) -> Partnership | None:
    """The demo partnership, or None before it is loaded."""
    return partnership_by_slug(session, str(content()["partnership"]["slug"]))


def build_partnership(session: Session, clock: Clock, event: Event, say: Callable[[str], None]) -> Partnership:
    """Take all steps in order, committing after each; what is there already stays as it is, and nobody is told."""
    from app.demo.partnership_steps import STEPS

    stage = PartnershipStage(session, clock, event, say)
    with untold(session):
        for step in STEPS:
            step(stage)
            session.commit()
    return stage.partnership
