"""Pages of calls for proposals: everybody reads them, the secretariat enters them."""

from decimal import Decimal

from flask import redirect, request, url_for
from flask_babel import gettext as _

from app.accounts.policy import need_user, signed_in_user
from app.core.clock import in_zone, to_utc
from app.core.database import session
from app.core.errors import NotFound
from app.core.guard import guarded, public
from app.partnerships import queries as partnerships
from app.partnerships.policy import secretariat
from app.projects import forms, queries, services
from app.projects.blueprint import Page, clock, page, site, submitted
from app.projects.calls import rules_of
from app.projects.kinds import PartnerKind, RegionCategory, Source
from app.projects.models import FundingCall
from app.projects.rules.material import ConsortiumRules

BRUSSELS = "Europe/Brussels"
"""The wall clock by which calls of the Union close."""


@site.get("/")
@guarded(public)
def index() -> Page:
    """All calls: those that close next first."""
    now = clock()()
    rows = queries.all_calls(session())
    open_calls = [call for call in rows if call.deadline is None or call.deadline >= now]
    closed = [call for call in rows if call.deadline is not None and call.deadline < now]
    return page(
        "calls",
        open_calls=open_calls,
        closed=closed[::-1],
        now=now,
        rules={call.id: rules_of(call.rules) for call in rows},
        may_edit=partnerships.is_secretariat(session(), signed_in_user()),
        zone=BRUSSELS,
    )


@site.route("/new", methods=["GET", "POST"])
@site.route("/<int:call>", methods=["GET", "POST"])
@guarded(secretariat)
def edit(call: int | None = None) -> Page:
    """Enter or change a call."""
    found = queries.call_by_id(session(), call) if call is not None else None
    if call is not None and found is None:
        raise NotFound(_("There is no such call."))
    form = forms.CallForm(obj=found)
    if found is not None and request.method == "GET":
        _fill(form, found)

    def work() -> None:
        data = _data(form)
        if found is None:
            services.add_call(session(), clock(), need_user(), data)
        else:
            services.change_call(session(), clock(), need_user(), found, data)

    if submitted(form, work, _("The call is saved.")):
        return redirect(url_for("calls.index"))
    return page("call", bad=request.method == "POST", form=form, call=found)


def _fill(form: forms.CallForm, call: FundingCall) -> None:
    rules = rules_of(call.rules)
    form.source.data = call.source.value
    form.deadline.data = in_zone(call.deadline, BRUSSELS).replace(tzinfo=None) if call.deadline else None
    form.rate_cap.data = Decimal(call.rate_cap) / 100 if call.rate_cap is not None else None
    form.categories.data = [category.value for category in rules.categories]
    form.coordinator_kinds.data = [kind.value for kind in rules.coordinator_kinds]
    for name in ("min_partners", "min_regions", "min_countries", "min_in_categories"):
        form[name].data = getattr(rules, name) or None
    form.coordinator_in_categories.data = rules.coordinator_in_categories


def _data(form: forms.CallForm) -> services.CallData:
    rules = ConsortiumRules(
        min_partners=form.min_partners.data or 0,
        min_regions=form.min_regions.data or 0,
        min_countries=form.min_countries.data or 0,
        min_in_categories=form.min_in_categories.data or 0,
        categories=frozenset(RegionCategory(value) for value in form.categories.data or ()),
        coordinator_in_categories=form.coordinator_in_categories.data,
        coordinator_kinds=frozenset(PartnerKind(value) for value in form.coordinator_kinds.data or ()),
    )
    return services.CallData(
        code=form.code.data,
        title=form.title.data,
        source=Source(form.source.data),
        link=form.link.data or "",
        opens_on=form.opens_on.data,
        deadline=to_utc(form.deadline.data, BRUSSELS) if form.deadline.data else None,
        rate_cap=int((form.rate_cap.data * 100).to_integral_value()) if form.rate_cap.data is not None else None,
        min_euros=form.min_euros.data,
        max_euros=form.max_euros.data,
        min_trl=form.min_trl.data,
        consortium=rules,
        note=form.note.data or "",
    )
