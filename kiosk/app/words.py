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
    "pair_lead": N_(
        "Enter the code you received from the organizer: 8 characters, or 26 of a printed sheet."
    ),
    "pair_label": N_("Pairing code"),
    "pair_hint": N_("Letters and digits, upper or lower case."),
    "pair_button": N_("Pair"),
    "pair_busy": N_("Please wait…"),
    "pair_short": N_(
        "A pairing code has 8 characters, one of a printed sheet 26; you entered %(count)s. Please check and try again."
    ),
    "pair_alike": N_("Pairing codes do not use the characters %(characters)s. Please check and try again."),
    "pair_offline": N_("The server did not answer. Check the network of this device, then try again."),
    "untrusted": N_(
        "This device does not trust the server's certificate: without a network this page will not open again."
    ),
    "untrusted_how": N_("What to do about it"),
    "pair_kept": N_("Scans on this kiosk still to upload: %(count)s."),
    # The entrance
    "ask": N_("Show your pass, or tap your group"),
    "touch_title": N_("No pass? Tap your group"),
    "touch_note": N_("Only if you do not scan a pass."),
    "people_now": N_("How many people?"),
    "one_person": N_("1 person"),
    "people": N_("%(count)s people"),
    "fewer": N_("One less"),
    "more": N_("One more"),
    "unknown_group": N_("Not stated"),
    "tap_group": N_("%(group)s: check in %(people)s"),
    "today": N_("Visits on this kiosk today"),
    "today_note": N_(
        "A visit is one pass, one tap or one counted person, once per session and day; undone entries "
        "are left out. This number is for this kiosk only. Visits are not people: one person may come to"
        " two events."
    ),
    "whole_day": N_("all day"),
    "morning": N_("morning"),
    "afternoon": N_("afternoon"),
    "evening": N_("evening"),
    "next_day": N_("%(time)s the next day"),
    "daily": N_("%(first)s – %(last)s, daily %(hours)s"),
    "not_open_now": N_("No session is open now. Next: %(when)s."),
    "over_now": N_("No session is open now, and none is planned."),
    "thanks": N_("Thank you for coming!"),
    "inside": N_("Inside now"),
    "inside_full": N_("Inside now: full"),
    "inside_as_of": N_("As of %(time)s, plus this kiosk's scans since then."),
    # Modes
    "modes": N_("Screen mode"),
    "mode_scan": N_("Scan"),
    "mode_touch": N_("Tap"),
    "mode_tally": N_("Count"),
    "mode_exit": N_("Exit"),
    "exit_band": N_("Exit only"),
    # A code by hand
    "type_open": N_("Enter a code"),
    "type_title": N_("Pass code"),
    "type_lead": N_(
        "Paste or type the address of the pass, or its 128 characters. Upper or lower case does not matter."
    ),
    "type_check": N_("Check in"),
    "type_empty": N_("Please paste or type the code first."),
    "type_short": N_("A pass code has %(all)s characters; this one has %(count)s. Some are missing."),
    "type_long": N_("A pass code has %(all)s characters; this one has %(count)s. There are too many."),
    "type_strange": N_("Codes do not use the characters %(characters)s. Please check what you typed."),
    # The camera
    "camera": N_("Camera"),
    "camera_start": N_("Start the camera"),
    "camera_torch": N_("Torch"),
    "camera_stop": N_("Stop the camera"),
    "camera_switch": N_("Switch the camera"),
    "camera_hint": N_("Hold the code inside the frame"),
    "camera_busy": N_("Starting the camera…"),
    "camera_off": N_("The camera is off. A USB scanner still works."),
    "camera_denied": N_(
        "The browser blocks the camera for this page. Allow it in the site settings, then start it again."
    ),
    "camera_none": N_("No camera was found. You can still use a USB scanner and the buttons."),
    "camera_taken": N_("Another program is using the camera. Close it, then start the camera again."),
    "camera_lost": N_("The camera was disconnected. It will start again when it is reconnected."),
    "camera_frozen": N_("The camera picture froze. Restarting the camera…"),
    "camera_insecure": N_("The camera needs HTTPS. You can still use a USB scanner and the buttons."),
    "camera_broken": N_("The code reader could not be loaded. Reload the page; a USB scanner still works."),
    "scanner_input": N_("What the scanner types"),
    "ime": N_("The scanner is typing through an input method. Switch the keyboard to English."),
    "scanner_suffix": N_(
        "The scanner sends no Enter after a code. Set it up to end each code with Enter; see its manual."
    ),
    # Verdicts
    "checking": N_("Checking…"),
    "stored": N_("Checked in"),
    "repeat": N_("Already checked in"),
    "repeat_since": N_("Already checked in, %(time)s"),
    "reentry": N_("Welcome back"),
    "went_out": N_("Checked out"),
    "out_already": N_("Already checked out"),
    "refused": N_("Not checked in"),
    "kept": N_("Saved on this kiosk"),
    "unverified_note": N_(
        "This kiosk cannot check the code. The scan is safe; the server will check it later."
    ),
    "undecided_note": N_("The scan is safe; the server will check it later."),
    "offline": N_("Offline: saved on this kiosk."),
    "offline_elsewhere": N_("Offline: other kiosks not checked."),
    "offline_capacity": N_("Offline: capacity not checked."),
    "offline_elsewhere_capacity": N_("Offline: other kiosks and capacity not checked."),
    "offline_time": N_("Offline: the clock of this kiosk is not certain."),
    "offline_elsewhere_time": N_(
        "Offline: other kiosks not checked; the clock of this kiosk is not certain."
    ),
    "offline_capacity_time": N_("Offline: capacity not checked; the clock of this kiosk is not certain."),
    "offline_elsewhere_capacity_time": N_(
        "Offline: other kiosks and capacity not checked; the clock of this kiosk is not certain."
    ),
    "kept_held": N_("Saved for review"),
    "undone": N_("Undone"),
    "undone_what": N_("Undone: %(group)s, %(count)s"),
    "undone_out": N_("Undone: exit of %(group)s, %(count)s"),
    "not_ours": N_("This is not a pass"),
    "not_ours_note": N_("Nothing of this code was stored or sent. Please show a pass of this week."),
    "venue_code": N_("This is a venue code. Visitors scan it with their own phones"),
    "venue_code_note": N_("Show your pass here, or tap your group."),
    "tap_to_close": N_("Tap to continue"),
    # The question after a check-in
    "question_note": N_("One tap. Only the count is kept, never who answered."),
    "question_thanks": N_("Thank you for your answer."),
    # A group at the entrance
    "group_count_title": N_("Group pass: how many are here?"),
    "group_count_title_more": N_("Already in: %(people)s. How many more?"),
    "group_count_declared": N_("Registered: %(people)s"),
    "group_count_field": N_("People at the entrance"),
    "group_count_field_more": N_("More people at the entrance"),
    "group_count_confirm": N_("Let in %(people)s"),
    "group_count_confirm_more": N_("Let in %(more)s more: %(all)s in all"),
    "group_count_confirm_none": N_("Nobody else: %(all)s in all"),
    "cancel": N_("Cancel"),
    "group_count_range": N_("Enter a number from %(least)s to %(most)s."),
    "group_count_waiting": N_("Finish this group first, then scan the next code."),
    # The strip
    "latest": N_("Latest scans"),
    "latest_none": N_("No scans yet."),
    "undo": N_("Undo"),
    "undo_sure": N_("Undo this?"),
    "undo_label": N_("Undo: %(what)s"),
    "state_stored": N_("checked in"),
    "state_out": N_("out"),
    "state_repeat": N_("already checked in"),
    "state_refused": N_("not checked in"),
    "state_waiting": N_("to upload"),
    "state_aside": N_("could not be uploaded: the server could not read it"),
    "state_undone": N_("undone"),
    "state_kept_undo": N_("not undone"),
    "kind_pass": N_("Pass"),
    "kind_undo": N_("Undo"),
    "kind_foreign": N_("Not a pass"),
    # The line to the server
    "line_trying": N_("No connection"),
    "line_waiting": N_("%(count)s to upload (oldest: %(age)s)"),
    "line_aside": N_("%(count)s could not be uploaded"),
    "line_clear": N_("0 to upload"),
    "line_known": N_("checked with data as of %(time)s"),
    "age_now": N_("just now"),
    "age_minutes": N_("%(count)s min ago"),
    "age_hours": N_("%(count)s h ago"),
    "known_since": N_("Data from the server"),
    "storage": N_("Storage"),
    "storage_lasts": N_("The browser keeps it permanently."),
    "storage_may_go": N_("The browser may clear it when space runs short."),
    "version": N_("Version"),
    "offline_title": N_("Without a network"),
    "export": N_("Save scans to upload as a file"),
    "export_note": N_(
        "If this kiosk will not be online again, save the file and give it to the organizer. Nothing is "
        "deleted here, and a scan that arrives twice counts once."
    ),
    "revoked": N_("This kiosk is out of service. Pair it again with a new code."),
    "repair": N_("Pair again"),
    "repair_note": N_(
        "This kiosk will be unpaired; its scans stay. You will need a new code to pair it again."
    ),
    "repair_sure": N_("Unpair this kiosk?"),
    "repair_wait": N_("Please wait until all scans are uploaded. Still to upload: %(count)s."),
    "new_version": N_("There is a new version of this page."),
    "reload": N_("Update now"),
    "device": N_("Kiosk"),
    "campaign": N_("Week"),
    "events": N_("Events"),
    "storage_full": N_(
        "The storage of this kiosk is full, so scans cannot be saved. Free some space, then scan again."
    ),
    "storage_lost": N_(
        "This kiosk can no longer save scans; its storage may be full. Free some space, then reload this page."
    ),
    "storage_failed": N_(
        "This browser cannot store anything (private window?). Scans would not be safe; open a normal window."
    ),
}
