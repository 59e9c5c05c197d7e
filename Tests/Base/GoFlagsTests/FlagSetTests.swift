internal import Testing

@testable internal import GoFlags

private let flags = FlagSet(groups: [
    FlagGroup(
        "Command Options",
        [
            Flag("name", .string, default: "none", "A name."),
            Flag("force", .bool, aliases: ["f"], "Go on."),
            Flag("count", .int, default: "-1", variable: "TEST_COUNT", "A number."),
            Flag("ttl", .duration, aliases: ["i"], "A time."),
            Flag("policy", .strings, variable: "TEST_POLICY", "A policy."),
            Flag("meta", .pairs, "A pair."),
            Flag("ns", .string, isHidden: true, "Hidden."),
        ])
])

@Suite("Reading a command line as Go's flag package does")
struct FlagSetTests {
    @Test("one and two dashes, value attached or following", arguments: [["-name=x"], ["--name=x"], ["-name", "x"]])
    func spellings(arguments: [String]) throws {
        let parsed = try flags.parse(arguments)
        #expect(parsed.string("name") == "x")
        #expect(parsed.isGiven("name"))
        #expect(parsed.arguments.isEmpty)
    }

    @Test("a value may hold an equals sign, be empty, or start with a dash")
    func valuesAreNotRead() throws {
        #expect(try flags.parse(["-name=a=b"]).string("name") == "a=b")
        #expect(try flags.parse(["-name="]).string("name") == "")
        #expect(try flags.parse(["-name", "-force"]).string("name") == "-force")
    }

    @Test("a bool takes a value only after the equals sign")
    func bools() throws {
        let parsed = try flags.parse(["-f", "false"])
        #expect(parsed.bool("force"))
        #expect(parsed.arguments == ["false"])
        #expect(try flags.parse(["-force=0"]).bool("force") == false)
        #expect(try flags.parse(["-force=T"]).bool("force"))
    }

    @Test("reading stops at the first argument and after two dashes")
    func stops() throws {
        let mixed = try flags.parse(["-f", "path", "-name=x", "-"])
        #expect(mixed.arguments == ["path", "-name=x", "-"])
        #expect(mixed.misplacedFlags == ["-name=x"])
        #expect(mixed.string("name") == "none")
        #expect(try flags.parse(["--", "-f"]).arguments == ["-f"])
        #expect(try flags.parse(["-", "-f"]).arguments == ["-", "-f"])
    }

    @Test("durations, numbers, lists and pairs")
    func types() throws {
        let parsed = try flags.parse([
            "-ttl=1h30m", "-count", "7", "-policy=a", "-policy", " b ", "-meta=k=v", "-meta=l=w", "-meta=k=x=y",
        ])
        #expect(parsed.duration("ttl") == .seconds(5400))
        #expect(parsed.int("count") == 7)
        #expect(parsed.strings("policy") == ["a", "b"])
        #expect(parsed.pairs("meta").map(\.key) == ["l", "k"])
        #expect(parsed.pairs("meta").map(\.value) == ["w", "x=y"])
        #expect(try flags.parse(["-i", "90"]).duration("ttl") == .seconds(90))
        #expect(try flags.parse(["-ttl=system"]).duration("ttl") == .seconds(-1))
    }

    @Test("the environment stands between the command line and the default")
    func environment() throws {
        let environment = ["TEST_COUNT": "5", "TEST_POLICY": "a, b"]
        let fromEnvironment = try flags.parse([], environment: environment)
        #expect(fromEnvironment.int("count") == 5)
        #expect(fromEnvironment.strings("policy") == ["a", "b"])
        #expect(!fromEnvironment.isGiven("count"))
        #expect(try flags.parse(["-count=1", "-policy=c"], environment: environment).int("count") == 1)
        #expect(try flags.parse(["-policy=c"], environment: environment).strings("policy") == ["c"])
        #expect(try flags.parse([], environment: ["TEST_COUNT": "many"]).int("count") == -1)
    }

    @Test(
        "refusals have the words of Go",
        arguments: [
            (["-x"], "flag provided but not defined: -x"),
            (["--x=1"], "flag provided but not defined: -x"),
            (["-name"], "flag needs an argument: -name"),
            (["---name"], "bad flag syntax: ---name"),
            (["-=x"], "bad flag syntax: -=x"),
            (
                ["-force=maybe"],
                #"invalid boolean value "maybe" for -force: strconv.ParseBool: parsing "maybe": invalid syntax"#
            ),
            (["-count=x"], #"invalid value "x" for flag -count: strconv.ParseInt: parsing "x": invalid syntax"#),
            (["-ttl=xs"], #"invalid value "xs" for flag -ttl: time: invalid duration "xs""#),
            (["-meta=x"], #"invalid value "x" for flag -meta: missing = in KV pair: "x""#),
        ])
    func refusals(arguments: [String], message: String) {
        #expect(throws: FlagError(message)) { try flags.parse(arguments) }
    }

    @Test("the help names each visible flag with its type, default and variable")
    func help() {
        let lines = flags.help.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        #expect(lines.first == "Command Options:")
        #expect(lines.contains("  -count=<int>"))
        #expect(lines.contains("      A number. The default is -1. This can also be specified via the"))
        #expect(lines.contains("      Go on. This is aliased as \"-f\"."))
        #expect(lines.contains("  -meta=<key=value>"))
        #expect(!flags.help.contains("-ns"))
    }
}
