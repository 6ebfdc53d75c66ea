"""Pages for those who follow answers: the list, invitations, one answer with validation, links and history."""

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.accounts.models import User
from app.accounts.policy import need_user
from app.core import transitions
from app.core.database import session
from app.core.errors import Forbidden, NotFound
from app.core.guard import guarded
from app.core.transitions import Act
from app.surveys import forms, queries, services
from app.surveys.blueprint import Page, blueprint, clock, page, submitted
from app.surveys.policy import current_campaign, current_response, current_standing, survey_response, survey_worker
from app.surveys.process import OPEN, SurveyFacts, machine
from app.surveys.questions import Asked
from app.surveys.showing import RANKS, may_see, region_name, title_of, words

PER_PAGE = 50
STEPS_HERE = ("validate", "return", "withdraw", "erase")


def visible_regions() -> list[str] | None:
    """The regions whose answers the reader may list: all for coordinators and analysts."""
    standing = current_standing()
    return None if standing.sees_answers else sorted(standing.regions)


def inviting_regions() -> list[str]:
    """The regions for which the reader may ask organisations."""
    standing = current_standing()
    regions = queries.region_codes(session(), current_campaign().partnership_id)
    return [nuts for nuts in regions if standing.is_coordinator or nuts in standing.regions]


@blueprint.get("/<code>/responses")
@guarded(survey_worker)
def responses(partnership: str, code: str) -> Page:
    """Who was asked, and how far they are."""
    return _responses_page(_invite_form())


def _responses_page(form: forms.InviteForm, *, bad: bool = False) -> Page:
    campaign = current_campaign()
    wanted = {name: request.args.get(name, "").strip() for name in ("nuts", "state", "q")}
    number = max(1, request.args.get("page", 1, type=int))
    found = queries.responses_of(
        session(),
        campaign,
        regions=visible_regions(),
        nuts=wanted["nuts"],
        state=wanted["state"],
        text=wanted["q"],
        page=number,
        per_page=PER_PAGE,
    )
    regions = visible_regions() or queries.region_codes(session(), campaign.partnership_id)
    return page(
        "responses",
        bad=bad,
        campaign=campaign,
        standing=current_standing(),
        found=found,
        number=number,
        pages=-(-found.total // PER_PAGE),
        per_page=PER_PAGE,
        wanted=wanted,
        region_choices=[("", _("All regions")), *((r, region_name(r)) for r in regions)],
        state_choices=[("", _("All states")), *((s.key, _(s.name)) for s in machine("survey_response").states)],
        machine=machine("survey_response"),
        form=form,
        may_invite=bool(form.nuts.choices) and campaign.state in {"design", OPEN},
    )


def _invite_form() -> forms.InviteForm:
    form = forms.InviteForm()
    form.nuts.choices = [(nuts, f"{region_name(nuts)} ({nuts})") for nuts in inviting_regions()]
    return form


def _own_act(nuts: str, comment: str = "") -> Act:
    standing = current_standing()
    roles = standing.roles | (frozenset({"contact"}) if nuts in standing.regions else frozenset())
    return Act(need_user().id, roles, comment)


@blueprint.post("/<code>/responses")
@guarded(survey_worker)
def invite(partnership: str, code: str) -> Page:
    """Ask organisations of a region."""
    campaign, form = current_campaign(), _invite_form()
    if not form.nuts.choices:
        raise Forbidden(_("Only regional contacts and coordinators invite."))
    made: list[object] = []

    def work() -> None:
        nuts = form.nuts.data or ""
        lines = form.lines.data or ""
        made.extend(services.invite_lines(session(), clock(), _own_act(nuts), campaign, nuts=nuts, lines=lines))

    if not submitted(form, work):
        return _responses_page(form, bad=True)
    later = _("%(n)d noted; the mails go out when the survey opens.", n=len(made))
    flash(_("%(n)d invitations are on their way.", n=len(made)) if campaign.state == OPEN else later, "success")
    return redirect(url_for("surveys.responses", partnership=partnership, code=code, nuts=form.nuts.data))


@blueprint.post("/<code>/responses/remind")
@guarded(survey_worker)
def remind(partnership: str, code: str) -> Response:
    """Remind everybody of one's regions who has not submitted, or one region."""
    campaign, mine = current_campaign(), set(inviting_regions())
    nuts = request.form.get("nuts", "")
    if not mine or (nuts and nuts not in mine):
        raise Forbidden(_("Only the contact of this region and the coordinators remind."))
    number = 0
    if campaign.state == OPEN:
        waiting = services.unfinished_of(session(), campaign, [nuts] if nuts else mine)
        number = services.remind(session(), clock(), waiting)
    flash(_("%(n)d reminders are on their way.", n=number), "success" if number else "info")
    return redirect(url_for("surveys.responses", partnership=partnership, code=code))


@blueprint.get("/<code>/responses/<answer>/")
@guarded(survey_response)
def response(partnership: str, code: str, answer: str) -> Page:
    """One answer, part by part, with what its contact can do about it."""
    campaign, found, standing = current_campaign(), current_response(), current_standing()
    asked = queries.asked_of(session(), campaign, found.nuts)
    saved = queries.answers_of(session(), found.id)
    rank = RANKS["private"] if found.nuts in standing.regions else RANKS["analysts"]
    content = saved["respondent"].content if "respondent" in saved else {}
    missing = tuple(block.key for block, _why in services.missing_parts(session(), _reading(asked)))
    facts = SurveyFacts(campaign_state=campaign.state, missing=missing)
    choices = transitions.choices(machine("survey_response"), found.state, standing.roles_at(found), facts)
    history = transitions.history(session(), "survey_response", found.id)
    names = {
        u.id: u.name for u in session().query(User).filter(User.id.in_({h.actor_id for h in history if h.actor_id}))
    }
    return page(
        "response",
        campaign=campaign,
        response=found,
        asked=asked,
        blocks=asked.blocks_for(content.get("type")),
        saved=saved,
        open_to_me={key: may_see(row.visibility, rank) for key, row in saved.items()},
        state=machine("survey_response").state(found.state),
        choices=[choice for choice in choices if choice.transition.key in STEPS_HERE],
        may_answer=campaign.state == OPEN and found.state in {"invited", "in_progress", "returned"},
        history=history,
        names=names,
        words=words,
        title_of=title_of,
    )


def _reading(asked: Asked) -> services.Answering:
    return services.Answering(current_response(), asked)


@blueprint.post("/<code>/responses/<answer>/step/<any(validate, return, erase, withdraw):step>")
@guarded(survey_response)
def response_step(partnership: str, code: str, answer: str, step: str) -> Response:
    """Validate, return, delete on request, withdraw."""
    found = current_response()
    act = _own_act(found.nuts, request.form.get("comment", ""))
    if step == "validate":
        services.validate(session(), clock(), found, act)
    elif step == "return":
        services.give_back(session(), clock(), found, act)
    elif step == "erase":
        services.erase(session(), clock(), found, act)
    else:
        asked = queries.asked_of(session(), current_campaign(), found.nuts)
        services.withdraw(
            session(),
            clock(),
            services.Answering(found, asked, need_user(), act.roles),
            request.form.get("comment", ""),
        )
    flash(_("Done: %(state)s.", state=_(machine("survey_response").state(found.state).name)), "success")
    return redirect(url_for("surveys.response", partnership=partnership, code=code, answer=answer))


@blueprint.post("/<code>/responses/<answer>/link/<any(renew, revoke, remind):act>")
@guarded(survey_response)
def response_link(partnership: str, code: str, answer: str, act: str) -> Response:
    """Send a new link, revoke it, or remind."""
    found = current_response()
    if current_campaign().state != OPEN and act != "revoke":
        raise NotFound(_("Links go out while the survey is open."))
    if act == "renew":
        services.renew_link(session(), clock(), need_user(), found)
        flash(_("A new link is on its way; the old one does not work any more."), "success")
    elif act == "revoke":
        services.revoke_link(session(), clock(), need_user(), found)
        flash(_("The link does not work any more."), "success")
    else:
        number = services.remind(session(), clock(), [found])
        flash(_("%(n)d reminders are on their way.", n=number), "success" if number else "info")
    return redirect(url_for("surveys.response", partnership=partnership, code=code, answer=answer))
