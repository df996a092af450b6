"""What a decoder that is not ours reads in a picture."""

from typing import Any

import zxingcpp


def read(picture: Any) -> list[str]:
    """The text of each QR code in a pillow image or an array of greys.

    Only QR codes are looked for: now and then the modules of a large one pass for a short bar code beside it.
    """
    return [found.text for found in zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)]
