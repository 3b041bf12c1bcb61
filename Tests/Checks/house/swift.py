"""Reads Swift as far as the check needs it: which file declares a name, and which file uses it."""

import re
from dataclasses import dataclass, field

TYPE = re.compile(r"\b(?:struct|class|enum|protocol|actor|typealias|macro)\s+([A-Za-z_]\w*)")
FUNCTION = re.compile(r"\bfunc\s+([A-Za-z_]\w*)")
VARIABLE = re.compile(r"\b(?:let|var)\s+([A-Za-z_]\w*)")
#: The names of `case a, b(Payload), c`: of an enumeration, and harmlessly those of a pattern.
CASES = re.compile(r"\bcase\s+([a-z_][^\n{:=]*)")
CASE = re.compile(r"(?:^|,)\s*([a-z_]\w*)")
WORD = re.compile(r"(\.\s*)?\b([A-Za-z_]\w*)(\s*[(:])?")


def code(text: str) -> str:
    """Returns the text with comments and the text of strings blanked; interpolations stay."""
    out: list[str] = []
    _code(text, 0, out, None)
    return "".join(out)


def _code(text: str, at: int, out: list[str], end: str | None) -> int:
    """Copies code from `at` until the parenthesis that ends an interpolation, or the end."""
    depth = 0
    while at < len(text):
        if text.startswith("//", at):
            stop = text.find("\n", at)
            stop = len(text) if stop < 0 else stop
            out.append(" " * (stop - at))
            at = stop
        elif text.startswith("/*", at):
            at = _comment(text, at, out)
        elif (string := re.compile(r'(#*)("""|")').match(text, at)):
            at = _string(text, string.end(), out, string[1], string[2])
        else:
            depth += {"(": 1, ")": -1}.get(text[at], 0)
            out.append(text[at])
            at += 1
            if end and depth < 0:
                return at
    return at


def _comment(text: str, at: int, out: list[str]) -> int:
    depth = 0
    while at < len(text):
        if text.startswith("/*", at) or text.startswith("*/", at):
            depth += 1 if text[at] == "/" else -1
            out.append("  ")
            at += 2
            if depth == 0:
                return at
        else:
            out.append("\n" if text[at] == "\n" else " ")
            at += 1
    return at


def _string(text: str, at: int, out: list[str], hashes: str, quote: str) -> int:
    out.append('"' + '"')
    escape = "\\" + hashes
    while at < len(text):
        if text.startswith(quote + hashes, at):
            return at + len(quote + hashes)
        if text.startswith(escape + "(", at):
            out.append(" (")
            at = _code(text, at + len(escape) + 1, out, ")")
        elif text.startswith(escape, at):
            at += len(escape) + 1
        else:
            out.append("\n" if text[at] == "\n" else "")
            at += 1
    return at


@dataclass
class SwiftFile:
    """What one file declares for others, and which names it mentions."""

    room: str
    name: str
    types: set[str] = field(default_factory=set)
    functions: set[str] = field(default_factory=set)
    #: Members that it adds, in a type or an extension: methods and properties that others can call.
    members: set[str] = field(default_factory=set)
    #: Everything that it declares anywhere, nested and private: such a name is its own.
    own: set[str] = field(default_factory=set)
    #: Names that it uses: bare ones, and those after a dot.
    bare: set[str] = field(default_factory=set)
    dotted: set[str] = field(default_factory=set)

    @property
    def path(self) -> str:
        """The file below the module's directory."""
        return self.name if self.room in (".", self.name) else f"{self.room}/{self.name}"


def read(room: str, name: str, text: str) -> SwiftFile:
    """Reads one file."""
    file = SwiftFile(room, name)
    plain = code(text)
    depths = _depths(plain)
    for pattern, kind in ((TYPE, "types"), (FUNCTION, "functions"), (VARIABLE, "functions")):
        for found in pattern.finditer(plain):
            file.own.add(found[1])
            if _is_private(plain, found.start()):
                continue
            depth = depths[found.start()]
            if depth == 0:
                getattr(file, kind).add(found[1])
            elif depth == 1 and pattern is not TYPE:
                file.members.add(found[1])
    for cases in CASES.finditer(plain):
        file.own |= {found[1] for found in CASE.finditer(cases[1])}
    # A case on a line of its own in a list of several lines.
    file.own |= {found[1] for found in re.finditer(r"^ +([a-z]\w*)(?:,|$)", plain, re.MULTILINE)}
    for dot, word, _ in WORD.findall(plain):
        (file.dotted if dot else file.bare).add(word)
    return file


def _depths(plain: str) -> list[int]:
    depth, depths = 0, []
    for character in plain:
        depths.append(depth)
        depth += {"{": 1, "}": -1}.get(character, 0)
    return depths


def _is_private(plain: str, start: int) -> bool:
    line = plain[plain.rfind("\n", 0, start) + 1:start]
    return re.search(r"\b(private|fileprivate)\b(?!\s*\(set\))", line) is not None
