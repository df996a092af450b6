"""Every sentence that the kiosk app says by itself, by the name that its scripts use. %(…)s is filled on the device."""

from kiosk.app.staff_words import CHECKS, STAFF_WORDS
from kiosk.verdict_words import REASONS
from models.errors import N_

__all__ = ["CHECKS", "WORDS"]

WORDS = {
    **STAFF_WORDS,
    # A device that decides by itself gives the same reasons as the server.
    **{f"reason_{reason}": sentence for reason, sentence in REASONS.items()},
    "title": N_("Check-in kiosk"),
    "sound_on": N_("Sound is on"),
    "sound_off": N_("Sound is off"),
    "close": N_("Close"),
    "no_script": N_("The kiosk needs JavaScript. Please switch it on in this browser."),
    # Pairing
    "pair_title": N_("Pair this device"),
    "pair_lead": N_("Type the 8 characters that the organizer gave you."),
    "pair_label": N_("Pairing code"),
    "pair_hint": N_("Letters and digits; upper or lower case does not matter."),
    "pair_button": N_("Pair"),
    "pair_busy": N_("One moment…"),
    "pair_short": N_("A pairing code has 8 characters; this one has %(count)s. Check it and try again."),
    "pair_alike": N_("A pairing code never has the characters %(characters)s. Check it and try again."),
    "pair_offline": N_("The server did not answer. Check the network of this device, then try again."),
    "pair_kept": N_("Scans that are still kept on this device, not yet sent: %(count)s."),
    # The door
    "ask": N_("Show your pass, or tap your group"),
    "touch_title": N_("No pass? Tap your group"),
    "touch_note": N_("Only for people who do not scan a pass."),
    "people_now": N_("How many people?"),
    "one_person": N_("1 person"),
    "people": N_("%(count)s people"),
    "fewer": N_("One fewer"),
    "more": N_("One more"),
    "unknown_group": N_("Rather not say"),
    "tap_group": N_("%(group)s, check in %(people)s"),
    "today": N_("Visits on this device today"),
    "today_note": N_(
        "A visit is one pass, one tap or one counted head, once per occurrence and day; what was undone is left out. "
        "The number stands for this device alone. Visits are not people: the same person may come to two events."
    ),
    "whole_day": N_("whole day"),
    "morning": N_("morning"),
    "afternoon": N_("afternoon"),
    "evening": N_("evening"),
    "next_day": N_("%(time)s the next day"),
    "not_open_now": N_("Nothing is open now. Next: %(when)s."),
    "over_now": N_("Nothing is open now, and nothing more is planned here."),
    "thanks": N_("Thank you for coming!"),
    "inside": N_("Inside now"),
    "inside_full": N_("Inside now: full"),
    "inside_as_of": N_("As of %(time)s, with what this device has scanned since."),
    # Modes
    "modes": N_("What the screen is for"),
    "mode_scan": N_("Scan"),
    "mode_touch": N_("Touch"),
    "mode_tally": N_("Count"),
    "mode_exit": N_("Exit"),
    "exit_band": N_("Exit: people leave here"),
    # A code by hand
    "type_open": N_("Type the code"),
    "type_title": N_("The code of the pass"),
    "type_lead": N_(
        "Paste or type the address of the pass, or its 128 characters. Upper or lower case does not matter."
    ),
    "type_check": N_("Check in"),
    "type_empty": N_("Paste or type the code first."),
    "type_short": N_("The code of a pass has %(all)s characters; this one has %(count)s. Some are missing."),
    "type_long": N_("The code of a pass has %(all)s characters; this one has %(count)s. There are too many."),
    "type_strange": N_("No code has the characters %(characters)s. Check what was typed."),
    # The camera
    "camera": N_("Camera"),
    "camera_start": N_("Start the camera"),
    "camera_torch": N_("Torch"),
    "camera_stop": N_("Stop the camera"),
    "camera_switch": N_("Switch the camera"),
    "camera_hint": N_("Hold the code into the frame"),
    "camera_busy": N_("The camera starts…"),
    "camera_off": N_("The camera is off. A USB scanner works all the time."),
    "camera_denied": N_(
        "The browser does not let this page use the camera. Allow it in the site settings, then start it again."
    ),
    "camera_none": N_("No camera was found. A USB scanner and the buttons work all the same."),
    "camera_taken": N_("Another program is using the camera. Close it, then start the camera again."),
    "camera_insecure": N_(
        "The camera works only over https. A USB scanner and the buttons work all the same."
    ),
    "camera_broken": N_(
        "The code reader could not be loaded. Load the page again; a USB scanner works all the same."
    ),
    "wedge": N_("What the scanner types"),
    "ime": N_("The scanner is typing through an input method. Switch the keyboard to English."),
    # Verdicts
    "checking": N_("Checking…"),
    "stored": N_("Checked in"),
    "repeat": N_("Already checked in"),
    "repeat_since": N_("Already checked in, %(time)s"),
    "reentry": N_("Welcome back"),
    "went_out": N_("Checked out"),
    "out_already": N_("Was checked out already"),
    "refused": N_("Not checked in"),
    "kept": N_("Kept on this device"),
    "unverified_note": N_(
        "This device cannot check the code. The scan is safe; the server decides once it answers."
    ),
    "offline": N_("Offline: kept on this device."),
    "offline_elsewhere": N_("Offline: not checked with other devices."),
    "offline_capacity": N_("Offline: not checked whether the room is full."),
    "offline_elsewhere_capacity": N_(
        "Offline: not checked with other devices, nor whether the room is full."
    ),
    "offline_time": N_("Offline: this device is not sure of the time."),
    "offline_elsewhere_time": N_(
        "Offline: not checked with other devices; this device is not sure of the time."
    ),
    "offline_capacity_time": N_(
        "Offline: not checked whether the room is full; this device is not sure of the time."
    ),
    "offline_elsewhere_capacity_time": N_(
        "Offline: not checked with other devices, nor whether the room is full; this device is not sure of the time."
    ),
    "kept_held": N_("Noted"),
    "undone": N_("Taken back"),
    "not_ours": N_("This is not a pass"),
    "not_ours_note": N_("Nothing of this code was stored or sent. Show the pass of this week."),
    "venue_code": N_("This is a venue code, for visitors' own phones"),
    "venue_code_note": N_("Show your pass here, or tap your group."),
    "tap_to_close": N_("Tap to go on"),
    # A group at the door
    "door_title": N_("Group pass: how many are here?"),
    "door_declared": N_("Declared: %(people)s"),
    "door_field": N_("People at the door"),
    "door_confirm": N_("Let in %(people)s"),
    "door_cancel": N_("Cancel"),
    "door_range": N_("Enter a number from 1 to %(most)s."),
    "door_waiting": N_("Finish this group first, then scan the next code."),
    # The strip
    "latest": N_("Latest scans"),
    "latest_none": N_("Nothing scanned yet."),
    "undo": N_("Undo"),
    "undo_sure": N_("Really undo?"),
    "undo_label": N_("Undo: %(what)s"),
    "state_stored": N_("checked in"),
    "state_out": N_("out"),
    "state_repeat": N_("repeat"),
    "state_refused": N_("refused"),
    "state_waiting": N_("waiting to be sent"),
    "state_aside": N_("set aside: the server could not read it"),
    "state_undone": N_("taken back"),
    "kind_pass": N_("Pass"),
    "kind_undo": N_("Undo"),
    "kind_foreign": N_("Foreign code"),
    # The line to the server
    "line_trying": N_("No connection"),
    "line_waiting": N_("%(count)s to send, the oldest %(age)s"),
    "line_aside": N_("%(count)s set aside"),
    "line_clear": N_("Everything sent"),
    "line_known": N_("checked by what was known at %(time)s"),
    "age_now": N_("just now"),
    "age_minutes": N_("%(count)s min old"),
    "age_hours": N_("%(count)s h old"),
    "known_since": N_("Learnt from the server"),
    "storage": N_("Storage"),
    "storage_lasts": N_("The browser keeps it for good."),
    "storage_may_go": N_("The browser may clear it when space runs short."),
    "version": N_("Version"),
    "offline_title": N_("Without a network"),
    "export": N_("Save what is not sent as a file"),
    "export_note": N_(
        "If this device will see no network again, save the file and hand it to the organizer. Nothing is deleted here, "
        "and a scan that arrives twice counts once."
    ),
    "revoked": N_("This device was taken out of service. Pair it again with a new code."),
    "repair": N_("Pair again"),
    "repair_note": N_("Ends this pairing on this device; what was scanned stays. You need a new code."),
    "repair_sure": N_("Really end this pairing?"),
    "repair_wait": N_("First let the waiting scans be sent: %(count)s."),
    "new_version": N_("There is a new version of this page."),
    "reload": N_("Load it"),
    "device": N_("Device"),
    "campaign": N_("Campaign"),
    "events": N_("Events"),
    "storage_failed": N_(
        "This browser keeps nothing (private window?). Scans cannot be kept safely; open a normal window."
    ),
}
