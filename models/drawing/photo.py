"""A picture that somebody sent, drawn anew: upright, sRGB, two sizes, with nothing in it but its pixels."""

import warnings
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageCms, ImageOps

from models.errors import N_, Mistake

MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 40_000_000
LARGE, SMALL = 1600, 640
FORMATS = ("JPEG", "PNG", "WEBP", "AVIF")


@dataclass(frozen=True)
class Photo:
    """WebP bytes of one picture in two sizes; width and height are those of the large one."""

    large: bytes
    small: bytes
    width: int
    height: int


def redraw(sent: bytes) -> Photo:
    """Raises Mistake for what is no picture, or too large a one; the size is read before any pixel is decoded."""
    if len(sent) > MOST_BYTES:
        raise Mistake(N_("The picture is larger than %(most)s MB."), most=MOST_BYTES >> 20)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(BytesIO(sent), formats=FORMATS) as opened:
                if opened.width * opened.height > MOST_PIXELS:
                    raise _too_many_pixels()
                # Made small before anything else: a JPEG is then never decoded at its full size.
                fit = opened if opened.mode not in ("1", "P") else opened.convert("RGBA")
                fit.thumbnail((LARGE, LARGE))
                pixels = _plain(ImageOps.exif_transpose(fit))
    except Image.DecompressionBombError:
        raise _too_many_pixels() from None
    except (OSError, ValueError, SyntaxError, EOFError):
        raise Mistake(N_("The file is not a JPEG, PNG, WebP or AVIF picture that can be read.")) from None
    large = _fitted(pixels, LARGE)
    return Photo(_webp(large), _webp(_fitted(pixels, SMALL)), large.width, large.height)


def _too_many_pixels() -> Mistake:
    return Mistake(N_("The picture has more than %(most)s million pixels."), most=MOST_PIXELS // 1_000_000)


def _plain(image: Image.Image) -> Image.Image:
    """The pixels alone, in sRGB, on white where they are transparent."""
    profile = image.info.get("icc_profile")
    if profile and image.mode in ("RGB", "CMYK", "L"):
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            image = (
                ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
                or image
            )
        except (ImageCms.PyCMSError, OSError):
            pass  # a broken profile: the pixels are taken as they are
    rgba = image.convert("RGBA")
    plain = Image.new("RGB", rgba.size, "white")
    plain.paste(rgba, mask=rgba.getchannel("A"))
    return plain


def _fitted(image: Image.Image, most: int) -> Image.Image:
    fitted = image.copy()
    fitted.thumbnail((most, most))
    return fitted


def as_jpeg(webp: bytes) -> bytes:
    """A stored picture as JPEG."""
    written = BytesIO()
    with Image.open(BytesIO(webp), formats=("WEBP",)) as opened:
        opened.convert("RGB").save(written, "JPEG", quality=85, optimize=True, progressive=True)
    return written.getvalue()


def _webp(image: Image.Image) -> bytes:
    written = BytesIO()
    image.save(written, "WEBP", quality=82)
    return written.getvalue()
