"""Second factors (第二重验证): an authenticator app, passkeys, recovery codes."""
