"""People: accounts, sign-in, invitations, roles."""
