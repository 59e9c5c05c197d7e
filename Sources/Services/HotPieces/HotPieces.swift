internal import CofferBase
internal import CofferJSON
internal import PolicyService

/// One piece of what a request costs, again and again: for counting its allocations and its time.
///
/// Usage: `HotPieces PIECE COUNT`; prints the nanoseconds of one, and `HotPieces --list` the pieces.
@main
enum HotPieces {
    /// Does it so many times.
    typealias Run = @Sendable (_ count: Int) async throws -> Void

    private enum Piece: String, CaseIterable {
        case jsonParse = "json-parse"
        case jsonWrite = "json-write"
        case decide = "acl-decide"
        case lookup = "token-lookup"
        case read = "barrier-read"
        case write = "barrier-write"

        func prepared() async throws -> Run {
            switch self {
            case .jsonParse: HotPieces.parsing()
            case .jsonWrite: try HotPieces.writing()
            case .decide: try HotPieces.deciding()
            case .lookup: try await HotPieces.lookingUp()
            case .read: try await HotPieces.reading()
            case .write: try await HotPieces.encrypting()
            }
        }
    }

    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst()
        if arguments.first == "--list" {
            for piece in Piece.allCases { print(piece.rawValue) }
            return
        }
        guard let piece = arguments.first.flatMap({ Piece(rawValue: $0) }),
            let count = arguments.last.flatMap({ Int($0) }), count > 0
        else {
            print("usage: HotPieces PIECE COUNT, or HotPieces --list")
            return
        }
        let run = try await piece.prepared()
        // What is made once, by the first of all, counts for nobody.
        try await run(100)
        let clock = SystemClock()
        let start = clock.now
        try await run(count)
        print((clock.now.nanoseconds - start.nanoseconds) / Int64(count))
    }

    private static let answer = """
        {"request_id":"1907a7f3-d7f4-c0b9-ad12-51c3cb5285f7","lease_id":"","renewable":false,"lease_duration":0,\
        "data":{"data":{"user":"web","password":"0123456789abcdef"},"metadata":{"created_time":\
        "2026-11-23T07:25:23.294346491Z","custom_metadata":null,"deletion_time":"","destroyed":false,"version":1}},\
        "wrap_info":null,"warnings":null,"auth":null,"mount_type":"kv"}
        """

    private static func parsing() -> Run {
        let bytes = Array(answer.utf8)
        return { count in
            for _ in 0..<count { _ = try JSON.parseObject(bytes) }
        }
    }

    private static func writing() throws -> Run {
        let object = JSON.object(try JSON.parseObject(Array(answer.utf8)))
        return { count in
            for _ in 0..<count { _ = object.serialized() }
        }
    }

    private static func deciding() throws -> Run {
        let text = """
            path "secret/data/app/*" { capabilities = ["read", "create", "update"] }
            path "secret/metadata/app/*" { capabilities = ["list", "read"] }
            path "transit/+/web" { capabilities = ["update"] }
            path "auth/token/lookup-self" { capabilities = ["read"] }
            """
        let acl = ACL(policies: [try Policy.parse(name: "app", namespace: "root", text: text)], isRoot: false)
        let request = AuthorizationRequest(path: "secret/data/app/web/database", operation: .read)
        return { count in
            for _ in 0..<count where !acl.decide(request).allowed { throw Refused() }
        }
    }

    private struct Refused: Error {}
}
