internal import CofferBase
package import CofferFramework
internal import CofferJSON

/// Random bytes, for callers that trust the server's more than their own.
package struct RandomTool: Sendable {
    private let folder: String
    private let id: String

    /// - Parameters:
    ///   - folder: what stands before `random` in the path; empty, or ends in `/`.
    ///   - id: of the verb, before what tells the paths apart.
    package init(below folder: String = "", id: String = "generate-random") {
        self.folder = folder
        self.id = id
    }

    package var paths: [Path] {
        [
            path("", ""),
            // One word in the URL is a count or a source: a count has nothing but digits.
            path(
                "/:urlbytes", "-with-bytes",
                captures: ["urlbytes": "How many bytes, or where they come from: platform, seal or all."]),
            path(
                "/:source/:urlbytes", "-with-source-and-bytes",
                captures: [
                    "source": "Where the bytes come from: platform, seal or all.", "urlbytes": "How many bytes.",
                ]),
        ]
    }

    private struct Input: Sendable {
        var bytes: Int64 = 32
        var format = "base64"

        static let schema = Schema<Input>(
            { Input() },
            [
                Field("bytes", \.bytes, "How many bytes; 32 when not given."),
                Field("format", \.format, "hex or base64; base64 when not given."),
            ])
    }

    private static let largest: Int64 = 128 * 1024

    private func path(_ tail: String, _ idSuffix: String, captures: [String: String] = [:]) -> Path {
        Path(
            folder + "random" + tail, "Random bytes.", captures: captures,
            [
                Verb(.update, id + idSuffix, "Random bytes.", Input.schema) { call, input in
                    let encoding = try Encoding(named: input.format)
                    let bytes = try call.random.bytes(try Self.count(call, input))
                    return .data(["random_bytes": .string(encoding.encode(bytes))])
                }
            ])
    }

    private static func count(_ call: Call, _ input: Input) throws(EngineError) -> Int {
        var (source, count) = (call.capture("source"), input.bytes)
        let text = call.capture("urlbytes")
        if let number = Int64(text) {
            count = number
        } else if source.isEmpty {
            source = text
        } else {
            throw .badRequest("the number of bytes in the path is not a number")
        }
        guard ["", "platform", "all"].contains(source) else {
            throw .badRequest("unsupported entropy source; this server offers \"platform\" and \"all\"")
        }
        guard count >= 1 else { throw .badRequest("\"bytes\" cannot be less than 1") }
        guard count <= largest else { throw .badRequest("\"bytes\" should be less than \(largest)") }
        return Int(count)
    }
}
