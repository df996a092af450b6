"""The week of 2024 and what words mean in it."""

from tests.models.conftest import campaign, vocabulary

__all__ = ["campaign", "vocabulary"]
