"""The guards of the partnership, membership and support-request machines: pure, from facts to sentences."""

from flask_babel import gettext as _

from app.core.machines import guard
from app.partnerships.facts import CaseFacts


@guard("contact_complete")
def contact_complete(case: CaseFacts) -> list[str]:
    """The intake names a contact and an idea."""
    return [_("Fill in: %(fields)s.", fields=", ".join(case.contact_missing))] if case.contact_missing else []


@guard("expert_named")
def expert_named(case: CaseFacts) -> list[str]:
    """An expert is assigned to the case."""
    return [] if case.has_expert else [_("Name an expert for this case first.")]


def _complete(case: CaseFacts, key: str) -> list[str]:
    missing = case.missing.get(key, ())
    return [_("Still empty: %(fields)s.", fields=", ".join(missing))] if missing else []


@guard("scoping_complete")
def scoping_complete(case: CaseFacts) -> list[str]:
    """Every mandatory field of the scoping note is filled."""
    return _complete(case, "scoping_note")


@guard("scoping_signed")
def scoping_signed(case: CaseFacts) -> list[str]:
    """The newest version of the scoping note is frozen, and every lead region signed it."""
    if not case.is_frozen.get("scoping_note", False):
        return [_("Freeze this version of the note, so that the lead regions can sign it.")]
    if not any(region.is_lead for region in case.regions):
        return [_("There is no lead region to sign.")]
    return [_("Not signed yet by: %(regions)s.", regions=", ".join(case.unsigned_leads))] if case.unsigned_leads else []


@guard("eoi_complete")
def eoi_complete(case: CaseFacts) -> list[str]:
    """Every mandatory field of the expression of interest is filled."""
    return _complete(case, "expression_of_interest")


@guard("window_open")
def window_open(case: CaseFacts) -> list[str]:
    """A submission window is open, or the case came back with a deadline that has not passed."""
    if case.open_window or (case.answer_due is not None and case.today <= case.answer_due):
        return []
    return [_("No submission window is open now.")]


@guard("precheck_passed")
def precheck_passed(case: CaseFacts) -> list[str]:
    """The automatic rules are met."""
    return list(case.failed_checks)


@guard("deadline_set")
def deadline_set(case: CaseFacts) -> list[str]:
    """A case that goes back has a day until which it is to be completed, and that day lies ahead."""
    if case.answer_due is None or case.answer_due <= case.today:
        return [_("Set a day in the future until which the missing parts are to come.")]
    return []


@guard("not_own_case")
def not_own_case(case: CaseFacts) -> list[str]:
    """Nobody judges a case of their own, or one they declared a conflict of interest in."""
    return [case.actor_conflict] if case.actor_conflict else []


@guard("checklist_complete")
def checklist_complete(case: CaseFacts) -> list[str]:
    """Every hard rule has a finding other than unclear, with evidence."""
    judging = case.judging
    settled = {rule for rule, finding in judging.findings.items() if finding in {"met", "not_met"}}
    left = judging.hard_rules - settled
    found = []
    if left:
        found.append(_("%(n)d rules have no clear finding yet.", n=len(left)))
    if judging.without_evidence:
        found.append(_("%(n)d findings name no evidence.", n=len(judging.without_evidence)))
    return found


@guard("rules_met")
def rules_met(case: CaseFacts) -> list[str]:
    """No hard rule was found not to be met."""
    failed = [rule for rule in case.judging.hard_rules if case.judging.findings.get(rule) == "not_met"]
    return [_("%(n)d rules are not met; the case is not eligible.", n=len(failed))] if failed else []


@guard("a_rule_fails")
def a_rule_fails(case: CaseFacts) -> list[str]:
    """At least one hard rule was found not to be met."""
    if any(case.judging.findings.get(rule) == "not_met" for rule in case.judging.hard_rules):
        return []
    return [_("All rules are met; the case is eligible.")]


@guard("scores_complete")
def scores_complete(case: CaseFacts) -> list[str]:
    """Enough evaluators without a conflict scored every criterion."""
    judging = case.judging
    left = judging.evaluators_needed - judging.evaluators_done
    return [_("Complete scores of %(n)d more evaluators are needed.", n=left)] if left > 0 else []


@guard("minutes_kept")
def minutes_kept(case: CaseFacts) -> list[str]:
    """The decision comes with minutes."""
    return [] if case.judging.minutes.strip() else [_("Write the minutes of the decision.")]


@guard("lead_present")
def lead_present(case: CaseFacts) -> list[str]:
    """At least one lead region takes part."""
    return [] if any(region.is_lead for region in case.regions) else [_("There is no lead region.")]


@guard("several_regions")
def several_regions(case: CaseFacts) -> list[str]:
    """At least two regions take part."""
    return [] if len(case.regions) > 1 else [_("At least two regions have to take part.")]


@guard("region_free")
def region_free(case: CaseFacts) -> list[str]:
    """The region does not belong to the partnership yet."""
    taken = case.member is not None and case.member.region_taken
    return [_("This region belongs to the partnership, or has asked to, already.")] if taken else []


@guard("membership_evidence")
def membership_evidence(case: CaseFacts) -> list[str]:
    """A region that joins a partnership at work brings a letter and a link to its strategy."""
    member = case.member
    if member is None or not member.needs_evidence:
        return []
    found = [] if member.has_letter else [_("A mandate or commitment letter is missing.")]
    return found if member.priorities else [*found, _("No priority of the region’s strategy is linked.")]


@guard("a_lead_remains")
def a_lead_remains(case: CaseFacts) -> list[str]:
    """Somebody still leads when this region leaves."""
    member = case.member
    alone = member is not None and member.is_lead and member.leads_left < 1
    return [_("This is the last lead region; name another one before it leaves.")] if alone else []


@guard("partnership_at_work")
def partnership_at_work(case: CaseFacts) -> list[str]:
    """Support is for partnerships at work."""
    return [] if case.state in {"active", "rescoping"} else [_("Support is for active partnerships.")]
