internal import CofferBase
internal import CofferCrypto
package import CofferFramework
internal import CofferJSON

/// The hash of some data.
package struct HashTool: Sendable {
    private let folder: String
    private let id: String

    /// - Parameters:
    ///   - folder: what stands before `hash` in the path; empty, or ends in `/`.
    ///   - id: of the verb, before what tells the paths apart.
    package init(below folder: String = "", id: String = "generate-hash") {
        self.folder = folder
        self.id = id
    }

    package var paths: [Path] {
        [
            path("", ""),
            path("/:urlalgorithm", "-with-algorithm", captures: ["urlalgorithm": "Name of the algorithm."]),
        ]
    }

    private struct Input: Sendable {
        var input = ""
        var algorithm = "sha2-256"
        var format = "hex"

        static let schema = Schema<Input>(
            { Input() },
            [
                Field("input", \.input, "The data, in base64.").secret,
                Field("algorithm", \.algorithm, "sha2-224, -256, -384, -512, or sha3- with one of these."),
                Field("format", \.format, "hex or base64; hex when not given."),
            ])
    }

    private func path(_ tail: String, _ idSuffix: String, captures: [String: String] = [:]) -> Path {
        Path(
            folder + "hash" + tail, "The hash of some data.", captures: captures,
            [
                Verb(.update, id + idSuffix, "The hash of some data.", Input.schema) { call, input in
                    let name = call.capture("urlalgorithm")
                    guard let data = Base64.standard.decode(input.input) else {
                        throw EngineError.badRequest("unable to decode input as base64")
                    }
                    guard let digest = Digest.sound(name.isEmpty ? input.algorithm : name) else {
                        throw EngineError.badRequest("unsupported algorithm")
                    }
                    let encoding = try Encoding(named: input.format)
                    return .data(["sum": .string(encoding.encode(digest.hash(data)))])
                }
            ])
    }
}
