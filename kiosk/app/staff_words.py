"""What the kiosk app says to the staff: pairing by QR code, menu, PIN, clicker, and the help that travels with it."""

from models.errors import N_

# What each check of the door comes to while no server answers, as tests/cases/door.json proves it: yes; by what was last
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
    "join_note": N_("It will take scans for the organizer who showed you the code."),
    "join_change": N_(
        "This device is already paired as %(name)s. What it holds is sent first, then it changes to the new pairing."
    ),
    "join_yes": N_("Pair this device"),
    "join_no": N_("Not now"),
    "until_told": N_("This device takes scans until the event is over; the menu says when."),
    "until_short": N_("this device until %(time)s"),
    "expired": N_("The time of this device is over: thank you. To go on, pair it again with a new code."),
    # The desk, from afar
    "message_name": N_("Message from the organizer"),
    "message_seen": N_("Seen"),
    "message_open": N_("Message from the organizer"),
    "locked_title": N_("Locked by the organizer"),
    "locked_note": N_(
        "No scans are taken until the organizer unlocks this device. What was scanned is safe."
    ),
    # The clicker
    "tally_title": N_("Count people without a scan"),
    "tally_note": N_("Only people who do not scan. Keys 1 to 5 count, too."),
    "tally_all": N_("Counted by this device today"),
    "click_one": N_("count one more"),
    "click_unknown": N_("Group not known"),
    "unclick": N_("Take back the last one"),
    "unclick_late": N_(
        "The last count is more than 15 minutes old. Only a supervisor's device can take it back."
    ),
    "leave_title": N_("Leaving without a pass?"),
    "leave": N_("One person out"),
    "left_today": N_("Out without a pass today"),
    # Menu
    "about": N_("Menu of this device"),
    "may": N_("May"),
    "scope_scan": N_("scan"),
    "scope_tally": N_("count"),
    "scope_supervisor": N_("supervise"),
    "comma": N_(", "),
    "until": N_("Until"),
    # PIN
    "lock_now": N_("Lock menu and undo"),
    "unlock": N_("Unlock with the PIN"),
    "pin_heading": N_("PIN"),
    "pin_about": N_(
        "With a PIN, only staff can leave the touch screen, count, open this menu, undo or end the pairing. Scanning goes "
        "on. "
        "PIN forgotten? The organizer locks and unlocks this device at the desk; that takes the PIN away."
    ),
    "pin_insecure": N_("A PIN works only over https."),
    "pin_set": N_("Set a PIN"),
    "pin_change": N_("Change the PIN"),
    "pin_clear": N_("Remove the PIN"),
    "pin_new": N_("New PIN"),
    "pin_new_note": N_("4 to 6 digits."),
    "pin_again": N_("The same PIN once more"),
    "pin_differs": N_("That is another PIN. Type the first one again, or cancel."),
    "pin_title": N_("PIN"),
    "pin_note": N_("For staff only."),
    "pin_form": N_("A PIN has 4 to 6 digits."),
    "pin_wrong": N_("That is not the PIN."),
    "pin_wait": N_("Wait %(count)s seconds, then try again."),
    "pin_needed": N_("The PIN is needed for that."),
    "pin_gone": N_("The organizer has unlocked this device and removed its PIN."),
    "pin_back": N_("Delete one digit"),
    "pin_ok": N_("OK"),
    # Help
    "help": N_("Help"),
    "help_colours": N_("What the colours mean"),
    "help_good": N_("Green, tick: let them in."),
    "help_out": N_("Violet, arrow: they have left."),
    "help_again": N_("Blue, clock: they were here before. Let them in; nothing is counted twice."),
    "help_kept": N_(
        "Brown, arrow onto a tray: kept; the organizer or the server decides later. Let them in."
    ),
    "help_bad": N_("Red, cross: not checked in. The sentence below says why."),
    "help_go_on": N_("Go on as always. Every scan is kept on this device before the screen turns green."),
    "help_stay": N_(
        "Leave this page open and the device switched on. It sends by itself once the network is back."
    ),
    "help_later": N_(
        "No network until the end? Menu, “Save what is not sent as a file”, and hand the file to the organizer."
    ),
    "help_checks": N_("What is checked"),
    "help_check": N_("Check"),
    "help_online": N_("With a network"),
    "help_offline": N_("Without"),
    "offline_yes": N_("checked"),
    "offline_known": N_("by what was last known"),
    "offline_later": N_("kept, decided later"),
    "offline_no": N_("not checked"),
    "check_ours": N_("a code of ours"),
    "check_signature": N_("a genuine pass"),
    "check_new_key": N_("a pass signed by a key newer than this device knows"),
    "check_week": N_("of this week"),
    "check_event": N_("of this event"),
    "check_moved": N_("which event this device serves"),
    "check_hours": N_("within the opening hours"),
    "check_clock": N_("the time, where the clock of this device is wrong"),
    "check_revoked": N_("not revoked"),
    "check_here": N_("not seen before by this device"),
    "check_elsewhere": N_("not seen before by another device"),
    "check_group": N_("the number of a group"),
    "check_exit": N_("out and in again"),
    "check_counted": N_("people counted without a pass"),
    "check_full": N_("room for one more"),
    "check_scope": N_("what this device may do"),
    "check_undo": N_("who may undo, and for how long"),
}
