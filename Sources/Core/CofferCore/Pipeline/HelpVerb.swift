internal import CofferFramework
internal import CofferJSON

/// Answers `?help=1` for any declared path.
enum HelpVerb {
    static func verb(for path: Path, at rest: String) -> Verb {
        Verb(.help, "help", "Help for this path.") { call in
            let text = HelpText(path: path, request: rest, mount: call.mount.path)
            return .bare(["help": .string(text.text), "see_also": .string(""), "openapi": nil])
        }
    }
}
