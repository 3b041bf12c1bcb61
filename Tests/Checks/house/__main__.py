"""Inside each module the rooms use what stands below them, never what stands above.

usage: python3 -m house [--arrows | --self-test]

By the names of types, top-level functions, and members that one file alone declares. Exits 1 on an
arrow that points up. Circles of files inside a room are told, and are no failure.
"""

import sys
import tempfile
from pathlib import Path

from .arrows import LayoutError, arrows, circles, declarations, load, upward
from .rooms import ROOMS
from .swift import read

SOURCES = Path(__file__).resolve().parents[3] / "Sources"


def main(words: list[str]) -> int:
    """Checks every module."""
    if words == ["--self-test"]:
        return self_test()
    failed = 0
    often = declarations([read(".", path.name, path.read_text())
                          for path in sorted(SOURCES.rglob("*.swift"))])
    for module, rooms in ROOMS.items():
        try:
            files = load(SOURCES / module, rooms)
        except LayoutError as error:
            print(error)
            failed += 1
            continue
        lines = upward(files, rooms, often)
        failed += len(lines)
        for line in lines:
            print(f"{module}: up: {line}")
        for circle in circles(files, often):
            print(f"{module}: a circle: {' '.join(circle)}")
        if "--arrows" in words:
            for (source, target), name in sorted(arrows(files, often).items()):
                print(f"{module}: {source} -> {target} ({name})")
        print(f"{module}: {len(files)} files, {len(rooms)} rooms, {len(lines)} arrows up")
    return 1 if failed else 0


#: A house of two rooms, and what each text in the lower one is: an arrow up, or not.
UPPER = """package struct Roof { package static func beam() {} }
func chimney() -> Int { 1 }
extension Cellar { var attic: Int { 1 } }
private struct Loft {}
"""
LOWER = {
    "struct Cellar { let over: Roof }": True,
    "struct Cellar { func heat() -> Int { chimney() } }": True,
    "struct Cellar { func climb(_ other: Cellar) -> Int { other.attic } }": True,
    'struct Cellar { let text = "a \\(Roof.beam())" }': True,
    'struct Cellar { let text = "a \\("b \\(chimney())")" }': True,
    "extension Roof { var gutter: Int { 1 } }\nstruct Cellar {}": True,
    "struct Cellar {}\n// Roof, chimney()": False,
    "struct Cellar {}\n/* Roof /* nested */ Roof */": False,
    'struct Cellar { let text = "Roof chimney()" }': False,
    'struct Cellar { let text = #"\\(Roof) "Roof" "# }': False,
    'struct Cellar { let text = """\n  Roof " Roof\n  """ }': False,
    "struct Cellar { struct Roof {}\n let own: Roof }": False,
    "struct Loft {}\nstruct Cellar { let own: Loft }": False,
}


def self_test() -> int:
    """Shows that the check finds an arrow that points up, and nothing else."""
    status = 0
    for text, is_up in LOWER.items():
        with tempfile.TemporaryDirectory() as directory:
            module = Path(directory) / "House"
            for room, content in (("Upper", UPPER), ("Lower", text)):
                (module / room).mkdir(parents=True)
                (module / room / f"{room}.swift").write_text(content)
            files = load(module, ["Upper", "Lower"])
            found = upward(files, ["Upper", "Lower"], declarations(files))
        if bool(found) != is_up:
            print(f"{'missed' if is_up else 'not one'}: {text!r}: {found}")
            status = 1
    with tempfile.TemporaryDirectory() as directory:
        (Path(directory) / "Cellar").mkdir()
        (Path(directory) / "Cellar" / "File.swift").write_text("")
        for rooms in (["Attic"], ["Cellar", "Attic"]):
            try:
                load(Path(directory), rooms)
                print(f"not seen: {rooms}")
                status = 1
            except LayoutError:
                pass
    return status


sys.exit(main(sys.argv[1:]))
