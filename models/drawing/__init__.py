"""Pictures without a page around them: QR codes and set text."""
