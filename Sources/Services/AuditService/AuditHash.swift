internal import CofferBase
internal import CofferCrypto
internal import CofferJSON
internal import Synchronization

/// The salted hash that stands for a secret in one device's lines (contract vector 9).
final class AuditHash: Sendable {
    private static let prefix: StaticString = "hmac-sha256:"

    private let mac: HMACSHA256
    /// Hashes by accessor: one caller makes many requests. Accessors are no secrets of their own.
    private let accessors = Mutex<[String: String]>([:])
    /// Each device has a hash of its own: what one shows, no other one can.
    private let isRaw: Bool
    private let hashesAccessors: Bool

    init(salt: [UInt8], isRaw: Bool = false, hashesAccessors: Bool = true) {
        mac = HMACSHA256(key: salt)
        self.isRaw = isRaw
        self.hashesAccessors = hashesAccessors
    }

    /// The hash of an accessor; the last few are remembered.
    private func hashedAccessor(_ value: String) -> String {
        if let known = accessors.withLock({ $0[value] }) { return known }
        let hash = hashed(value)
        accessors.withLock { known in
            if known.count >= 1024 { known.removeAll(keepingCapacity: true) }
            known[value] = hash
        }
        return hash
    }

    /// The hash, also for a device that shows texts.
    func hashed(_ value: String) -> String { mac.hex(of: value, after: Self.prefix) }

    /// Empty stays empty: it says that nothing was given.
    func secret(_ value: String) -> String { value.isEmpty || isRaw ? value : hashed(value) }

    /// Writes what the device's lines hold for a text.
    func write(_ text: String, to writer: inout JSONWriter) {
        if isRaw { return writer.value(text) }
        writer.value { output in
            output.append(Self.prefix)
            mac.withAuthentication(of: text) { output.append(hexOf: $0) }
        }
    }

    func accessor(_ value: String) -> String {
        value.isEmpty || isRaw || !hashesAccessors ? value : hashedAccessor(value)
    }

    /// Writes the object with every string value hashed; numbers, booleans and keys stay.
    /// - Parameter clear: top-level keys whose values are shown.
    func write(_ object: JSONObject, clear: [String], to writer: inout JSONWriter) {
        writer.beginObject()
        for index in object.members.indices {
            let key = object.members[index].key
            writer.key(key)
            if !clear.isEmpty, clear.contains(key) {
                writer.value(object.members[index].value)
            } else {
                write(object.members[index].value, to: &writer)
            }
        }
        writer.endObject()
    }

    private func write(_ json: JSON, to writer: inout JSONWriter) {
        switch json {
        case .string(let text): write(text, to: &writer)
        case .array(let items):
            writer.beginArray()
            for item in items { write(item, to: &writer) }
            writer.endArray()
        case .object(let object): write(object, clear: [], to: &writer)
        case .null, .bool, .number: writer.value(json)
        }
    }
}
