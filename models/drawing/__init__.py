"""Pages and pictures: QR codes, set text, fonts, PDF. Knows nothing of the week."""
