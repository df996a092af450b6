"""The workbook that people fill in: this week's choices as drop-downs, one example, and how to. Read back by the importer."""

import io
from datetime import date

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from models.campaigns.tables import Campaign, TermKind
from models.imports.spreadsheet.columns import letter
from models.imports.spreadsheet.table_rows import CHOICES, HOW_TO
from models.imports.spreadsheet.to_draft import EXAMPLE
from models.places import regions

ROWS = 1000
# Header, width, and the kind of the campaign's terms that it offers.
_COLUMNS = (
    ("活动名称", 34), ("开始日期", 13), ("结束日期", 13), ("开始时间", 11), ("结束时间", 11), ("时间说明", 26),
    ("活动地点", 28), ("详细地址", 28), ("省", 16), ("市", 14), ("县", 14), ("主办单位", 34), ("受众群体", 14),
    ("活动形式", 16), ("线上线下", 11), ("线上地址", 26), ("宣传重点", 30), ("人数上限", 11), ("活动简介", 44), ("编号", 10),
)  # fmt: skip
_HOW_TO = (
    "一行填一场活动，只有“活动名称”必填；不清楚的请留空，系统不会替您猜测。",
    "第2行是示例，请改成您的活动；标题以“（示例）”开头的行不会导入。",
    "日期写作 2024-04-26 或 4月26日；只有一天的活动，结束日期可不填。",
    "时间写作 9:00；也可以在“时间说明”中写“4月26日上午9:00”“4月26日9:00-11:30”“每天9:00-17:00（周一闭馆）”。",
    "每天开放的展览：填写开始日期、结束日期，并在“时间说明”中写“每天9:00-17:00”，系统会逐日生成场次。",
    "多个主办单位、多个地点用分号（；）隔开，第一个主办单位为牵头单位。",
    "受众群体、活动形式可从下拉框中选择；需要多选时，手工用分号（；）隔开。",
    "省、市、县写全称（如江苏省、连云港市、灌云县）；市、县也可写通用简称。",
    "“编号”可不填；填写后，再次导入同一编号的活动会更新原活动，不会重复。",
    "未能识别的内容，系统会指出所在的单元格（如 D7），由您修改后再次导入。",
)


def workbook(campaign: Campaign) -> bytes:
    """The template of a campaign as the bytes of an .xlsx."""
    book = Workbook()
    book.remove(book.worksheets[0])
    sheet, how_to, choices = (
        book.create_sheet("活动"),
        book.create_sheet(HOW_TO),
        book.create_sheet(CHOICES),
    )
    for position, (name, width) in enumerate(_COLUMNS):
        cell = sheet.cell(1, position + 1, name)
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="DCE6F1")
        sheet.column_dimensions[letter(position)].width = width
        if name in ("开始日期", "结束日期"):
            _format(sheet, position, "yyyy-mm-dd")
        elif name in ("开始时间", "结束时间"):
            _format(sheet, position, "hh:mm")
    sheet.freeze_panes = "B2"
    for name, value in _example(campaign).items():
        sheet.cell(2, _position(name) + 1, value)
    _choices(campaign, sheet, choices)
    _explain(campaign, how_to)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _position(name: str) -> int:
    return next(n for n, (column, _) in enumerate(_COLUMNS) if column == name)


def _format(sheet: Worksheet, position: int, number_format: str) -> None:
    """For the rows that people fill in; the column's own format does not reach cells that a program writes."""
    sheet.column_dimensions[letter(position)].number_format = number_format


def _example(campaign: Campaign) -> dict[str, str | date | int]:
    def first(kind: TermKind) -> str:
        return next((term.name_zh for term in campaign.terms_of(kind)), "")

    return {
        "活动名称": f"{EXAMPLE}现场宣传咨询活动",
        "开始日期": campaign.starts.isoformat(),
        "结束日期": campaign.starts.isoformat(),
        "开始时间": "9:00",
        "结束时间": "11:30",
        "活动地点": "示例县文化广场",
        "省": "江苏省",
        "市": "连云港市",
        "县": "灌云县",
        "主办单位": "灌云县知识产权局；灌云县人民法院",
        "受众群体": first(TermKind.AUDIENCE),
        "活动形式": first(TermKind.FORMAT),
        "线上线下": "线下",
        "宣传重点": first(TermKind.FOCUS),
        "活动简介": "请写明活动内容，公众据此决定是否参加。",
    }


def _choices(campaign: Campaign, sheet: Worksheet, choices: Worksheet) -> None:
    """Drop-downs take their entries from a sheet of their own: a list inside a rule ends at 255 characters."""
    provinces = [row.name for row in regions.all_regions() if row.level == regions.PROVINCE]
    offered = {
        "受众群体": ([term.name_zh for term in campaign.terms_of(TermKind.AUDIENCE)], False),
        "活动形式": ([term.name_zh for term in campaign.terms_of(TermKind.FORMAT)], False),
        "宣传重点": ([term.name_zh for term in campaign.terms_of(TermKind.FOCUS)], True),
        "线上线下": (["线下", "线上", "线上线下"], True),
        "省": (provinces, True),
    }
    for column, (name, (entries, only)) in enumerate(offered.items()):
        if not entries:
            continue
        for row, entry in enumerate((name, *entries), 1):
            choices.cell(row, column + 1, entry)
        at = letter(column)
        rule = DataValidation(
            type="list",
            formula1=f"{CHOICES}!${at}$2:${at}${len(entries) + 1}",
            allow_blank=True,
            showErrorMessage=only,
        )
        rule.error, rule.errorTitle = "请从下拉框中选择。", name
        target = letter(_position(name))
        rule.add(f"{target}2:{target}{ROWS + 1}")
        sheet.add_data_validation(rule)


def _explain(campaign: Campaign, how_to: Worksheet) -> None:
    how_to.column_dimensions["A"].width = 100
    how_to.cell(1, 1, f"{campaign.name_zh}：活动填报说明").font = Font(bold=True, size=14)
    for row, line in enumerate(_HOW_TO, 2):
        how_to.cell(row, 1, f"{row - 1}. {line}").alignment = Alignment(wrap_text=True, vertical="top")
