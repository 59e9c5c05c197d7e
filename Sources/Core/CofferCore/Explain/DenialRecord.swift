package import CofferBase
package import CofferFramework
package import PolicyService

/// One request that was answered with 403: what an operator needs to explain it. It holds names, never values.
package struct DenialRecord: Sendable {
    /// The id of the request, which the client has from `X-Coffer-Deny-Id` and the audit from its lines.
    package let id: String
    package let time: Timestamp
    package let operation: CofferFramework.Operation
    package let namespace: NamespaceReference
    /// As the policies of the subject name it.
    package let path: String
    package let remoteAddress: String
    package let subject: Subject?
    package let cause: Cause
    /// Names of the fields that were sent.
    package let parameters: [String]
    package let needsSudo: Bool

    /// Who asked.
    package struct Subject: Sendable {
        package let accessor: String
        package let displayName: String
        package let entityID: String
        package let policies: [String]
        package let namespaceID: String
    }

    package enum Cause: Sendable {
        case policy(Decision)
        /// The token was missing or refused, a quota was full, a second factor was wrong …
        case named(RefusalCause)
        /// The engine or another part of the server refused: its own text.
        case other(String)
    }
}

/// The latest denials, in memory: those of known tokens apart from all others, so that strangers cannot
/// push them out, and both apart from what comes in floods.
package final class DenialLog: Sendable {
    private static let capacity = 2048
    private let known = Ring<DenialRecord>(capacity: DenialLog.capacity)
    private let strangers = Ring<DenialRecord>(capacity: DenialLog.capacity)

    /// Refused before anybody looked who asks: by a quota, or by a sealed server.
    private let floods = Ring<DenialRecord>(capacity: 512)

    init() {}

    func note(_ record: DenialRecord, isFrequent: Bool) {
        (isFrequent ? floods : record.subject == nil ? strangers : known).append(record)
    }

    /// Nil when there is no such denial any more.
    package func find(_ id: String) -> DenialRecord? {
        known.first { $0.id == id } ?? strangers.first { $0.id == id } ?? floods.first { $0.id == id }
    }
}
