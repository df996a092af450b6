"""What the kiosk app says to the staff: pairing by QR code, menu, PIN, clicker, and the help that travels with it."""

from models.errors import N_

# What each check at the entrance comes to while no server answers, as tests/cases/check_in.json proves it: yes; by what was last
# known; later (kept, and the server decides); no.
CHECKS = {
    "ours": "yes",
    "signature": "yes",
    "new_key": "later",
    "week": "yes",
    "event": "yes",
    "moved": "known",
    "hours": "yes",
    "clock": "known",
    "revoked": "known",
    "here": "yes",
    "elsewhere": "no",
    "group": "yes",
    "exit": "yes",
    "counted": "yes",
    "full": "no",
    "scope": "yes",
    "undo": "yes",
}

STAFF_WORDS = {
    # Pairing by QR code
    "pair_camera": N_("Scan the organizer's QR code"),
    "pair_look": N_("Scan the organizer's QR code"),
    "pair_other_code": N_("This is not a pairing code. Scan the one on the organizer's screen."),
    "join_title": N_("Pair this device?"),
    "join_note": N_("It will check people in for the organizer who showed you the code."),
    "join_change": N_(
        "This device is already paired as %(name)s. Its scans are uploaded first, then it changes to the"
        " new pairing."
    ),
    "join_yes": N_("Pair this device"),
    "join_no": N_("Not now"),
    "until_told": N_("This kiosk works until the event is over; the menu shows when."),
    "until_short": N_("valid until %(time)s"),
    "expired": N_(
        "This kiosk is no longer in use: its time is up. Thank you for your help. To continue, pair it again with a new code."
    ),
    # The desk, from afar
    "message_name": N_("Message from the organizer"),
    "message_seen": N_("Got it"),
    "message_open": N_("Message from the organizer"),
    "locked_title": N_("Locked by the organizer"),
    "locked_note": N_("Check-in is paused until the organizer unlocks this kiosk. All scans are safe."),
    # The clicker
    "tally_title": N_("Count people who do not scan"),
    "tally_note": N_("Only people who do not scan. You can also use keys 1 to 5."),
    "tally_all": N_("Counted on this kiosk today"),
    "click_one": N_("count one"),
    "click_unknown": N_("Not stated"),
    "unclick": N_("Undo the last one"),
    "unclick_late": N_("The last count is more than 15 minutes old. Only a supervisor's kiosk can undo it."),
    "leave_title": N_("People leaving without a pass"),
    "leave": N_("One person out"),
    "left_today": N_("Left without a pass today"),
    # Menu
    "about": N_("Kiosk menu"),
    "may": N_("Permissions"),
    "scope_scan": N_("scan"),
    "scope_tally": N_("count"),
    "scope_supervisor": N_("supervisor"),
    "comma": N_(", "),
    "until": N_("Valid until"),
    # Stamp cards
    "cards_title": N_("Stamp cards"),
    "cards_open": N_("Hand out a reward"),
    "cards_lead": N_("Scan the pass, or enter the 8 characters that stand on it or on the phone."),
    "cards_look_up": N_("Look up"),
    "cards_offline": N_("The server did not answer. Rewards can be handed out only with a network."),
    "card_sum": N_("Stamps: %(stamps)s; focus points: %(focus)s"),
    "card_given": N_("received on %(time)s"),
    "card_not_reached": N_("not reached yet"),
    "card_give": N_("Hand out"),
    # PIN
    "lock_now": N_("Lock menu and undo"),
    "unlock": N_("Unlock with the PIN"),
    "pin_heading": N_("PIN"),
    "pin_about": N_(
        "With a PIN, only staff can leave the tap screen, count, open this menu, undo or unpair. "
        "Scanning continues. Forgot the PIN? The organizer can lock and unlock this kiosk on the desk, "
        "which removes the PIN."
    ),
    "pin_insecure": N_("A PIN needs HTTPS."),
    "pin_set": N_("Set a PIN"),
    "pin_change": N_("Change the PIN"),
    "pin_clear": N_("Remove the PIN"),
    "pin_new": N_("New PIN"),
    "pin_new_note": N_("4 to 6 digits."),
    "pin_again": N_("Repeat the PIN"),
    "pin_differs": N_("The PINs differ. Enter the first one again, or cancel."),
    "pin_title": N_("PIN"),
    "pin_note": N_("For staff only."),
    "pin_form": N_("A PIN has 4 to 6 digits."),
    "pin_wrong": N_("Wrong PIN."),
    "pin_wait": N_("Wait %(count)s seconds, then try again."),
    "pin_needed": N_("This needs the PIN."),
    "pin_gone": N_("The organizer has unlocked this kiosk and removed its PIN."),
    "pin_back": N_("Delete one digit"),
    "pin_ok": N_("OK"),
    # Help
    "help": N_("Help"),
    "help_colours": N_("What the colours mean"),
    "help_good": N_("Green tick: let them in."),
    "help_out": N_("Violet arrow: they have left."),
    "help_again": N_("Blue clock: they have been here before. Let them in; they are not counted twice."),
    "help_kept": N_("Brown arrow into a tray: saved, to be checked later. Let them in."),
    "help_bad": N_("Red cross: not checked in. The reason is below."),
    "help_undone": N_("Grey arrow back: a scan was undone."),
    "help_go_on": N_("Carry on as usual. Every scan is saved on this kiosk before the screen turns green."),
    "help_stay": N_(
        "Leave this page open and the device switched on. Scans are uploaded automatically once the "
        "network is back."
    ),
    "help_later": N_(
        "No network until the end? Menu, “Save scans to upload as a file”, and give the file to the "
        "organizer."
    ),
    "help_checks": N_("What is checked"),
    "help_check": N_("Check"),
    "help_online": N_("With network"),
    "help_offline": N_("Without network"),
    "offline_yes": N_("checked"),
    "offline_known": N_("as last known"),
    "offline_later": N_("saved, checked later"),
    "offline_no": N_("not checked"),
    "check_ours": N_("one of our codes"),
    "check_signature": N_("genuine pass"),
    "check_new_key": N_("pass from a new batch"),
    "check_week": N_("for this week"),
    "check_event": N_("for this event"),
    "check_moved": N_("which event this kiosk serves"),
    "check_hours": N_("within check-in hours"),
    "check_clock": N_("time, if the clock of this kiosk is wrong"),
    "check_revoked": N_("not revoked"),
    "check_here": N_("not scanned on this kiosk before"),
    "check_elsewhere": N_("not scanned on another kiosk before"),
    "check_group": N_("the number of people in a group"),
    "check_exit": N_("exit and re-entry"),
    "check_counted": N_("staff count"),
    "check_full": N_("room for one more"),
    "check_scope": N_("permissions of this kiosk"),
    "check_undo": N_("who may undo, and for how long"),
}
