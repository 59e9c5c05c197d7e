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
        /// The token was missing or refused; a word and a sentence.
        case token(code: String, text: String)
        /// The engine or another part of the server refused: its own text.
        case other(String)
    }
}

/// The latest denials, in memory: those of known tokens apart from all others, so that strangers cannot
/// push them out.
package final class DenialLog: Sendable {
    private static let capacity = 2048
    private let known = Ring<DenialRecord>(capacity: DenialLog.capacity)
    private let strangers = Ring<DenialRecord>(capacity: DenialLog.capacity)

    init() {}

    func note(_ record: DenialRecord) { (record.subject == nil ? strangers : known).append(record) }

    /// Nil when there is no such denial any more.
    package func find(_ id: String) -> DenialRecord? {
        known.first { $0.id == id } ?? strangers.first { $0.id == id }
    }
}
