"""What counts as a sentence in both languages, and that all of ours are."""

from pathlib import Path

import pytest

from admin_views import wordcheck

ROOT = Path(wordcheck.__file__).resolve().parent.parent


def test_every_sentence_of_the_product_is_in_both_languages():
    assert [str(one) for one in wordcheck.faults(ROOT)] == []


@pytest.mark.parametrize(
    "source",
    [
        'Words("Open", "待接受")',
        't("{n} rows", "{n} 行", n=3)',
        'Words("%", "%")',
        'Words("CSV", "CSV")',
        "Words(some.en, some.zh)",
        'step("submit", "draft", "submitted", "Submit", "提交")',
        'relation("inspector", "the inspector", "检验员")',
        'Words("Switch to 中文", "切换到中文")',
        'Words("Said later: {who}", "以后填写：{who}")',
        'other("English only")',
        "t(*pair)",
    ],
)
def test_what_is_in_both_languages_passes(source):
    assert list(wordcheck.in_code(source)) == []


@pytest.mark.parametrize(
    "source, said",
    [
        ('Words("Open", "Open")', "no Chinese in “Open”"),
        ('Words("Open", "")', "one of the two languages is empty"),
        ('Words("待接受", "待接受")', "Chinese in the English “待接受”"),
        ('t("{n} rows", "{m} 行", n=3)', "different placeholders in “{n} rows” / “{m} 行”"),
        ('t("{n} rows", "{n} 行", m=3)', "the values given are not those of “{n} rows”"),
        ('Words("{n rows", "{n} 行")', "expected '}' before end of string in “{n rows” / “{n} 行”"),
        ('Words(f"{n} rows", "行")', "an f-string cannot be translated; give its values by name"),
        ('Words("Open", zh)', "one of the two languages is not written out"),
        ('step("submit", "draft", "sent", "Submit", "Submit")', "no Chinese in “Submit”"),
        ('relation("inspector", "the inspector", "inspector")', "no Chinese in “inspector”"),
        ('class Status(Choice):\n    OPEN = "open", "Open", "Open"', "no Chinese in “Open”"),
        ('class Status(Choice):\n    OPEN = "open", "Open"', "a choice is its value, its English and its Chinese"),
    ],
)
def test_what_misses_a_side_is_named(source, said):
    assert [what for _, what in wordcheck.in_code(source)] == [said]


@pytest.mark.parametrize(
    "source",
    [
        "<p>{{ t('Open', '待接受') }} · {{ page.title }} (3)</p>",
        "<a title=\"{{ t('Open', '待接受') }}\" class=\"btn primary\">{{ icon('eye') }}</a>",
        "{% block page_class %}record wide{% endblock %}",
        "{# a note in one language #}<code>SELECT</code>",
        '<a {% if here %}aria-current="page"{% endif %}>工正</a>',
        '<{{ tag }} class="card"></{{ tag }}>',
        "{{ t(label.en, label.zh) }}",
    ],
)
def test_a_template_that_says_everything_twice_passes(source):
    assert list(wordcheck.in_template(source)) == []


@pytest.mark.parametrize(
    "source, found",
    [
        ("<p>\n  Open</p>", (2, "“Open” is not translated")),
        ("<p>{{ n }} rows</p>", (1, "“… rows” is not translated")),
        ('<a\n title="Open">{{ x }}</a>', (1, "title=“Open” is not translated")),
        ('<img alt="A picture">', (1, "alt=“A picture” is not translated")),
        ('<br title="Open"/>', (1, "title=“Open” is not translated")),
        ('<input type="submit" value="Send">', (1, "value=“Send” is not translated")),
        ("{{ t('Open', 'Open') }}", (1, "no Chinese in “Open”")),
        ("{{ t('Open', zh) }}", (1, "one of the two languages is not written out")),
        ("<p>{% if %}</p>", (1, "Expected an expression, got 'end of statement block'")),
    ],
)
def test_a_template_that_says_something_once_is_named(source, found):
    assert list(wordcheck.in_template(source)) == [found]


def test_faults_come_with_file_and_line(tmp_path):
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "x.py").write_text('A = 1\nB = Words("Open", "Open")\n', "utf-8")
    (tmp_path / "app.py").write_text("", "utf-8")
    (tmp_path / "admin_views" / "templates").mkdir(parents=True)
    (tmp_path / "admin_views" / "templates" / "x.html").write_text("<p>Open</p>", "utf-8")
    assert [str(one) for one in wordcheck.faults(tmp_path)] == [
        "admin_views/templates/x.html:1: “Open” is not translated",
        "rules/x.py:2: no Chinese in “Open”",
    ]
