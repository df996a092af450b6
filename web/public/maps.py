"""Links that open a place in a map: by its point where somebody gave one, else by its name and region.

Nothing is looked up: there is no geocoder. Amap and Apple draw China in GCJ-02, Baidu takes WGS-84 and says so.
"""

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Flask
from flask_babel import gettext as _

from models.events.tables import Event
from models.places import gcj02, regions
from models.places.tables import Venue
from web.words.terms import is_grouping

SOURCE = "openweek"


@dataclass(frozen=True)
class MapLink:
    name: str
    url: str


def register(app: Flask) -> None:
    app.jinja_env.globals.update(venue_maps=venue_maps, place_text_maps=place_text_maps)


def venue_maps(venue: Venue, event: Event) -> list[MapLink]:
    """The maps for a venue of an event."""
    if venue.latitude is not None and venue.longitude is not None:
        return _links(_by_point(venue.name, venue.latitude, venue.longitude))
    place = _names(venue.region_code or event.region_code)
    return _links(_by_name(" ".join(filter(None, [venue.name, venue.address])), place))


def place_text_maps(event: Event) -> list[MapLink]:
    """The maps for a place that is only known in words."""
    return _links(_by_name(event.venue_text, _names(event.region_code)))


def _links(urls: tuple[str, str, str]) -> list[MapLink]:
    return [MapLink(*one) for one in zip((_("Amap"), _("Baidu Maps"), _("Apple Maps")), urls, strict=True)]


def _by_point(name: str, latitude: float, longitude: float) -> tuple[str, str, str]:
    north, east = gcj02.to_gcj02(latitude, longitude)
    gcj, wgs84 = (f"{north:.6f}", f"{east:.6f}"), f"{latitude:.6f},{longitude:.6f}"
    amap = {"position": ",".join(reversed(gcj)), "name": name, "coordinate": "gaode", "src": SOURCE}
    baidu = {"location": wgs84, "title": name, "content": name, "coord_type": "wgs84", "output": "html"}
    return _urls("marker", amap, "marker", baidu, {"ll": ",".join(gcj), "q": name})


def _by_name(name: str, region_names: list[str]) -> tuple[str, str, str]:
    """place: the region from the province down; the last but the county is what maps call a city."""
    city = region_names[min(1, len(region_names) - 1)] if region_names else ""
    full_name = " ".join([*region_names, name])
    amap = {"keyword": full_name, "city": city, "view": "map", "src": SOURCE}
    baidu = {"query": name, "region": city or "全国", "output": "html"}
    return _urls("search", amap, "place/search", baidu, {"q": full_name})


def _urls(amap_verb: str, amap: dict, baidu_verb: str, baidu: dict, apple: dict) -> tuple[str, str, str]:
    return (
        f"https://uri.amap.com/{amap_verb}?{urlencode(amap)}",
        f"https://api.map.baidu.com/{baidu_verb}?{urlencode(baidu | {'src': SOURCE})}",
        f"https://maps.apple.com/?{urlencode(apple)}",
    )


def _names(code: str | None) -> list[str]:
    codes = (*regions.ancestors(code), code) if code else ()
    return [row.name for row in regions.all_regions() if row.code in codes and not is_grouping(row)]
