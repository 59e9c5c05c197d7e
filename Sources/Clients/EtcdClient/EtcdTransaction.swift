internal import CofferBase

/// What must be so of a key; of one that is not there, both revisions are 0.
package enum EtcdComparison: Sendable, Equatable {
    case createRevision(of: [UInt8], UInt64)
    case modRevision(of: [UInt8], UInt64)
    /// Never so of a key that is not there.
    case value(of: [UInt8], [UInt8])

    fileprivate var message: ProtobufMessage {
        var message = ProtobufMessage()
        switch self {
        case .createRevision(let key, let revision):
            message.add(2, 1)
            message.add(3, key)
            message.add(5, revision)
        case .modRevision(let key, let revision):
            message.add(2, 2)
            message.add(3, key)
            message.add(6, revision)
        case .value(let key, let value):
            message.add(2, 3)
            message.add(3, key)
            message.add(7, value)
        }
        return message
    }
}

/// One step of a transaction.
package enum EtcdOperation: Sendable, Equatable {
    case range(EtcdRange)
    case put(key: [UInt8], value: [UInt8], lease: UInt64 = 0)
    /// - Parameter end: as in `EtcdRange`.
    case delete(key: [UInt8], end: [UInt8]? = nil)
    case transaction(EtcdTransaction)

    fileprivate var message: ProtobufMessage {
        var (inner, kind) = (ProtobufMessage(), 1)
        switch self {
        case .range(let range): inner = range.message
        case .put(let key, let value, let lease):
            kind = 2
            inner.add(1, key)
            inner.add(2, value)
            inner.add(3, lease)
        case .delete(let key, let end):
            kind = 3
            inner.add(1, key)
            inner.add(2, end ?? [])
        case .transaction(let transaction):
            kind = 4
            inner = transaction.message
        }
        var message = ProtobufMessage()
        message.add(kind, inner.encoded())
        return message
    }
}

/// Comparisons, and what is done when all hold or when one does not; everything at one moment.
///
/// All comparisons, those of transactions inside too, look at what was there before the first operation.
package struct EtcdTransaction: Sendable, Equatable {
    package var comparisons: [EtcdComparison]
    package var success: [EtcdOperation]
    package var failure: [EtcdOperation]

    package init(
        _ comparisons: [EtcdComparison] = [], success: [EtcdOperation] = [], failure: [EtcdOperation] = []
    ) {
        self.comparisons = comparisons
        self.success = success
        self.failure = failure
    }

    var message: ProtobufMessage {
        var message = ProtobufMessage()
        for comparison in comparisons { message.add(1, comparison.message.encoded()) }
        for operation in success { message.add(2, operation.message.encoded()) }
        for operation in failure { message.add(3, operation.message.encoded()) }
        return message
    }
}

/// What became of a transaction.
package struct EtcdVerdict: Sendable, Equatable {
    package enum Outcome: Sendable, Equatable {
        case page(EtcdPage)
        case done
        case verdict(EtcdVerdict)
    }

    /// All comparisons held.
    package let succeeded: Bool
    /// One for each operation of the branch that was taken.
    package let outcomes: [Outcome]
    /// Of the whole store after it. 0 in a transaction inside another one.
    package let revision: UInt64
    /// Which cluster answered.
    package let cluster: UInt64

    /// Transactions that we send hold others one level deep; a hostile server could nest answers until the stack ends.
    private static let deepest = 4

    init(_ message: ProtobufMessage, depth: Int = 0) throws(EtcdFailure) {
        guard depth < Self.deepest else {
            throw EtcdFailure(.malformed, "an answer of the transaction is nested too deeply")
        }
        let header = message.bytes(1).flatMap { ProtobufMessage($0) }
        revision = header?.number(3) ?? 0
        cluster = header?.number(1) ?? 0
        succeeded = message.number(2) == 1
        var outcomes: [Outcome] = []
        for bytes in message.list(3) { outcomes.append(try Self.outcome(bytes, depth)) }
        self.outcomes = outcomes
    }

    /// The entries of the operation at this place, when it was a range.
    package func page(_ place: Int) -> EtcdPage? {
        guard place < outcomes.count, case .page(let page) = outcomes[place] else { return nil }
        return page
    }

    package func verdict(_ place: Int) -> EtcdVerdict? {
        guard place < outcomes.count, case .verdict(let verdict) = outcomes[place] else { return nil }
        return verdict
    }

    /// The one entry of a range of one key; nil when it is not there.
    package func entry(_ place: Int) -> EtcdEntry? { page(place)?.entries.first }

    private static func outcome(_ bytes: [UInt8], _ depth: Int) throws(EtcdFailure) -> Outcome {
        guard let message = ProtobufMessage(bytes), let field = message.fields.first,
            case .bytes(let inner) = field.value, let answer = ProtobufMessage(inner)
        else { throw EtcdFailure(.malformed, "an answer of the transaction is malformed") }
        switch field.number {
        case 1: return .page(try EtcdPage(answer))
        case 4: return .verdict(try EtcdVerdict(answer, depth: depth + 1))
        default: return .done
        }
    }
}
