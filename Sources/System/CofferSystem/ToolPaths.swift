internal import CofferBase
internal import CofferCrypto
internal import CofferFramework
internal import CofferJSON

/// `sys/tools`: random bytes and hashes for callers that trust the server's more than their own.
struct ToolPaths {
    var paths: [Path] { [random("tools/random", ""), sized, sourced, hash("tools/hash", ""), named] }

    struct RandomInput: Sendable {
        var bytes: Int64 = 32
        var format = "base64"

        static let schema = Schema<RandomInput>(
            { RandomInput() },
            [
                Field("bytes", \.bytes, "How many bytes; 32 when not given."),
                Field("format", \.format, "hex or base64; base64 when not given."),
            ])
    }

    struct HashInput: Sendable {
        var input = ""
        var algorithm = "sha2-256"
        var format = "hex"

        static let schema = Schema<HashInput>(
            { HashInput() },
            [
                Field("input", \.input, "The data, in base64.").secret,
                Field("algorithm", \.algorithm, "sha2-224, -256, -384, -512, or sha3- with one of these."),
                Field("format", \.format, "hex or base64; hex when not given."),
            ])
    }

    private static let largest: Int64 = 128 * 1024

    // MARK: sys/tools/random

    private func random(
        _ pattern: String, _ idSuffix: String, captures: [String: String] = [:]
    ) -> Path {
        Path(
            pattern, "Random bytes.", captures: captures,
            [
                Verb(.update, "generate-random" + idSuffix, "Random bytes.", RandomInput.schema) { call, input in
                    try Self.random(call, input)
                }
            ])
    }

    /// One word in the URL is a count or a source: a count has nothing but digits.
    private var sized: Path {
        random(
            "tools/random/:urlbytes", "-with-bytes",
            captures: ["urlbytes": "How many bytes, or where they come from: platform, seal or all."])
    }

    private var sourced: Path {
        random(
            "tools/random/:source/:urlbytes", "-with-source-and-bytes",
            captures: [
                "source": "Where the bytes come from: platform, seal or all.", "urlbytes": "How many bytes.",
            ])
    }

    private static func random(_ call: Call, _ input: RandomInput) throws -> Reply {
        var (source, count) = (call.capture("source"), input.bytes)
        let text = call.capture("urlbytes")
        if !text.isEmpty {
            if let number = Int64(text) {
                count = number
            } else if source.isEmpty {
                source = text
            } else {
                throw EngineError.badRequest("the number of bytes in the path is not a number")
            }
        }
        guard ["", "platform", "all"].contains(source) else {
            throw EngineError.badRequest("unsupported entropy source; this server offers \"platform\" and \"all\"")
        }
        guard count >= 1 else { throw EngineError.badRequest("\"bytes\" cannot be less than 1") }
        guard count <= largest else {
            throw EngineError.badRequest("\"bytes\" should be less than \(largest)")
        }
        let encode = try encoder(input.format)
        return .data(["random_bytes": .string(encode(try call.random.bytes(Int(count))))])
    }

    // MARK: sys/tools/hash

    private func hash(_ pattern: String, _ idSuffix: String, captures: [String: String] = [:]) -> Path {
        Path(
            pattern, "The hash of some data.", captures: captures,
            [
                Verb(.update, "generate-hash" + idSuffix, "The hash of some data.", HashInput.schema) { call, input in
                    try Self.hash(call, input)
                }
            ])
    }

    private var named: Path {
        hash("tools/hash/:urlalgorithm", "-with-algorithm", captures: ["urlalgorithm": "Name of the algorithm."])
    }

    private static func hash(_ call: Call, _ input: HashInput) throws -> Reply {
        let name = call.capture("urlalgorithm")
        guard let data = Base64.standard.decode(input.input) else {
            throw EngineError.badRequest("unable to decode input as base64")
        }
        guard let digest = Digest.sound(name.isEmpty ? input.algorithm : name) else {
            throw EngineError.badRequest("unsupported algorithm")
        }
        return .data(["sum": .string(try encoder(input.format)(digest.hash(data)))])
    }

    private static func encoder(_ format: String) throws(EngineError) -> ([UInt8]) -> String {
        switch format {
        case "hex": return { Hex.encode($0) }
        case "base64": return { Base64.standard.encode($0) }
        default: throw .badRequest("unsupported encoding format; must be \"hex\" or \"base64\"")
        }
    }
}
