"""Pictures as cameras write them: turned, with a maker's name and a place in the file."""

from io import BytesIO

from PIL import Image

MAKER = b"a maker of cameras"


def jpeg(colour: str = "red", size: tuple[int, int] = (2000, 1000)) -> bytes:
    """Lying on its side (orientation 6), with EXIF and a place."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = MAKER.decode()
    exif.get_ifd(0x8825)[1] = "N"
    written = BytesIO()
    Image.new("RGB", size, colour).save(written, "JPEG", exif=exif)
    return written.getvalue()


def bomb() -> bytes:
    """A small file of 49 million pixels."""
    written = BytesIO()
    Image.new("1", (7000, 7000)).save(written, "PNG")
    return written.getvalue()
