"""Which file needs which, and which of those arrows point up."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from .swift import SwiftFile, read


class LayoutError(Exception):
    """The directories are not those that rooms.py declares."""


def load(module: Path, rooms: list[str]) -> list[SwiftFile]:
    """Reads the files of a module: each must be in a declared room, each room must have one."""
    files = []
    for path in sorted(module.rglob("*.swift")):
        parts = path.relative_to(module).parts
        room = parts[0] if len(parts) > 1 or parts[0] in rooms else "."
        if room not in rooms:
            raise LayoutError(f"{module.name}/{room} is not in rooms.py")
        files.append(read(room, "/".join(parts[1:] or parts), path.read_text()))
    for room in rooms:
        if not any(file.room == room for file in files):
            raise LayoutError(f"rooms.py names {module.name}/{room}, where no file is")
    return files


def declarations(files: list[SwiftFile]) -> Counter[str]:
    """Counts in how many files each name is declared, as whatever."""
    return Counter(name for file in files for name in file.own)


def arrows(files: list[SwiftFile], often: Counter[str]) -> dict[tuple[str, str], str]:
    """Returns which file uses which, each with a name that shows it.

    A type or a top-level function is found by its name. A member is found where it stands after a
    dot, if in all modules one file alone declares that name (`often`, see `declarations`).
    """
    found: dict[tuple[str, str], str] = {}
    types = {name: file for file in files for name in file.types}
    functions = {name: file for file in files for name in file.functions}
    members = {name: file for file in files for name in file.members if often[name] == 1}
    for file in files:
        for name, target in _uses(file, types, functions, members):
            if target is not file:
                found.setdefault((file.path, target.path), name)
    return found


def _uses(file: SwiftFile, types: dict[str, SwiftFile], functions: dict[str, SwiftFile],
          members: dict[str, SwiftFile]) -> Iterator[tuple[str, SwiftFile]]:
    for name in sorted(file.bare - file.own):
        if name in types:
            yield name, types[name]
        elif name in functions:
            yield name, functions[name]
    for name in sorted(file.dotted - file.own):
        if name in members and name not in COMMON:
            yield f".{name}", members[name]


#: Members of the standard library that a file may also declare: the name alone does not tell.
COMMON = {
    "append", "body", "bytes", "close", "contains", "count", "decode", "description",
    "dropFirst", "encode", "filter", "first", "hash", "index", "indices", "insert", "isEmpty",
    "joined", "keys", "kind", "last", "limit", "map", "name", "next", "open", "path", "prefix",
    "rawValue", "read", "removeFirst", "reversed", "run", "size", "sorted", "status", "text",
    "utf8", "value", "values", "words", "write",
}


def upward(files: list[SwiftFile], rooms: list[str], often: Counter[str]) -> list[str]:
    """Returns the arrows that point to a room above, as lines."""
    floor = {file.path: rooms.index(file.room) for file in files}
    return [f"{source} -> {target} ({name})"
            for (source, target), name in sorted(arrows(files, often).items())
            if floor[target] < floor[source]]


def circles(files: list[SwiftFile], often: Counter[str]) -> list[list[str]]:
    """Returns the sets of files that need each other in a circle (Tarjan's strong components)."""
    targets: dict[str, list[str]] = {file.path: [] for file in files}
    for source, target in arrows(files, often):
        targets[source].append(target)
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(node: str) -> None:
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in targets[node]:
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            component = []
            while not component or component[-1] != node:
                component.append(stack.pop())
            if len(component) > 1:
                found.append(sorted(component))

    for file in files:
        if file.path not in index:
            visit(file.path)
    return sorted(found)
