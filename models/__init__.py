"""The week as rows, and the rules that keep them true. Knows nothing of requests.

Importing this package registers every table. Its packages stand on floors (docs/architecture.md): each imports only from
lower ones.
"""

from models import installation
from models.campaigns import tables as campaigns
from models.codes import keys, passes, self_issue_limit, venue_codes
from models.devices import kiosks, pairing, screens
from models.events import tables as events
from models.ics import starred_list, version
from models.imports import subscriptions, uploads
from models.ledger import tables as ledger
from models.organizations import tables as organizations
from models.places import tables as places
from models.public import search
from models.publishing import duplicates

TABLES = (
    campaigns, duplicates, events, installation, keys, kiosks, ledger, organizations, pairing, passes,
    places, screens, search, self_issue_limit, starred_list, subscriptions, uploads, venue_codes, version,
)  # fmt: skip
