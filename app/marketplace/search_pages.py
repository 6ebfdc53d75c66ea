"""Pages of saved searches, and the address that ends their mails."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.accounts.policy import need_user, signed_in
from app.core.database import session
from app.core.errors import AppError, NotFound
from app.core.guard import guarded, public
from app.core.limits import limiter
from app.marketplace import queries, rules, saved, search
from app.marketplace.member_pages import Answer, blueprint, clock
from app.marketplace.models import Rhythm
from app.marketplace.profile_forms import SaveSearchForm


@blueprint.route("/searches", methods=["GET", "POST"])
@guarded(signed_in)
def searches() -> Answer:
    """My saved searches; POST, with the criteria in the address, keeps another one."""
    form = SaveSearchForm()
    wanted = search.Criteria.of(request.args.to_dict(flat=False))
    status = 200
    if form.validate_on_submit():
        try:
            saved.save(session(), clock(), need_user(), form.name.data, wanted, Rhythm(form.rhythm.data))
        except AppError as error:
            form.form_errors.append(error.message)
            status = error.status
        else:
            flash(_("Saved. You find the search here."), "success")
            return redirect(url_for("market.searches"))
    elif request.method == "POST":
        status = 422
    elif wanted.q:
        form.name.data = wanted.q[: rules.NAME_LENGTH]
    viewer = queries.viewer_of(session(), need_user())
    kept = saved.searches_of(session(), need_user().id)
    now = clock()()
    totals = {one.id: search.count(session(), viewer, search.Criteria.of(one.criteria), now) for one in kept}
    page = render_template(
        "marketplace/searches.html", kept=kept, totals=totals, form=form, arguments=wanted.as_data(), wanted=wanted
    )
    return page, status


@blueprint.post("/searches/<int:number>/<any(never, daily, weekly, remove):act>")
@guarded(signed_in)
def change_search(number: int, act: str) -> Response:
    """Choose how often a mail comes, or forget the search."""
    found = saved.own_search(session(), need_user().id, number)
    if found is None:
        raise NotFound(_("There is no such saved search."))
    if act == "remove":
        saved.remove(session(), found)
        flash(_("Removed."), "success")
    else:
        saved.set_rhythm(session(), clock(), found, Rhythm(act))
        flash(_("Saved."), "success")
    return redirect(url_for("market.searches"))


@blueprint.route("/unsubscribe/<token>", methods=["GET", "POST"])
@limiter.limit("30/minute")
@guarded(public)
def unsubscribe(token: str) -> Answer:
    """End mails without signing in. Looking changes nothing: mail programs open links by themselves."""
    found = saved.search_of_token(session(), token)
    if found is None:
        raise NotFound(_("This address does not end anything; the search may have been removed."))
    done = request.method == "POST"
    if done:
        saved.unsubscribe(session(), found, everything="everything" in request.form)
    return render_template("marketplace/unsubscribe.html", search=found, done=done, token=token)
