package import CofferJSON

/// A parsed template of Go's text/template: actions, pipelines, variables, `if`, `with`, `range`, and functions
/// by a table. Without `define`, `block` and `template`, and without methods on values.
package struct Template: Sendable {
    private let nodes: [TemplateNode]
    private let functions: TemplateFunctions
    private let limits: TemplateLimits

    package init(
        _ text: String, functions: TemplateFunctions = .builtIn, limits: TemplateLimits = TemplateLimits()
    ) throws(TemplateError) {
        nodes = try TemplateParser.parse(text, functions: functions, limits: limits)
        self.functions = functions
        self.limits = limits
    }

    /// - Parameter data: what `.` and `$` are at the start.
    package func render(_ data: JSON) throws(TemplateError) -> String {
        var run = TemplateRun(data: data, functions: functions, limits: limits)
        try run.execute(nodes)
        return run.output
    }
}
