"""Every sentence in both languages: looks through the code and the templates for one that is missing a side."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from string import Formatter

from jinja2 import Environment, TemplateSyntaxError, nodes

CODE = ("rules", "models", "admin_views", "app.py")
TEMPLATES = "admin_views/templates"
CALLS = {"Words": 0, "t": 0, "relation": 1, "step": 3}
"""Function -> the place of its English argument; the Chinese one follows."""
SPOKEN = frozenset({"title", "aria-label", "aria-description", "placeholder", "alt", "label", "data-confirm"})
"""Attributes that are read out or shown."""
UNSPOKEN = frozenset({"script", "style", "code", "kbd"})
CHINESE = re.compile(r"[\u3400-\u9fff]")
HOLE = "\ufffc"
"""Stands where a template puts something in."""

SAME_IN_BOTH = {
    "ID": "an abbreviation that is used in Chinese as it is",
    "CSV": "a file format",
    "xlsx": "a file format",
    "PDF": "a file format",
    "URL": "a technical word without a shorter Chinese one",
    "CNY": "a currency code",
    "OK": "said so on the shop floor",
    "NG": "said so on the shop floor",
    "EN": "the switch to the other language names itself",
    "English": "a language is named in itself",
}
CHINESE_IN_ENGLISH = {
    "中文": "a language is named in itself",
    "工正": "the product's name",
}
NAMES_IN_TEMPLATES = {
    "Gongzheng": "the product's name",
    "工正": "the product's name",
    "English": "a language is named in itself",
    "EN": "as above, short",
    "中文": "a language is named in itself",
    "简体中文": "as above",
    "中": "as above, short",
}


@dataclass(frozen=True, order=True)
class Fault:
    """A sentence that one of the two readers would not understand."""

    file: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}"


def faults(root: Path) -> list[Fault]:
    """All faults below a folder, in order."""
    found: list[Fault] = []
    for name in CODE:
        place = root / name
        for path in [place] if place.is_file() else sorted(place.rglob("*.py")):
            shown = path.relative_to(root).as_posix()
            found += [Fault(shown, line, what) for line, what in in_code(path.read_text("utf-8"))]
    for path in sorted((root / TEMPLATES).rglob("*.html")):
        shown = path.relative_to(root).as_posix()
        found += [Fault(shown, line, what) for line, what in in_template(path.read_text("utf-8"))]
    return sorted(set(found))


# -- pairs -----------------------------------------------------------------------------------------------------------


def of_pair(english: str, chinese: str) -> Iterator[str]:
    """What is wrong with a sentence in its two languages."""
    if not english.strip() or not chinese.strip():
        yield "one of the two languages is empty"
        return
    try:
        ours, theirs = placeholders(english), placeholders(chinese)
    except ValueError as fault:
        yield f"{fault} in “{english}” / “{chinese}”"
        return
    if ours != theirs:
        yield f"different placeholders in “{english}” / “{chinese}”"
    if has_words(chinese) and not CHINESE.search(chinese) and not (english == chinese and english in SAME_IN_BOTH):
        yield f"no Chinese in “{chinese}”"
    if CHINESE.search(_without(english, CHINESE_IN_ENGLISH)):
        yield f"Chinese in the English “{english}”"


def placeholders(sentence: str) -> set[str]:
    """Names in braces; raises ValueError for braces that do not fit."""
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def has_words(sentence: str) -> bool:
    """Whether anything is left to translate once placeholders, signs and numbers are gone."""
    return any(letter.isalpha() for letter in re.sub(r"\{[^}]*\}", "", sentence))


def _without(sentence: str, names: dict[str, str]) -> str:
    for name in names:
        sentence = sentence.replace(name, "")
    return sentence


# -- code ------------------------------------------------------------------------------------------------------------


def in_code(source: str) -> Iterator[tuple[int, str]]:
    """Line and fault of every declared sentence of a module."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in CALLS:
                yield from _of_call(node, CALLS[name])
            case ast.ClassDef(bases=bases) if any(ast.unparse(base).endswith("Choice") for base in bases):
                yield from _of_choices(node)


def _of_call(call: ast.Call, place: int) -> Iterator[tuple[int, str]]:
    arguments = call.args[place : place + 2]
    if len(arguments) < 2 or any(isinstance(one, ast.Starred) for one in call.args):
        return
    english, chinese = map(_literal, arguments)
    if any(isinstance(one, ast.JoinedStr) for one in arguments):
        yield call.lineno, "an f-string cannot be translated; give its values by name"
    elif english is not None and chinese is not None:
        for what in (*of_pair(english, chinese), *_of_values(call, english)):
            yield call.lineno, what
    elif english is not None or chinese is not None:
        yield call.lineno, "one of the two languages is not written out"


def _of_values(call: ast.Call, english: str) -> Iterator[str]:
    """``Words`` and ``t`` fill in all placeholders or none; a constant is filled in later."""
    given = {one.arg for one in call.keywords}
    is_filled = isinstance(call.func, ast.Name) and call.func.id in {"Words", "t"} and given and None not in given
    if is_filled and english.count("{") == english.count("}") and given != placeholders(english):
        yield f"the values given are not those of “{english}”"


def _literal(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _of_choices(choices: ast.ClassDef) -> Iterator[tuple[int, str]]:
    for node in choices.body:
        if not isinstance(node, ast.Assign):
            continue
        members = [_literal(one) for one in node.value.elts] if isinstance(node.value, ast.Tuple) else []
        if len(members) != 3 or members[1] is None or members[2] is None:
            yield node.lineno, "a choice is its value, its English and its Chinese"
            continue
        for what in of_pair(members[1], members[2]):
            yield node.lineno, what


# -- templates -------------------------------------------------------------------------------------------------------


def in_template(source: str) -> Iterator[tuple[int, str]]:
    """Line and fault of every sentence of a template, and of text that is in one language only."""
    environment = Environment(extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"], autoescape=True)
    try:
        tree = environment.parse(source)
    except TemplateSyntaxError as fault:
        yield fault.lineno, str(fault.message)
        return
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "t":
            yield from _of_template_call(call)
    reader = _Reader()
    reader.feed(bare(environment, source))
    reader.close()
    yield from reader.found


def _of_template_call(call: nodes.Call) -> Iterator[tuple[int, str]]:
    sides = [one.value if isinstance(one, nodes.Const) else None for one in call.args[:2]]
    match sides:
        case [str(english), str(chinese)]:
            for what in of_pair(english, chinese):
                yield call.lineno, what
        case [None, None]:
            return
        case _:
            yield call.lineno, "one of the two languages is not written out"


def bare(environment: Environment, source: str) -> str:
    """The template's HTML alone, with a hole wherever something is put in; lines stay where they are.

    A block called ..._class holds names of classes, nothing that is read.
    """
    parts: list[str] = []
    is_class, before = False, ""
    for _, kind, value in environment.lex(source):
        if kind == "name":
            is_class = (is_class and value != "endblock") or (before == "block" and value.endswith("_class"))
            before = value
        if kind in {"data", "raw_data"}:
            parts.append("" if is_class else value)
            continue
        if kind in {"variable_begin", "block_begin"}:
            parts.append("x" if parts and parts[-1].endswith(("<", "</")) else HOLE)
        parts.append("\n" * value.count("\n"))
    return "".join(parts)


class _Reader(HTMLParser):
    """Notes text and spoken attributes that stand in a template as they are."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[int, str]] = []
        self.within: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.within.append(tag)
        kinds = {value for name, value in attrs if name == "type"}
        for raw, value in attrs:
            name = raw.strip(HOLE)
            is_spoken = name in SPOKEN or (name == "value" and kinds & {"submit", "button", "reset"})
            if is_spoken and value and self._is_bare(value):
                self.found.append((self.getpos()[0], f"{name}=“{value}” is not translated"))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.within.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in self.within:
            while self.within.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if UNSPOKEN.isdisjoint(self.within) and self._is_bare(data):
            before = data[: len(data) - len(data.lstrip(" \t\r\n" + HOLE))].count("\n")
            text = " ".join(data.replace(HOLE, "…").split())
            self.found.append((self.getpos()[0] + before, f"“{text}” is not translated"))

    def _is_bare(self, text: str) -> bool:
        left = {part.strip(" \t\r\n·|/()") for part in text.split(HOLE)}
        return any(has_words(part) for part in left if part not in NAMES_IN_TEMPLATES)
