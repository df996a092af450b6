"""The server around the pages: assets, compression, certificate, health."""
