"""Exports (导出): files that take longer than a page, written in the background and fetched later."""
