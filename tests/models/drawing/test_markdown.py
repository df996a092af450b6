"""Introductions in Markdown: safe markup for pages, readable text for feeds."""

import pytest

from models.drawing import markdown

PLAIN = (
    "第一行\n第二行\n\n第三段",
    "　　每天 2*3 场，见 a_b_c；地址 C:\\x\r\n1. 上午\r\n2. 下午",
    "- 领取资料\n- 现场咨询",
    "一*号厅",
    "<b>不是标记</b> & 也不是 &amp;",
    "***",
    "",
)


@pytest.mark.parametrize("text", PLAIN)
def test_a_text_without_markdown_stays_as_it_is(text):
    assert markdown.plain(text) == text


def test_line_breaks_of_a_plain_text_are_kept():
    assert markdown.html("第一行\n第二行\n\n第三段") == "<p>第一行<br>\n第二行</p>\n<p>第三段</p>\n"


def test_marks_become_readable_text():
    text = (
        "# 活动安排\n\n**专家**现场*咨询*\n- [官网](https://example.org/a)\n- <https://example.org>\n\n\\*注"
    )
    assert markdown.plain(text) == (
        "活动安排\n\n专家现场咨询\n- 官网 (https://example.org/a)\n- <https://example.org>\n\n*注"
    )


def test_a_link_over_several_lines_leaves_the_other_lines_alone():
    assert markdown.plain('前\n[站](https://a.example\n"名")后\n\n末') == "前\n站 (https://a.example)后\n\n末"


@pytest.mark.parametrize(
    ("text", "markup"),
    [
        ("**粗** *斜*", "<p><strong>粗</strong> <em>斜</em></p>\n"),
        ("- 一\n- 二", "<ul>\n<li>一</li>\n<li>二</li>\n</ul>\n"),
        ("3. 三", '<ol start="3">\n<li>三</li>\n</ol>\n'),
        ("<script>x()</script>", "<p>&lt;script&gt;x()&lt;/script&gt;</p>\n"),
        ("[x](javascript:x())", "<p>[x](javascript:x())</p>\n"),
        ("![x](https://a.example/x.png)", None),
        (
            "[站](https://a.example)",
            '<p><a href="https://a.example" rel="noopener noreferrer nofollow">站</a></p>\n',
        ),
    ],
)
def test_markup_is_safe(text, markup):
    html = markdown.html(text)
    if markup is None:
        assert "<img" not in html
    else:
        assert html == markup


def test_headings_begin_at_the_level_of_their_page():
    assert markdown.html("### 上\n##### 下") == "<h2>上</h2>\n<h3>下</h3>\n"
    assert markdown.html("### 上\n##### 下", heading=4) == "<h4>上</h4>\n<h4>下</h4>\n"
