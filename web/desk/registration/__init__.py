"""Registration of an event at the desk: settings, list, export, messages."""
