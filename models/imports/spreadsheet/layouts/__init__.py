"""Tables laid out in other ways than line by line, as lines of an ordinary table."""
