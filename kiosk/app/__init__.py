"""The kiosk app: its page, its texts and the service worker that starts it offline."""
