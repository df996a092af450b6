"""The check of a device before the week: what a kiosk needs, each green or red with one sentence what to do. No account."""

from dataclasses import dataclass

from flask import Blueprint, Flask, render_template
from flask.typing import ResponseReturnValue

from models.drawing import qr
from models.errors import N_

bp = Blueprint("device_check", __name__)

# Letters that change places between keyboard layouts, digits and marks that need Shift or an input method off.
SCANNER_TEXT = "OPENWEEK-QWYZ-0279:/azqm"


@dataclass(frozen=True)
class Check:
    """name: what is checked; good: what green means; bad: what to do. by_hand: it waits for the person at the device.
    good_here: what green means at an address without https, which a browser trusts on the device itself."""

    key: str
    name: str
    good: str
    bad: str
    by_hand: bool = False
    good_here: str = ""


CHECKS = (
    Check(
        "browser",
        N_("Browser"),
        N_("The browser is new enough."),
        N_("Update the browser, or use a current Chrome, Edge, Safari or Firefox."),
    ),
    Check(
        "secure",
        N_("Secure address"),
        N_("The address begins with https."),
        N_("Open this page with https: without it the browser gives no camera."),
        good_here=N_(
            "The browser trusts this address, because it is this device itself. Others need one with https."
        ),
    ),
    Check(
        "camera",
        N_("Camera"),
        N_("The camera works."),
        N_("Allow the camera for this site in the browser's settings, and close other apps that use it."),
    ),
    Check(
        "storage",
        N_("Storage"),
        N_("Scans are kept through a power cut."),
        N_("Leave private mode, free at least 100 MB, and add this page to the home screen."),
    ),
    Check(
        "network",
        N_("Network"),
        N_("The server answers quickly."),
        N_("Check the Wi-Fi or mobile network. A kiosk also works without one and uploads later."),
    ),
    Check(
        "clock",
        N_("Clock"),
        N_("The clock agrees with the server."),
        N_("Set date and time to automatic in the device's settings."),
    ),
    Check(
        "awake",
        N_("Screen stays on"),
        N_("The page can keep the screen on."),
        N_("Set the screen to stay on in the device's settings, and plug in the power."),
    ),
    Check(
        "resume",
        N_("Resume from sleep"),
        N_("The camera came back after sleep."),
        N_("Turn the screen off and on once. If the camera does not come back, restart the browser."),
        by_hand=True,
    ),
    Check(
        "layout",
        N_("Keyboard layout of a USB scanner"),
        N_("The scanner types every character right."),
        N_("Set the scanner and the keyboard of the device to English (US), and Caps Lock off."),
        by_hand=True,
    ),
    Check(
        "ime",
        N_("Input method"),
        N_("No input method comes between."),
        N_("Switch the input method off or to English: it swallows what a scanner types."),
        by_hand=True,
    ),
)


def register(app: Flask) -> None:
    app.register_blueprint(bp)


@bp.get("/kiosk/check")
def page() -> ResponseReturnValue:
    return render_template(
        "kiosk/app/device_check.html",
        checks=CHECKS,
        text=SCANNER_TEXT,
        symbol=qr.outline(SCANNER_TEXT),
    )
