"""What a visitor keeps of the week, without a name: stamps, rewards, one opinion, a place in a draw."""
