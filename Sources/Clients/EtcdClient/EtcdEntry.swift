internal import CofferBase

/// A key with what etcd knows of it.
package struct EtcdEntry: Sendable, Equatable {
    package let key: [UInt8]
    /// Empty when only keys were asked for.
    package let value: [UInt8]
    /// Of the write that made the key; another one after it was deleted.
    package let createRevision: UInt64
    /// Of the last write.
    package let modRevision: UInt64
    /// 0: none.
    package let lease: UInt64

    init?(_ bytes: [UInt8]) {
        guard let message = ProtobufMessage(bytes) else { return nil }
        key = message.bytes(1) ?? []
        createRevision = message.number(2) ?? 0
        modRevision = message.number(3) ?? 0
        value = message.bytes(5) ?? []
        lease = message.number(6) ?? 0
    }
}

/// Keys from one on, in byte order.
package struct EtcdRange: Sendable, Equatable {
    package var key: [UInt8]
    /// The first key that is not meant; nil for the one key alone.
    package var end: [UInt8]?
    /// 0: all.
    package var limit = 0
    /// As things were at this revision; 0: as they are, with everything that was committed.
    package var revision: UInt64 = 0
    package var keysOnly = false

    package init(_ key: [UInt8]) { self.key = key }

    package init(from key: [UInt8], to end: [UInt8]) {
        self.key = key
        self.end = end
    }

    /// All keys that begin with `prefix`, which is not empty.
    package init(prefix: [UInt8]) { self.init(from: prefix, to: Self.upperBound(of: prefix)) }

    /// The first key above all that begin with `prefix`; "\0" stands for the end of all keys.
    package static func upperBound(of prefix: [UInt8]) -> [UInt8] {
        var end = prefix
        while let last = end.popLast() {
            if last < 0xff { return end + [last + 1] }
        }
        return [0]
    }

    var message: ProtobufMessage {
        var message = ProtobufMessage()
        message.add(1, key)
        message.add(2, end ?? [])
        message.add(3, UInt64(max(limit, 0)))
        message.add(4, revision)
        message.add(8, keysOnly ? 1 : 0)
        return message
    }
}

/// What a range held.
package struct EtcdPage: Sendable, Equatable {
    package let entries: [EtcdEntry]
    /// There are more than the limit let through.
    package let hasMore: Bool

    init(_ message: ProtobufMessage) throws(EtcdFailure) {
        var entries: [EtcdEntry] = []
        for bytes in message.list(2) {
            guard let entry = EtcdEntry(bytes) else {
                throw EtcdFailure(.malformed, "an entry of the answer is malformed")
            }
            entries.append(entry)
        }
        self.entries = entries
        hasMore = message.number(3) == 1
    }
}
