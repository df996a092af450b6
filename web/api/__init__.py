"""The API for other systems (/api/v1), with personal tokens; devices have theirs in kiosk/api."""
