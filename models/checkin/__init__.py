"""The one way into the ledger: from an attempt as a device sends it to the rows and counters of one commit."""
