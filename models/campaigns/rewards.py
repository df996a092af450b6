"""The rewards of the stamp card in a campaign file."""

from dataclasses import dataclass

from models.campaigns.toml_table import TomlTable
from models.errors import N_, Mistake

_MOST_STAMPS = 50


@dataclass(frozen=True, slots=True)
class RewardTerm:
    """A reward of the stamp card: how many events visited, and how many points of the publicity focus among them."""

    key: str
    name_zh: str
    name_en: str
    stamps: int
    focus_points: int


def read_rewards(top: TomlTable, most_focus_points: int) -> tuple[RewardTerm, ...]:
    """focus_points may be left out: then any events do."""
    rewards: list[RewardTerm] = []
    for table in top.tables("reward"):
        asks_focus = "focus_points" in table.entries
        rewards.append(
            RewardTerm(
                key=table.key("key"),
                name_zh=table.text("zh"),
                name_en=table.text("en"),
                stamps=table.number("stamps", _MOST_STAMPS),
                focus_points=table.number("focus_points", most_focus_points) if asks_focus else 0,
            )
        )
        table.refuse_rest()
    keys = [reward.key for reward in rewards]
    for key in keys:
        if keys.count(key) > 1:
            raise Mistake(N_("The key “%(key)s” occurs twice in [[%(kind)s]]."), key=key, kind="reward")
    return tuple(rewards)
