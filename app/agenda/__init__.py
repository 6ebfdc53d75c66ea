"""Personal and public agenda: live updates, calendar files, venue screen."""
