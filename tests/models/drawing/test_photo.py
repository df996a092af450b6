from io import BytesIO

import pytest
from PIL import Image

from models.drawing import photo
from models.errors import Mistake


def _jpeg() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = "a maker"
    exif.get_ifd(0x8825)[1] = "N"
    written = BytesIO()
    Image.new("RGB", (2000, 1000), "red").save(written, "JPEG", exif=exif)
    return written.getvalue()


def test_upright_in_two_sizes_without_metadata():
    assert b"a maker" in _jpeg()
    drawn = photo.redraw(_jpeg())
    assert (drawn.width, drawn.height) == (800, 1600)
    for sent, size in ((drawn.large, (800, 1600)), (drawn.small, (320, 640))):
        image = Image.open(BytesIO(sent))
        assert (image.format, image.size, dict(image.getexif())) == ("WEBP", size, {})
        assert [key for key in ("exif", "icc_profile", "xmp") if image.info.get(key)] == []


def test_an_animation_is_its_first_frame():
    written = BytesIO()
    Image.new("RGB", (8, 8), "white").save(
        written, "WEBP", save_all=True, append_images=[Image.new("RGB", (8, 8), "black")], lossless=True
    )
    image = Image.open(BytesIO(photo.redraw(written.getvalue()).large))
    assert (getattr(image, "n_frames", 1), image.convert("RGB").getpixel((4, 4))) == (1, (255, 255, 255))


@pytest.mark.parametrize("size", [(8000, 5001), (30000, 30000)])
def test_a_bomb_is_refused_by_its_size(size):
    written = BytesIO()
    Image.new("1", size).save(written, "PNG")
    with pytest.raises(Mistake) as refused:
        photo.redraw(written.getvalue())
    assert str(refused.value) == "The picture has more than 40 million pixels."


@pytest.mark.parametrize("sent", [b"", b"<svg/>", b"GIF89a", b"\x89PNG\r\n\x1a\n", _jpeg()[:900]])
def test_what_is_no_picture_is_refused(sent):
    with pytest.raises(Mistake) as refused:
        photo.redraw(sent)
    assert str(refused.value) == "The file is not a JPEG, PNG, WebP or AVIF picture that can be read."


def test_too_many_bytes():
    with pytest.raises(Mistake) as refused:
        photo.redraw(b"x" * (photo.MOST_BYTES + 1))
    assert str(refused.value) == "The picture is larger than 10 MB."
