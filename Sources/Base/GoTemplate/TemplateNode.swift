internal import CofferJSON

/// A parsed template is a list of these.
indirect enum TemplateNode: Sendable {
    case text(String)
    case output(TemplateExpression)
    case assign(TemplateClause)
    case choice(TemplateClause, then: [TemplateNode], otherwise: [TemplateNode])
    /// The value becomes the dot inside.
    case with(TemplateClause, then: [TemplateNode], otherwise: [TemplateNode])
    case range(TemplateClause, body: [TemplateNode], otherwise: [TemplateNode])
    case leaveLoop
    case nextRound
}

/// An expression, and the variables that take its value.
struct TemplateClause: Sendable {
    var variables: [String] = []
    /// `=` instead of `:=`.
    var isAssignment = false
    var value: TemplateExpression
    var place: TemplatePlace
}

indirect enum TemplateExpression: Sendable {
    case literal(JSON)
    case dot
    /// The empty name is the data that the whole template was given.
    case variable(String)
    case field(TemplateExpression, name: String, TemplatePlace)
    case call(String, [TemplateExpression], TemplatePlace)
}
