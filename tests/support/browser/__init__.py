"""A real Chromium: pages, people at them, cameras."""
