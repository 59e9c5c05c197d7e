"""For each rule of scripts/check, trees that trip it and trees that do not.

A case is a dictionary of files, or such a dictionary with what trees.folder takes beside it.
"""

from trees import SWIFT, code


def lines(count, line="let a = 1"):
    return "\n".join([line] * count)


def function(length, name="f"):
    """A function of that many lines."""
    return f"func {name}() {{\n" + lines(length - 2, "    step()") + "\n}"


def functions(short, long):
    parts = [function(3, f"s{n}") for n in range(short)] + [function(30, f"l{n}") for n in range(long)]
    return code("\n".join(parts))


def files(short, long):
    made = {f"Sources/Engines/TOTPEngine/S{n}.swift": "let a = 1\n" for n in range(short)}
    made |= {f"Sources/Engines/TOTPEngine/L{n}.swift": lines(350) + "\n" for n in range(long)}
    return made


def imports(path, name, *others):
    """A file at the path that imports the name, and a file for each further module."""
    tree = {path: f"internal import {name}\n"}
    return tree | {other: "let a = 1\n" for other in others}


def with_test(text, source="Sources/Engines/TOTPEngine/TOTP.swift"):
    return {"Tests/Engines/TOTPEngineTests/TOTPTests.swift": text + "\n", source: "let a = 1\n"}


def script(path, text, executable=True):
    return {"files": {path: text}, "executable": (path,) if executable else ()}


STORAGE = "Sources/Storage/CofferStorage/Storage.swift"
SQLITE = "Sources/Storage/SQLiteStorage/SQLiteStorage.swift"
CORE = "Sources/Core/CofferCore/Core.swift"
CATALOG = "Sources/Catalog/Catalog.swift"
TOKENS = "Sources/Services/TokenService/Tokens.swift"
LEASES = "Sources/Services/LeaseService/Leases.swift"

TRIPS = {
    "file-cap": [{"Tests/Support/TestSupport/Long.swift": lines(601) + "\n"}],
    "file-share": [files(short=8, long=1)],
    "function-cap": [code(function(61)), code("struct S {\n" + function(61) + "\n}"),
                     code("init() {\n" + lines(60, "    a()") + "\n}"),
                     code("var x: Int {\n" + lines(60, "    a()") + "\n}")],
    "function-share": [functions(short=8, long=1)],
    "access": [code("public func f() {}"), code("open class C {}"), code("public(set) var a = 1"),
               code("@frozen public struct S {}")],
    "force-try": [code("let a = try! f()"), code('let a = "\\(try! f())"')],
    "force-cast": [code("let a = b as! Int")],
    "unsafe-isolation": [code("nonisolated(unsafe) var a = 1")],
    "unchecked-sendable": [code("final class C: @unchecked Sendable {}")],
    "foundation": [code("internal import Foundation"), code("internal import struct Foundation.Date")],
    "boxed-function": [code("let wake = Mutex<(@Sendable (Int) -> Void)?>(nil)"),
                       code("let wake = Snapshot<@Sendable (String, Int) -> Void>({ _, _ in })")],
    "unstructured-task": [code("func f() { Task { await g() } }"), code("let t = Task.detached { 1 }"),
                          code("let t = Task<Void, Never> { }"), code("Task(priority: .low) { }")],
    "clock": [code("let now = Date()"), code("let c = ContinuousClock()"), code("let t = time(nil)"),
              code("clock_gettime(CLOCK_REALTIME, &t)")],
    "unfinished": [code("// to" + "do: the rest"), code('let a = "FIX' + 'ME"'), code("// fine for " + "now")],
    "fatal-error": [code("func f() { fatalError() }"), code('func f() { fatalError("no") }')],
    "print": [code('print("a")'), code("debugPrint(a)")],
    "secret-compared": [code("let a = token == given"), code("let a = entry.rootKey != other"),
                        code("guard password == expected() else { return }")],
    "link": [{"README.md": "[a](docs/nosuch.md)\n"}, {"docs/a.md": "[a](../../outside.md)\n"},
             {"docs/a.md": "[a]: nosuch.md\n"}],
    "readme-cap": [{"README.md": "line\n" * 151}],
    "decision": [{"docs/decisions/1-short.md": "# 1: Short\n"},
                 {"docs/decisions/0001-title.md": "# A title\n"},
                 {"docs/decisions/0001-a.md": "# 0001: A\n", "docs/decisions/0001-b.md": "# 0001: B\n"}],
    "script": [script("scripts/a", "echo\n"), script("scripts/a", "#!/usr/bin/env bash\nif true; then\n"),
               script("scripts/a.sh", "case x in\n", executable=False),
               script("scripts/a", "#!/usr/bin/env python3\nprint(\n"),
               script("scripts/a.py", "def f(:\n", executable=False), script("scripts/a", b"\x7fELF\0\0")],
    "layer-table": [{"Sources/Misc/Odds/Odds.swift": "let a = 1\n"}],
    "layer": [
        imports(SWIFT, "CofferCore", CORE), imports(STORAGE, "SQLiteStorage", SQLITE),
        imports(CORE, "SQLiteStorage", SQLITE, CATALOG) | {
            SQLITE: "let a = 1\n", "Sources/Engines/TOTPEngine/A.swift": "let a = 1\n",
            CORE: "internal import TOTPEngine\n"},
        imports(LEASES, "TokenService", TOKENS), imports(SWIFT, "KVEngine", "Sources/Engines/KVEngine/KV.swift"),
        code("import CCryptoBoringSSL"), imports(SWIFT, "struct CofferCore.Core", CORE),
    ],
    "required-file": [{"LICENSE": None}, {"README.md": None}, {"CHANGELOG.md": None}, {"SECURITY.md": None},
                      {".ci/run": None}],
    "ci": [{".ci/run": "#!/usr/bin/env bash\nswift test\n"}],
    "generated": [{"files": {".build/debug.yaml": "a\n"}, "tracked": True},
                  {"files": {"Package.resolved": "{}\n"}, "tracked": True},
                  {"files": {"scripts/__pycache__/a.pyc": b"\0"}, "tracked": True}],
    "large-binary": [{"docs/large.png": b"\0" * (512 * 1024 + 1024)}],
    "trace": [{"docs/a.md": "see /wo" + "rk/main\n"}, {"docs/a.md": "made by a sub" + "agent\n"},
              {"scripts/a.txt": "https://pypi." + "org/simple\n"}, {"docs/a.md": "in /tmp/" + "w/x\n"}],
    "test-sleeps": [with_test('@Test("a") func a() async throws { try await Task.sleep(for: .seconds(1)); #expect(b) }'),
                    with_test('@Test("a") func a() { usleep(10); #expect(b) }')],
    "test-expects-nothing": [with_test('@Test("a") func a() { run() }')],
    "test-folder": [with_test("let a = 1", source="Sources/Engines/OtherEngine/A.swift"),
                    {"Tests/Engines/Loose.swift": "let a = 1\n"}],
}

PASSES = {
    "file-cap": [{"Tests/Support/TestSupport/Long.swift": lines(600) + "\n"}],
    "file-share": [files(short=9, long=1), files(short=20, long=0)],
    "function-cap": [code(function(60)), code(lines(5) + "\n" + function(3)),
                     code("struct S {\n" + "\n".join(function(9, f"f{n}") for n in range(10)) + "\n}")],
    "function-share": [functions(short=9, long=1)],
    "access": [code("package func f() {}"), code('let a = "public func"'), code("// open class"),
               code("let public = 1"), code("file.open(path)")],
    "force-try": [code("let a = try f()"), code('let a = "try!"'), code("// try! is refused"), code("let a = try? f()")],
    "force-cast": [code("let a = b as? Int"), code("let alias = !b")],
    "unsafe-isolation": [code("nonisolated func f() {}"), code('let a = "nonisolated(unsafe)"')],
    "unchecked-sendable": [{"Sources/Base/CofferBase/Worker.swift": "final class C: @unchecked Sendable {}\n"},
                           code("struct S: Sendable {}")],
    "foundation": [code("internal import FoundationEssentials"), code("// import Foundation")],
    "boxed-function": [code("let wakes = Snapshot<[String: @Sendable () -> Void]>([:])"), code("let wake = Mutex<Waker?>(nil)")],
    "unstructured-task": [code("await withTaskGroup(of: Int.self) { group in }"), code("final class MyTask { }"),
                          {TOKENS: "func f() { Task { await g() } }\n"}, code("let t: Task<Void, Never>? = nil")],
    "clock": [code("let now = clock.now"), {"Sources/Base/CofferBase/Clock.swift": "let a = clock_gettime(a, b)\n"},
              code('let a = "Date()"'), code("let a = token.time(nil)")],
    "unfinished": [code("// todos is a noun that we do not use"), {"Tests/Support/TestSupport/A.swift": "// stub\n"}],
    "fatal-error": [code('func f() { fatalError("the tree is never empty") }'),
                    code("// The tree is never empty.\nfatalError()")],
    "print": [{CATALOG: 'print("a")\n'}, code('let a = "print(b)"'), code("// print(a)")],
    "secret-compared": [code("let a = token == nil"), code("let a = kind == .token"), code("let a = tokenType == other"),
                        code("token = given"), {"Sources/Base/HCL/A.swift": "let a = token == other\n"}],
    "link": [{"README.md": "[a](docs/a.md#part) [b](https://example.com) [c](#here) `[d](nosuch)`\n", "docs/a.md": "a\n"},
             {"docs/a.md": "```\n[a](nosuch.md)\n```\n[b](../README.md)\n"}],
    "readme-cap": [{"README.md": "line\n" * 150}],
    "decision": [{"docs/decisions/0001-a-title.md": "# 0001: A title\n"}],
    "script": [script("scripts/a", "#!/usr/bin/env bash\nif true; then echo; fi\n"),
               script("scripts/a", "#!/usr/bin/env python3\nprint()\n"), script("scripts/a.txt", "(\n", executable=False)],
    "layer-table": [code("let a = 1"), {"Sources/Base/CBase/include/CBase.h": "int a;\n"}],
    "layer": [
        imports(CORE, "CofferStorage", STORAGE), imports(SQLITE, "CofferStorage", STORAGE),
        imports(CATALOG, "SQLiteStorage", SQLITE), imports(TOKENS, "LeaseService", LEASES),
        imports(SWIFT, "TOTPClient", "Sources/Clients/TOTPClient/A.swift"), imports(SWIFT, "Logging"),
        {"Sources/Base/CofferCrypto/A.swift": "internal import CCryptoBoringSSL\n"},
        code("// import CofferCore") | {CORE: "let a = 1\n"},
    ],
    "required-file": [{}],
    "ci": [{".ci/run": "#!/usr/bin/env bash\nexec ./test\n"}],
    "generated": [{"files": {"docs/build.md": "a\n"}, "tracked": True}, {".build/debug.yaml": "a\n"}],
    "large-binary": [{"docs/small.png": b"\0" * 1024}, {"docs/text.md": "a" * 600 * 1024}],
    "trace": [{"docs/a.md": "the work/main folder, a subagency, deb packages\n"}, {".gitignore": "/wo" + "rk/\n"}],
    "test-sleeps": [with_test('@Test("a") func a() { clock.advance(by: 1); #expect(b) }'),
                    with_test('@Test("a") func a() { #expect(c == "Task.sleep") }')],
    "test-expects-nothing": [with_test('@Test("a") func a() { #expect(b) }'),
                             with_test('@Test("a") func a() throws { try #require(b) }'), with_test("let a = 1")],
    "test-folder": [with_test("let a = 1"), {"Tests/Support/TestSupport/A.swift": "let a = 1\n"},
                    {"Tests/Scripts/cases.py": "a = 1\n"}],
}
