"""Files that are sent with forms of the desk: how large, and how they stay while other fields are corrected."""
