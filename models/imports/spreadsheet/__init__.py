"""Tables (.csv, .xlsx): columns, cells, and the draft that a row becomes."""
