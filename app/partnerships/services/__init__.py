"""Writes of partnerships; one module for each part of the process."""

from app.partnerships.services.casework import go_to_phase, move
from app.partnerships.services.deciding import Judgement, decide, declare, judge_rule, score, settle_eligibility
from app.partnerships.services.drafting import comment, freeze, resolve, save_draft, sign
from app.partnerships.services.founding import Intake, add_area, found_partnership, keep_template
from app.partnerships.services.members import (
    add_member,
    add_priority,
    change_member_role,
    link_priority,
    move_member,
)
from app.partnerships.services.roles import end_role, give_role, invite_to_role
from app.partnerships.services.submitting import add_letter, open_window, precheck, return_incomplete, submit
from app.partnerships.services.support import ask_for_support, move_support

QUIET = "no mails about partnerships"
"""A session whose `info` holds this key writes no mails about states, as when a demo is loaded."""

__all__ = [
    "QUIET",
    "Intake",
    "Judgement",
    "add_area",
    "add_letter",
    "add_member",
    "add_priority",
    "ask_for_support",
    "change_member_role",
    "comment",
    "decide",
    "declare",
    "end_role",
    "found_partnership",
    "freeze",
    "give_role",
    "go_to_phase",
    "invite_to_role",
    "judge_rule",
    "keep_template",
    "link_priority",
    "move",
    "move_member",
    "move_support",
    "open_window",
    "precheck",
    "resolve",
    "return_incomplete",
    "save_draft",
    "score",
    "settle_eligibility",
    "sign",
    "submit",
]
