internal import CofferBase
internal import CofferCore
internal import CofferFramework
internal import CofferJSON
internal import SealService

/// The seals that open the server by themselves: whether they work, and wrapping keys anew by them.
struct SealBackendPaths {
    let core: Core

    var paths: [Path] { [status, rewrap] }

    private var status: Path {
        Path(
            "seal-backend-status", "Whether the seals can be reached.",
            traits: .traits {
                $0.whenSealed = true
                $0.unauthenticated = [.read]
                $0.isNeverWrapped = true
            },
            [
                Verb(.read, "seal-backend-status", "Whether the seals can be reached.") { _ in
                    .bare(try await state())
                }
            ])
    }

    private func state() async throws -> JSON {
        guard let group = core.automaticSeals else {
            return ["healthy": true, "backends": [["name": "shamir", "healthy": true]], "fully_wrapped": true]
        }
        let state = group.state
        var object: JSONObject = ["healthy": .bool(state.allSatisfy { $0.unhealthySince == nil })]
        if let since = state.compactMap(\.unhealthySince).min() { object["unhealthy_since"] = .string(since.rfc3339) }
        object["backends"] = .array(
            state.map { seal in
                var backend: JSONObject = ["name": .string(seal.name), "healthy": .bool(seal.unhealthySince == nil)]
                if let since = seal.unhealthySince { backend["unhealthy_since"] = .string(since.rfc3339) }
                return .object(backend)
            })
        object["fully_wrapped"] = .bool(try await core.isFullyWrapped())
        return .object(object)
    }

    private var rewrap: Path {
        Path(
            "sealwrap/rewrap", "Wrap the keys that the seals keep anew.",
            traits: .traits { $0.sudo = [.read, .update] },
            [
                Verb(.read, "sealwrap-rewrap-read", "How far the last rewrap came.") { _ in
                    .data(try await progress())
                },
                Verb(.update, "sealwrap-rewrap", "Wrap the keys anew by all seals.") { _ in
                    try await core.rewrap(always: true)
                    return .empty
                },
            ])
    }

    /// The root key and the recovery key; nothing where shares are in people's hands.
    private func progress() async throws -> JSONObject {
        let count = core.automaticSeals == nil ? 0 : 2
        let isDone = count == 0 ? true : try await core.isFullyWrapped()
        return [
            "entries": [
                "failed": .int(isDone ? 0 : count), "processed": .int(count), "skipped": 0,
                "succeeded": .int(isDone ? count : 0),
            ],
            "is_running": false,
        ]
    }
}
