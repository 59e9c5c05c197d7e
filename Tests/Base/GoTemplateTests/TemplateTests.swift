import CofferJSON
import GoTemplate
import Testing

/// Expected outputs are those that Go's documentation of text/template gives or implies.
@Suite("Templates of Go")
struct TemplateTests {
    static let data: JSON = [
        "Name": "web", "Count": 3, "Empty": "", "On": true, "List": ["a", "b", "c"],
        "Map": ["z": 1, "a": 2], "Deep": ["Inner": ["Key": "value"]],
    ]

    func render(_ text: String, _ limits: TemplateLimits = TemplateLimits()) throws -> String {
        try Template(text, limits: limits).render(Self.data)
    }

    @Test(
        "actions, pipelines and variables",
        arguments: [
            ("plain", "plain"), ("{{.Name}}", "web"), ("{{ .Deep.Inner.Key }}", "value"), ("{{.Count}}", "3"),
            ("{{\"x\\ty\"}}{{`raw\\n`}}", "x\tyraw\\n"), ("a{{/* nothing */}}b", "ab"), ("{{- /* x */ -}} a", "a"),
            ("a  {{- .Name -}}  b", "awebb"), ("a {{.Name}} b", "a web b"), ("{{$x := .Name}}{{$x}}{{$x}}", "webweb"),
            ("{{$x := 1}}{{$x = 2}}{{$x}}", "2"), ("{{.Missing}}", "<no value>"), ("{{ -3}}", "-3"),
            ("{{.List}} {{.Map}}", "[a b c] map[a:2 z:1]"), ("{{$.Name}}", "web"),
            ("{{(index .List 1)}}", "b"), ("{{(.Deep).Inner.Key}}", "value"), ("{{ true }}", "true"),
        ])
    func actions(text: String, expected: String) throws {
        #expect(try render(text) == expected)
    }

    @Test(
        "if, with and range",
        arguments: [
            ("{{if .On}}yes{{else}}no{{end}}", "yes"), ("{{if .Empty}}yes{{else}}no{{end}}", "no"),
            ("{{if .Empty}}1{{else if .On}}2{{else}}3{{end}}", "2"), ("{{with .Deep.Inner}}{{.Key}}{{end}}", "value"),
            ("{{with .Empty}}x{{else}}{{.Name}}{{end}}", "web"), ("{{with $x := .Name}}{{$x}}{{.}}{{end}}", "webweb"),
            ("{{range .List}}{{.}},{{end}}", "a,b,c,"), ("{{range $i, $e := .List}}{{$i}}{{$e}}{{end}}", "0a1b2c"),
            ("{{range $k, $v := .Map}}{{$k}}={{$v}} {{end}}", "a=2 z=1 "),
            ("{{range .Missing}}x{{else}}none{{end}}", "none"),
            ("{{range .List}}{{if eq . \"b\"}}{{break}}{{end}}{{.}}{{end}}", "a"),
            ("{{range .List}}{{if eq . \"b\"}}{{continue}}{{end}}{{.}}{{end}}", "ac"),
            ("{{$last := \"\"}}{{range .List}}{{$last = .}}{{end}}{{$last}}", "c"), ("{{range 3}}{{.}}{{end}}", "012"),
            ("{{range .List -}}  {{$.Name}}  {{- end}}", "webwebweb"),
        ])
    func blocks(text: String, expected: String) throws {
        #expect(try render(text) == expected)
    }

    @Test(
        "built-in functions",
        arguments: [
            ("{{eq .Name \"x\" \"web\"}}", "true"), ("{{ne 1 2}}", "true"), ("{{lt 1 2}} {{ge 2 2}}", "true true"),
            ("{{and .On .Name}}", "web"), ("{{or .Empty .Name}}", "web"), ("{{or .On (index .List 9)}}", "true"),
            ("{{not .Empty}}", "true"), ("{{len .List}} {{len .Name}}", "3 3"), ("{{index .Map \"z\"}}", "1"),
            ("{{printf \"%s-%d-%5s|%-5s|%05d\" .Name .Count .Name .Name 42}}", "web-3-  web|web  |00042"),
            ("{{.Name | printf \"%q %x %.2s\" \"q\" \"q\"}}", "\"q\" 71 we"),
            ("{{printf \"%s %s\" \"a\"}}", "a %!s(MISSING)"),
            ("{{print 1 \"a\"}}{{println \"b\"}}", "1ab\n"), ("{{printf \"100%%\"}}", "100%"),
        ])
    func functions(text: String, expected: String) throws {
        #expect(try render(text) == expected)
    }

    @Test(
        "what cannot be read is refused with its place",
        arguments: [
            ("{{.Name", 1, 1, "unclosed action"), ("ok\n {{nope}}", 2, 4, "function \"nope\" not defined"),
            ("{{$x}}", 1, 3, "undefined variable"), ("{{if .On}}", 1, 1, "a block is not closed by {{end}}"),
            ("{{\"abc}}", 1, 3, "unterminated quoted string"), ("{{}}", 1, 1, "missing value for command"),
            ("{{(.Name}}", 1, 3, "unclosed left paren"), ("{{/* x}}", 1, 1, "unclosed comment"),
            ("{{.Name .Count}}", 1, 3, "can't give argument to non-function"),
            ("{{break}}", 1, 1, "break or continue outside of a range"),
            ("{{template \"x\"}}", 1, 1, "define, block and template are not supported"),
        ])
    func syntaxErrors(text: String, line: Int, column: Int, reason: String) {
        let wanted = TemplateError(reason, at: TemplatePlace(line: line, column: column))
        #expect(throws: wanted) { try Template(text) }
    }

    @Test("{{end}} without a block is refused")
    func strayEnd() {
        #expect(throws: TemplateError.self) { try Template("a{{end}}") }
        #expect(throws: TemplateError.self) { try Template("a{{else}}") }
    }

    @Test(
        "errors while rendering hold no value",
        arguments: [
            "{{index .List .Count}}", "{{range .Name}}{{end}}", "{{lt .Name 1}}", "{{printf \"%d\" .Name}}",
            "{{.Name.Field}}", "{{len .On}}", "{{printf .Name 1}}",
        ])
    func runtimeErrors(text: String) throws {
        let template = try Template(text)
        let error = #expect(throws: TemplateError.self) { try template.render(Self.data) }
        #expect(error?.description.contains("web") == false)
        #expect(error?.line == 1)
    }

    @Test("a missing field can be an error")
    func strictFields() throws {
        var limits = TemplateLimits()
        limits.refusesMissingFields = true
        let template = try Template("{{ .Missing }}", limits: limits)
        let wanted = TemplateError("can't evaluate field Missing", at: TemplatePlace(line: 1, column: 4))
        #expect(throws: wanted) { try template.render(Self.data) }
    }

    @Test("budgets end what would not end")
    func budgets() throws {
        var limits = TemplateLimits()
        limits.steps = 1000
        limits.outputBytes = 50
        limits.textBytes = 200
        #expect(throws: TemplateError.self) { try render("{{range 1000}}{{range 1000}}{{end}}{{end}}", limits) }
        #expect(throws: TemplateError.self) { try render("{{range 100}}{{.}}{{end}}", limits) }
        #expect(throws: TemplateError.self) { try render(String(repeating: "x", count: 201), limits) }
        let nested = String(repeating: "{{if .On}}", count: 60) + String(repeating: "{{end}}", count: 60)
        #expect(throws: TemplateError.self) { try render(nested) }
        let parentheses = "{{" + String(repeating: "(", count: 60) + "1" + String(repeating: ")", count: 60) + "}}"
        #expect(throws: TemplateError.self) { try render(parentheses) }
    }

    @Test("functions of one's own come by a table")
    func ownFunctions() throws {
        let functions = TemplateFunctions.builtIn.adding(
            TemplateFunctions(["twice": { .string(try TemplateFunctions.texts($0, 1)[0] + "!") }]))
        #expect(try Template("{{ .Name | twice }}", functions: functions).render(Self.data) == "web!")
    }
}
