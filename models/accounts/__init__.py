"""Accounts (账号): making, closing and reopening them, signing in, sessions, invitations, second factors, tokens."""
