"""What the tests of the importer share. A file that needs another beginning overrides one of these by its name:

campaign  the week of 2024
vocabulary   what a row of a table is understood by in it
"""

import pytest

from models.campaigns.tables import Campaign
from models.imports.vocabulary import Vocabulary, vocabulary_of
from tests.support.records.week import load_week


@pytest.fixture
def campaign(app) -> Campaign:
    return load_week()


@pytest.fixture
def vocabulary(campaign: Campaign) -> Vocabulary:
    return vocabulary_of(campaign)
