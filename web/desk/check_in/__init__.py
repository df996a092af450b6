"""What is done for the entrance of an event: devices, pairing, settings, files of kiosks that stay offline."""
