"""
Finds what staff read and no catalogue knows: in templates by their text, in Python by where a literal stands.

In the rooms of the back office whatever reads like words is taken for words. Elsewhere most texts are for programs or
for whoever runs them, and only labels and refusals are looked at.
"""

import ast
import re
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

from django.template.base import Lexer, TokenType

ROOT = Path(__file__).resolve().parent.parent.parent


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_GETTEXT = _names("""
    _ gettext gettext_lazy gettext_noop ngettext ngettext_lazy pgettext pgettext_lazy npgettext npgettext_lazy
""")

#: Texts that are read by programs, or by those who run this one.
_FOR_PROGRAMS_EXACTLY = frozenset(
    {
        "Accept",
        "Location",
        "Sheet",
        "python manage.py generate_cards …",
        " (confirmation ……)",
        "add …",
        "comment …… …",
        "entry …",
        "import a file",
        "request …",
        "is off",
        "self",
        "danger",
        "API (……)",
        "… (approver_limit_exceeded).",
    }
)

# Templates

_READ_ALOUD = frozenset({"title", "aria-label", "alt", "placeholder", "label", "data-label"})
_OPENS = frozenset({"translate", "trans"})
_HIDDEN = frozenset({"script", "style"})
_WORD = re.compile(r"[^\W\d_]{2,}")
#: Names that icons have, and other words that are the same in every language.
_SAME_EVERYWHERE = frozenset({"CSV", "XLSX"})


@dataclass(frozen=True, order=True, slots=True)
class Bare:
    """A text that is not translated, and where."""

    path: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}"


def bare_in_template(path: Path) -> list[Bare]:
    """Texts and attributes of a template outside of tags that translate."""
    reader = _Markup(str(path.relative_to(ROOT)))
    reader.feed(_without_tags(path.read_text()))
    reader.close()
    return reader.found


def _without_tags(text: str) -> str:
    """The markup alone: what a template fills in is blanked out, and what a translated block says."""
    kept, depth = [], 0
    for token in Lexer(text).tokenize():
        name = token.contents.split(" ", 1)[0] if token.token_type == TokenType.BLOCK else ""
        if name in {"blocktranslate", "blocktrans", "comment", "verbatim"}:
            depth += 1
        shown = token.contents if token.token_type == TokenType.TEXT and not depth else ""
        kept.append(shown or _literals(token.contents, name) + "\n" * token.contents.count("\n"))
        if name in {"endblocktranslate", "endblocktrans", "endcomment", "endverbatim"}:
            depth -= 1
    return "".join(kept)


def _literals(contents: str, name: str) -> str:
    """Words that a tag hands on to what it includes, such as `title="This link no longer works"`."""
    if name not in {"include", "with", "firstof", "cycle"}:
        return ""
    plain = re.sub(r"_\((\"[^\"]*\"|'[^']*')\)", "", contents)
    return " ".join(each for each in re.findall(r'="([^"]*)"', plain) if re.match(r"[A-Z][a-z]+\b", each))


class _Markup(HTMLParser):
    def __init__(self, path: str) -> None:
        super().__init__(convert_charrefs=True)
        self.path, self.found, self._open = path, list[Bare](), list[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        classes = dict(attrs).get("class") or ""
        self._open.append("icon" if "material-symbols" in classes else tag)
        if tag in {"input", "br", "hr", "img", "link", "meta"}:
            self._open.pop()
        for name, value in attrs:
            if name in _READ_ALOUD and _has_words(value or ""):
                self._tell(f"{name}={value!r}")

    def handle_endtag(self, tag: str) -> None:
        if self._open:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if not {"icon", *_HIDDEN} & set(self._open[-1:]) and _has_words(data):
            self._tell(" ".join(data.split()))

    def _tell(self, text: str) -> None:
        self.found.append(Bare(self.path, self.getpos()[0], text))


def _has_words(text: str) -> bool:
    return any(word not in _SAME_EVERYWHERE for word in _WORD.findall(text))


# Python

#: What is said by these names, as a keyword, an attribute of a class or a variable of a module.
_NAMED = _names("""
    verbose_name verbose_name_plural help_text label labels help_texts description short_description title
    subtitle explanation empty_value_display search_help_text button_label message notice words text told asks
    empty done index_title
""")
#: Calls whose arguments nobody reads.
_FOR_PROGRAMS_ALONE = _names("""
    getLogger get_logger Path compile AssertionError NotImplementedError reverse reverse_lazy import_string
    has_perm path get_signed_cookie set_signed_cookie getattr hasattr setattr startswith endswith partition
    strip lstrip rstrip patch_vary_headers filter exclude static cast TypeVar escape_uri_path
    HttpResponseNotAllowed
""")
#: Calls whose arguments are read: parts of pages, messages, refusals of forms.
_SAID = _names("""
    Fact Facts Head Table Timeline TimelineEntry Button StepButton Change Twin Review moments numbers reasons
    phrase tag signed strong stacked day_field as_shown words_cell money_cells minor_cells moment_cell
    ValidationError add_error StepRefused success error warning info message_user MinValueValidator
    MaxValueValidator audit
""")
#: Of them those that are given nothing but words; others are given names of icons and looks, too.
_OF_WORDS = frozenset({"Fact", "Facts", "Change", "phrase", "tag", "moments", "numbers", "reasons", "signed", "strong"})
_NAME = re.compile("[a-z_]+")
_FIELD = re.compile(r"(Field|Key)$")
_CHOICES = frozenset({"TextChoices", "IntegerChoices", "Choices"})
_SENTENCE = re.compile(r"(?:^|[\s>])[A-Z]?[a-z]+[,.:]? [a-zA-Z]+")
_CAPITAL = re.compile(r"^[A-Z][a-z]+([ ,.:!?…-]|$)|^[A-Z]{2,} [a-z]+")
_FOR_PROGRAMS = re.compile(
    r"__|^[a-z_.]+$|^[\w-]+/[\w/.-]+$|\b(SELECT|UPDATE|DELETE|INSERT|WHERE|NULL|COALESCE|JSON)\b"
    r"|^[A-Z_]+$|^bo-|: ?[a-z]+;|--|=|[{}]|^%|^[a-z_]+:…|^[a-z_]+\.|^[A-Z][a-z]+(-[A-Z][a-z]+)+$"
)


def bare_in_python(path: Path, *, everywhere: bool) -> list[Bare]:
    """
     Literals of a module that staff read and that are in no call of gettext's.

    :param everywhere: take all that reads like words, not only what stands where labels and refusals do.
    """
    return [
        Bare(str(path.relative_to(ROOT)), node.lineno, text) for node, text in bare_nodes(path.read_text(), everywhere)
    ]


def too_early(path: Path) -> list[Bare]:
    """Texts that are translated as their module is loaded, and so into no reader's language."""
    finder = _Early(str(path.relative_to(ROOT)))
    finder.visit(ast.parse(path.read_text()))
    return finder.found


class _Early(ast.NodeVisitor):
    def __init__(self, path: str) -> None:
        self.found: list[Bare] = []
        self._path, self._now = path, {"gettext", "ngettext", "pgettext", "npgettext"}

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        self._now |= {
            each.asname or each.name for each in node.names if each.name in {"gettext", "ngettext", "pgettext"}
        }

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        for each in [*node.decorator_list, *node.args.defaults, *node.args.kw_defaults]:
            if each is not None:
                self.visit(each)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        """What it says is said when it is called."""

    def visit_Call(self, node: ast.Call) -> None:
        if _name(node.func) in self._now:
            self.found.append(Bare(self._path, node.lineno, ast.unparse(node)))
        self.generic_visit(node)


def bare_nodes(source: str, everywhere: bool) -> list[tuple[ast.expr, str]]:
    """The same as nodes of the module's tree."""
    finder = _Finder(everywhere)
    finder.visit(ast.parse(source))
    return sorted(finder.found.values(), key=lambda each: each[0].lineno)


class _Finder(ast.NodeVisitor):
    def __init__(self, everywhere: bool) -> None:
        self._everywhere = everywhere
        self.found: dict[tuple[int, int], tuple[ast.expr, str]] = {}
        self._classes: list[ast.ClassDef] = []

    # Where what is written is read

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._classes.append(node)
        if _CHOICES & {_name(base) for base in node.bases}:
            for each in node.body:
                if isinstance(each, ast.Assign):
                    self._choice(each.value)
        self._body(node)
        self._classes.pop()

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        if node.name != "__str__" or self._everywhere:
            self._body(node)

    def visit_Module(self, node: ast.Module) -> None:
        self._body(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        targets = [
            each for target in node.targets for each in (target.elts if isinstance(target, ast.Tuple) else [target])
        ]
        values = (
            node.value.elts if isinstance(node.value, ast.Tuple) and len(targets) > 1 else [node.value] * len(targets)
        )
        if _name(targets[0]) == "__all__":
            return
        for target, value in zip(targets, values, strict=False):
            if _name(target) in _NAMED:
                self._said(value)
        self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if _name(node.target) in _NAMED and node.value:
            self._said(node.value)
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        name = _name(node.func)
        if name in _GETTEXT or name in _FOR_PROGRAMS_ALONE:
            self._pass(node)
            return
        is_refusal = name == "__init__" and _is_super(node.func) and self._is_an_error()
        if is_refusal or (name in _SAID and self._everywhere):
            for each in node.args[1:] if name == "add_error" else node.args:
                if name in _OF_WORDS or not (isinstance(each, ast.Constant) and _NAME.fullmatch(str(each.value))):
                    self._said(each)
        elif _FIELD.search(name) and node.args and not name.startswith("Unfold") and "ForeignKey" not in name:
            self._said(node.args[0])
        for keyword in node.keywords:
            if keyword.arg in _NAMED:
                self._said(keyword.value)
        if name in {"format_html", "mark_safe"} and node.args and isinstance(node.args[0], ast.Constant):
            reader = _Markup("")
            reader.feed(str(node.args[0].value).replace("{}", ""))
            reader.close()
            if reader.found:
                self._take(node.args[0], reader.found[0].text)
            for left in [*node.args[1:], *node.keywords]:
                self.visit(left)
            return
        if name == "styled":
            for each in node.args[1:]:
                self._said(each)
            return
        self.generic_visit(node)

    def _pass(self, node: ast.Call) -> None:
        """Look only at what is worked out in a call's arguments."""
        for each in [node.func, *node.args, *(keyword.value for keyword in node.keywords)]:
            if not isinstance(each, ast.Constant | ast.JoinedStr):
                self.visit(each)

    def visit_Dict(self, node: ast.Dict) -> None:
        for key in node.keys:
            if key is not None and not isinstance(key, ast.Constant):
                self.visit(key)
        for each in node.values:
            self.visit(each)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self.visit(node.value)
        if not isinstance(node.slice, ast.Constant | ast.JoinedStr):
            self.visit(node.slice)

    def visit_Assert(self, node: ast.Assert) -> None:
        self.visit(node.test)

    def visit_Constant(self, node: ast.Constant) -> None:
        if self._everywhere and isinstance(node.value, str) and _reads_like_words(node.value):
            self._take(node, node.value)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        text = _text_of(node)
        if (
            self._everywhere
            and re.search(r"(^|[\s(])[^\W\d_]{2,}([\s,.:;!?)]|$)", text)
            and not _FOR_PROGRAMS.search(text)
        ):
            self._take(node, text)
        for each in node.values:
            if isinstance(each, ast.FormattedValue):
                self.visit(each.value)

    def _body(self, node: ast.ClassDef | ast.FunctionDef | ast.Module) -> None:
        body = node.body
        if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
            body = body[1:]
        decorators = [] if isinstance(node, ast.Module) else node.decorator_list
        defaults = (
            node.args.defaults + [each for each in node.args.kw_defaults if each]
            if isinstance(node, ast.FunctionDef)
            else []
        )
        for each in [*decorators, *defaults, *body]:
            self.visit(each)

    def _choice(self, value: ast.expr) -> None:
        if isinstance(value, ast.Tuple) and len(value.elts) > 1:
            self._said(value.elts[-1])

    def _is_an_error(self) -> bool:
        return bool(self._classes) and not any(
            isinstance(each, ast.Assign) and _name(each.targets[0]) == "_not_for_staff"
            for each in self._classes[-1].body
        )

    # What is written there

    def _said(self, value: ast.expr) -> None:
        """Take the words of an expression, be they in a list, in one of two branches or put together."""
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            if _has_words(value.value) and not re.fullmatch(
                r"[a-z]+(_[a-z]+)+|[a-z-]+-[a-z-]+|\w+\.\w+|bo-.*", value.value
            ):
                self._take(value, value.value)
        elif isinstance(value, ast.JoinedStr):
            if _has_words(_text_of(value)):
                self._take(value, _text_of(value))
        elif isinstance(value, ast.Tuple | ast.List):
            for each in value.elts:
                self._said(each)
        elif isinstance(value, ast.Dict):
            for each in value.values:
                self._said(each)
        elif isinstance(value, ast.IfExp):
            self._said(value.body)
            self._said(value.orelse)
        elif isinstance(value, ast.BoolOp):
            for each in value.values:
                self._said(each)
        elif isinstance(value, ast.BinOp):
            self._said(value.left)
            self._said(value.right)

    def _take(self, node: ast.expr, text: str) -> None:
        if text not in _FOR_PROGRAMS_EXACTLY:
            self.found[node.lineno, node.col_offset] = (node, text)


def _reads_like_words(text: str) -> bool:
    if _FOR_PROGRAMS.search(text):
        return False
    return bool(_SENTENCE.search(text) or _CAPITAL.match(text))


def _text_of(node: ast.JoinedStr) -> str:
    return "…".join(str(each.value) if isinstance(each, ast.Constant) else "" for each in node.values)


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _is_super(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Call) and _name(node.value.func) == "super"
