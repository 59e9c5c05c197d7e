internal import CofferClient
internal import GoFlags

/// What is read from a command line before the command is known; some flags count wherever they stand.
struct CommandLineScan: Sendable {
    /// From the first word that is no flag.
    let arguments: [String]
    /// The words up to the next flag, among which the command's name is.
    let words: [String]
    let hasFlagsBeforeCommand: Bool
    private(set) var asksForHelp = false
    private(set) var asksForVersion = false
    private(set) var format: String?
    private(set) var isDetailed: Bool?
    private(set) var description: Client.Description?

    init(_ all: [String]) {
        arguments = Array(all.drop { $0.hasPrefix("-") })
        words = Array(arguments.prefix { !$0.hasPrefix("-") && !$0.contains(" ") && !$0.isEmpty })
        let leading = all.prefix { $0.hasPrefix("-") }
        asksForVersion = all.count == 1 && ["-v", "-version", "--version"].contains(all.first)
        var takesFormat = false
        for argument in all {
            if takesFormat {
                format = argument
                takesFormat = false
                continue
            }
            if argument == "--" { break }
            guard argument.hasPrefix("-") else { continue }
            switch argument.dropFirst(argument.hasPrefix("--") ? 2 : 1) {
            case "h", "help": asksForHelp = true
            case "output-curl-string": description = .curl
            case "output-policy": description = .policy
            case "format": takesFormat = true
            case "detailed": isDetailed = true
            case let flag where flag.hasPrefix("format="): format = String(flag.dropFirst(7))
            case let flag where flag.hasPrefix("detailed="): isDetailed = goBool(String(flag.dropFirst(9))) ?? false
            default: break
            }
        }
        hasFlagsBeforeCommand = leading.contains { !["-h", "-help", "--help"].contains($0) }
    }
}
