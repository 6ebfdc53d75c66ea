"""The start page of an installation: my events, and what is open to everybody."""
