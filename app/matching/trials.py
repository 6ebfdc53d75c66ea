"""Evaluation and learning on one event of the database."""

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.events.models import Event
from app.matching import evaluation, learning
from app.matching.gathering import decisions_of, filters_of, profiles_of
from app.matching.labelling import collect, labels_of
from app.matching.models import MatchLabel
from app.matching.scoring import Matcher
from app.matching.semantic.meaning import meaning_of

__all__ = ["Outcome", "Trial", "collect", "evaluate", "learn"]


@dataclass(frozen=True)
class Trial:
    """What was measured, and a sentence on what it was measured on."""

    about: str
    measured: list[evaluation.Measured]


@dataclass(frozen=True)
class Outcome:
    """What learning came to: lines for the command line, and what the organiser's page keeps."""

    text: str
    proposal: dict[str, Any]


def evaluate(session: Session, event: Event, *, k: int, held_back: float) -> Trial:
    """Measure the lists of an event on its later requests. ValueError when there is nothing to measure."""
    labels = labels_of(session, event.id)
    if not labels:
        raise ValueError("this event has no meeting requests yet: there is nothing to measure")
    earlier, later = evaluation.split_by_time([_asked(label) for label in labels], held_back)
    matcher = _matcher(session, event)
    measured = evaluation.evaluate(matcher, evaluation.rankers(matcher, earlier), earlier, later, k)
    about = (
        f"{len(labels)} requests, of which the last {len(later)} are held back; "
        f"{len({one.asker for one in later if one.accepted})} people asked somebody who accepted. "
        "Mean over them, 95 % interval in brackets. Scores are of the profiles as they are today."
    )
    return Trial(about, measured)


def learn(session: Session, event: Event) -> Outcome:
    """Learn weights from the earlier requests of an event and judge them on the later ones."""
    labels = labels_of(session, event.id)
    earlier, later = evaluation.split_by_time([_asked(label) for label in labels])
    present = decisions_of(session, event.id).weights
    then = {(label.asker_id, label.asked_id): label.figures for label in labels if label.figures}
    try:
        found = learning.learn(_matcher(session, event), present, earlier, later, then)
    except learning.TooFewError as error:
        return Outcome(
            f"Nothing learnt: {error}.",
            {"words": _("Nothing could be learnt yet: there are too few answered requests.")},
        )
    rows = [f"  {part:<12}{old:8.3f}{new:8.3f}" for (part, old), new in zip(
        _normal(present.as_dict()).items(), found.weights.as_dict().values(), strict=True)]  # fmt: skip
    verdict = "They win and are proposed." if found.wins else "They do not win; the weights stay."
    text = "\n".join([
        f"Learnt from {found.right} accepted requests; {len(then)} of {len(labels)} with the parts of their day.",
        f"  {'part':<12}{'now':>8}{'learnt':>8}", *rows,
        f"{learning.MEASURE} on the later requests of {found.askers} people: now {found.present:.3f}, "
        f"learnt {found.learnt:.3f}; difference {found.low:+.3f} to {found.high:+.3f} (95 %).",
        verdict,
    ])  # fmt: skip
    return Outcome(text, _proposal(found))


def _proposal(found: learning.Learnt) -> dict[str, Any]:
    figures = {
        "right": found.right, "askers": found.askers, "now": f"{found.present:.3f}", "learnt": f"{found.learnt:.3f}",
        "low": f"{found.low:+.3f}", "high": f"{found.high:+.3f}",
    }  # fmt: skip
    measured = _(
        "Learnt from %(right)s accepted requests and tried on the later ones of %(askers)s people: nDCG@10 is now"
        " %(now)s, with the learnt weights %(learnt)s (difference %(low)s to %(high)s, 95 %%).",
        **figures,
    )
    if not found.wins:
        return {"words": measured + " " + _("That is no proven gain; the weights stay as they are.")}
    return {"words": measured, "weights": found.weights.as_dict()}


def _asked(label: MatchLabel) -> evaluation.Asked:
    return evaluation.Asked(
        label.asker_id,
        label.asked_id,
        accepted=label.state == "accepted" or label.mutual,
        answered=label.state in {"accepted", "declined"},
        held=bool(label.held),
    )


def _matcher(session: Session, event: Event) -> Matcher:
    decisions = decisions_of(session, event.id)
    profiles, filters = profiles_of(session, event.id), filters_of(session, event, decisions)
    return Matcher(profiles, decisions.weights, filters, meaning=meaning_of(session, profiles))


def _normal(weights: dict[str, float]) -> dict[str, float]:
    whole = sum(weights.values())
    return {part: weight / whole for part, weight in weights.items()}
