"""What people add to the ledger and decide in it afterwards."""
