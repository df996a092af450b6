"""The form in which an event is written and changed at the desk."""
