"""Pages of the administrator: accounts, the outbox of mails, background work."""

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import func, or_, select
from werkzeug.wrappers import Response

from app.accounts import mails, services
from app.accounts.forms import InviteUserForm, TokenForm
from app.accounts.models import User
from app.accounts.policy import administrator, need_user
from app.accounts.queries import user_by_email
from app.core import audit
from app.core.database import session
from app.core.errors import Invalid, NotFound
from app.core.guard import guarded
from app.core.models import Job, JobState, Mail

blueprint = Blueprint("administration", __name__, url_prefix="/admin")
PER_PAGE = 50


@blueprint.get("/")
@guarded(administrator)
def overview() -> str:
    """Health at a glance: accounts, mails, jobs."""
    db = session()
    jobs = dict(db.execute(select(Job.state, func.count()).group_by(Job.state)).all())
    counts = {
        "accounts": db.scalar(select(func.count()).select_from(User)),
        "mails": db.scalar(select(func.count()).select_from(Mail)),
        "unsent": db.scalar(select(func.count()).select_from(Mail).where(Mail.sent_at.is_(None))),
        "queued": jobs.get(JobState.QUEUED, 0),
        "running": jobs.get(JobState.RUNNING, 0),
        "failed": jobs.get(JobState.FAILED, 0),
    }
    latest = db.scalars(select(Job).order_by(Job.id.desc()).limit(20)).all()
    smtp = bool(current_app.extensions["settings"].smtp_url)
    return render_template("accounts/administration.html", counts=counts, jobs=latest, smtp=smtp)


@blueprint.get("/mails")
@guarded(administrator)
def outbox() -> str:
    """Mails, newest first; without SMTP settings this is where they can be read."""
    db = session()
    page = max(1, request.args.get("page", 1, type=int))
    wanted = request.args.get("q", "").strip()
    query = select(Mail)
    if wanted:
        query = query.where(or_(Mail.recipient.icontains(wanted), Mail.subject.icontains(wanted)))
    total = db.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = db.scalars(query.order_by(Mail.id.desc()).limit(PER_PAGE).offset((page - 1) * PER_PAGE)).all()
    smtp = bool(current_app.extensions["settings"].smtp_url)
    pages = max(1, -(-total // PER_PAGE))
    return render_template("accounts/outbox.html", mails=rows, page=page, pages=pages, total=total, q=wanted, smtp=smtp)


@blueprint.get("/mails/<int:mail_id>")
@guarded(administrator)
def outbox_mail(mail_id: int) -> str:
    """One mail as it was, or will be, sent."""
    row = session().get(Mail, mail_id)
    if row is None:
        raise NotFound(_("There is no such mail."))
    return render_template("accounts/outbox_mail.html", mail=row)


@blueprint.route("/accounts", methods=["GET", "POST"])
@guarded(administrator)
def accounts() -> str | Response | tuple[str, int]:
    """All accounts, and a form to invite one more."""
    db, clock = session(), current_app.extensions["clock"]
    form = InviteUserForm()
    if form.validate_on_submit():
        if user_by_email(db, form.email.data):
            form.email.errors = [_("There is an account with this address already.")]
        else:
            user = services.create_user(db, clock, email=form.email.data, name=form.name.data)
            user.is_administrator = form.is_administrator.data
            mails.send_invitation(db, clock, user, _("an account on Meetwright"), need_user().name)
            _note(user, "account.invite")
            flash(_("%(name)s is invited; the mail is on its way.", name=user.name), "success")
            return redirect(url_for("administration.accounts"))
    page, wanted = max(1, request.args.get("page", 1, type=int)), request.args.get("q", "").strip()
    query = select(User)
    if wanted:
        query = query.where(or_(User.email.icontains(wanted), User.name.icontains(wanted)))
    total = db.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = db.scalars(query.order_by(User.name, User.id).limit(PER_PAGE).offset((page - 1) * PER_PAGE)).all()
    context = {"users": rows, "form": form, "page": page, "q": wanted, "total": total, "token_form": TokenForm()}
    pages = max(1, -(-total // PER_PAGE))
    status = 422 if form.errors else 200
    return render_template("accounts/accounts.html", pages=pages, **context), status


@blueprint.post("/accounts/<int:user_id>/<any(disable, enable, promote, demote):act>")
@guarded(administrator)
def change_account(user_id: int, act: str) -> Response:
    """Disable or enable an account, give or take administrator rights; never one's own."""
    db, clock = session(), current_app.extensions["clock"]
    user = db.get(User, user_id)
    if user is None:
        raise NotFound(_("There is no such account."))
    if user.id == need_user().id:
        raise Invalid(_("You cannot change your own rights; ask another administrator."))
    if act in {"disable", "enable"}:
        user.disabled_at = clock() if act == "disable" else None
        services.sign_out_everywhere(db, clock, user)
    else:
        user.is_administrator = act == "promote"
    _note(user, f"account.{act}")
    flash(_("Saved."), "success")
    return redirect(url_for("administration.accounts"))


def _note(user: User, action: str) -> None:
    clock = current_app.extensions["clock"]
    audit.record(session(), clock, actor_id=need_user().id, action=action, subject_kind="user", subject_id=user.id)
