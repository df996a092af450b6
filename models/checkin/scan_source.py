"""Where scans come from: a paired device, or the landing page of a venue code."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from models.campaigns.tables import Campaign
from models.checkin.cache import Versions, process_cache
from models.devices.kiosks import Kiosk
from models.ledger.tables import ScanKind


@dataclass(frozen=True)
class ScanSource:
    """Where scans come from: a paired device, or the landing page of a venue code (kiosk_id None).

    served: ids of the events that it served at an instant. ever_served: all events it ever served; offline scans may
    belong to an earlier assignment. revoked: it may only deliver what it holds. Scans from expires_at on count only once
    a person accepts them. renew: makes it anew where what it was made from has changed; None: the device has ended."""

    campaign: Campaign
    served: Callable[[datetime], list[int]]
    kiosk_id: int | None = None
    supervisor: bool = False
    scans: bool = True
    tallies: bool = True
    revoked: bool = False
    expires_at: datetime | None = None
    ever_served: frozenset[int] = frozenset()
    paired_at: datetime | None = None
    renew: Callable[[datetime], "ScanSource | None"] | None = None
    versions: Versions | None = None  # of the cache when it was made

    def allows(self, kind: str) -> bool:
        return self.tallies if kind == ScanKind.TALLY else self.scans


def device_source(token: str, now: datetime) -> ScanSource | None:
    """The source with this token, as the cache has it; None for a device that may not hand in scans."""
    cache = process_cache()
    versions = cache.versions  # before anything is read: it may change meanwhile
    kiosk = cache.device(token, now)
    if kiosk is None:
        return None
    source: ScanSource | None = cache.sources.get(token)
    if source is None or source.versions is not versions:
        source = replace(source_of(kiosk), renew=lambda now: device_source(token, now), versions=versions)
        cache.sources[token] = source
    return source


def source_of(kiosk: Kiosk) -> ScanSource:
    """The source that a paired device is."""
    cache = process_cache()
    campaign = cache.campaign(kiosk.campaign_id)
    if campaign is None:
        raise AssertionError(f"Kiosk {kiosk.id} has no campaign.")
    # A kiosk that was paired for an event which was merged since goes on at the event that stands for it.
    standing = cache.standing_for(kiosk.all_event_ids)

    def served(at: datetime) -> list[int]:
        ids = kiosk.event_ids_at(at)
        return ids + [standing[event_id] for event_id in ids if event_id in standing]

    return ScanSource(
        campaign=campaign,
        served=served,
        kiosk_id=kiosk.id,
        supervisor=kiosk.supervisor,
        scans=kiosk.can_scan,
        tallies=kiosk.can_tally,
        revoked=kiosk.revoked_at is not None,
        expires_at=kiosk.expires_at,
        paired_at=kiosk.paired_at,
        ever_served=kiosk.all_event_ids | set(standing.values()),
    )
