"""Writes on workshops, one verb for each function; they take session, actor and clock and never commit."""

from app.workshops.services.collecting import EntryData as EntryData
from app.workshops.services.collecting import add_entry as add_entry
from app.workshops.services.collecting import set_state as set_state
from app.workshops.services.collecting import vote as vote
from app.workshops.services.minuting import first_text as first_text
from app.workshops.services.minuting import upload_minutes as upload_minutes
from app.workshops.services.minuting import write_minutes as write_minutes
from app.workshops.services.presence import choose_group as choose_group
from app.workshops.services.presence import enter as enter
from app.workshops.services.presence import let_in as let_in
from app.workshops.services.setting_up import AgendaLine as AgendaLine
from app.workshops.services.setting_up import GroupLine as GroupLine
from app.workshops.services.setting_up import add_facilitator as add_facilitator
from app.workshops.services.setting_up import begin as begin
from app.workshops.services.setting_up import facts_of as facts_of
from app.workshops.services.setting_up import link_finding as link_finding
from app.workshops.services.setting_up import move as move
from app.workshops.services.setting_up import remove_facilitator as remove_facilitator
from app.workshops.services.setting_up import save_agenda as save_agenda
from app.workshops.services.setting_up import save_groups as save_groups
from app.workshops.services.setting_up import save_purpose as save_purpose
from app.workshops.services.setting_up import unlink_finding as unlink_finding
