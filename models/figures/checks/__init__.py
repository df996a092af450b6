"""Questions about figures that look inflated. Each is answered by a person; nothing is changed or deleted by itself."""
