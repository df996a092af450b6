"""What other sites, chats and search engines show of the calendar."""
