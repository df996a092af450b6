"""The desk's beginning: what waits for an account, what is missing of its events; notices of offices."""
