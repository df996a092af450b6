"""The API of devices: scans, heartbeat, pairing, configuration."""
