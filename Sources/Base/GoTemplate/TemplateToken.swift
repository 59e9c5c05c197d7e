internal import CofferJSON

/// A piece of a template's text: copied as it is, or an action between `{{` and `}}`.
enum TemplateSegment {
    case text(String)
    case action([TemplateToken], TemplatePlace)
}

/// A word of an action.
struct TemplateToken {
    enum Kind: Equatable {
        case word(String)
        /// `.name`
        case field(String)
        case dot
        /// `$` is the empty name.
        case variable(String)
        case text(String)
        case number(String)
        case open, close, pipe, declare, assign, comma
    }

    let kind: Kind
    let place: TemplatePlace
    /// `.a.b` is a chain, `.a .b` are two arguments.
    let followsSpace: Bool
}
