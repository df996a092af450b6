"""Registration (报名): places of an event or a session, who has one, who waits. It ends in passes."""
