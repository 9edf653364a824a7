"""The people who work at the desk: accounts, roles, teams, sign-in, audit log."""
