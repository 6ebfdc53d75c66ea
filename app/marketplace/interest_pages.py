"""Pages of interest: ask about an entry, both sides' lists, answers."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.accounts.policy import need_user, signed_in
from app.core.database import session
from app.core.errors import AppError, NotFound
from app.core.guard import guarded
from app.core.limits import limiter
from app.marketplace import queries, services
from app.marketplace.member_pages import Answer, blueprint, clock, entry_page
from app.marketplace.models import Entry, Interest
from app.marketplace.profile_forms import AnswerForm, InterestForm


@blueprint.post("/entries/<code>/interest")
@limiter.limit("20/minute")
@guarded(signed_in)
def express(code: str) -> Answer:
    """Ask the owner of an entry to get in touch."""
    form = InterestForm()
    found = queries.found_entry(session(), queries.viewer_of(session(), need_user()), code, clock()())
    entry = session().query(Entry).filter_by(code=code).one_or_none() if found else None
    if entry is None:
        raise NotFound(_("This entry is not there any more."))
    if not form.validate_on_submit():
        return entry_page(code, form), 422
    try:
        services.express(session(), clock(), need_user(), entry, form.message.data)
    except NotFound:
        raise
    except AppError as error:
        form.form_errors.append(error.message)
        return entry_page(code, form), error.status
    flash(_("Sent. You get a mail as soon as there is an answer."), "success")
    return redirect(url_for("market.entry", code=code))


@blueprint.get("/interests")
@guarded(signed_in)
def interests() -> str:
    """What others asked me, and what I asked."""
    user = need_user()
    received, sent = queries.received_by(session(), user.id), queries.sent_by(session(), user.id)
    view = request.args.get("view", "")
    if view not in {"received", "sent"}:
        view = "sent" if sent and not received else "received"
    return render_template(
        "marketplace/interests.html", view=view, received=received, sent=sent, form=AnswerForm(formdata=None)
    )


@blueprint.post("/interests/<code>/<any(grant, decline, withdraw):act>")
@limiter.limit("60/minute")
@guarded(signed_in)
def answer(code: str, act: str) -> Response:
    """Grant or decline what I was asked; take back what I asked."""
    interest, user, form = _interest(code), need_user(), AnswerForm()
    if not form.validate_on_submit():
        first = next((errors[0] for errors in form.errors.values() if errors), _("Please check the form."))
        raise AppError(str(first))
    if act == "withdraw":
        if interest.sender_id != user.id:
            abort(404)
        services.withdraw(session(), clock(), user, interest)
        flash(_("Taken back."), "success")
        return redirect(url_for("market.interests", view="sent"))
    if interest.entry.owner_id != user.id:
        abort(404)
    if act == "grant":
        services.grant(session(), clock(), user, interest, form.answer.data or "")
        flash(_("%(name)s now knows who you are and how to reach you.", name=interest.sender.name), "success")
    else:
        services.decline(session(), clock(), user, interest, form.answer.data or "")
        flash(_("Declined. %(name)s learns nothing more.", name=interest.sender.name), "success")
    return redirect(url_for("market.interests", view="received"))


def _interest(code: str) -> Interest:
    found = queries.interest_by_code(session(), code)
    if found is None or need_user().id not in {found.sender_id, found.entry.owner_id}:
        raise NotFound(_("There is no such interest."))
    return found
