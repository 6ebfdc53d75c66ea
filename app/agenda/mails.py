"""Mails about agendas."""
