"""A campaign (宣传周) with its groups, lines, formats and focus points, and the file it comes from."""
