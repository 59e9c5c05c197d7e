/// Reads one document without recursion, so that no depth can overflow a stack.
struct JSONParser: ~Copyable {
    let bytes: UnsafeBufferPointer<UInt8>
    let limits: JSONLimits
    var position = 0
    /// Text of a string with escapes while it is put together.
    var scratch: [UInt8] = []
    /// Tells most strings apart without a look at their bytes; of the last one read.
    var fingerprint: UInt64 = 0

    private var tokens = 0
    private var slots = JSONSlots()
    private var container = Container(closer: 0, start: 0)
    private var enclosing: [Container] = []

    init(_ bytes: UnsafeBufferPointer<UInt8>, limits: JSONLimits) {
        self.bytes = bytes
        var limits = limits
        limits.depth = min(limits.depth, JSONLimits.deepest)
        self.limits = limits
    }

    mutating func document() throws(JSONError) -> JSON {
        while true {
            var finished = try begin()
            while let value = finished {
                if enclosing.isEmpty {
                    skipSpace()
                    if position < bytes.count { throw failure(.syntax) }
                    return value
                }
                slots.fill(container.slot, with: value)
                finished = try proceed()
            }
        }
    }

    /// A scalar or an empty container; nil when a container was opened that holds something.
    private mutating func begin() throws(JSONError) -> JSON? {
        skipSpace()
        guard let byte = next else { throw failure(.unexpectedEnd) }
        switch byte {
        case UInt8(ascii: "\""):
            try countToken()
            return .string(try string())
        case UInt8(ascii: "{"): return try open(closer: UInt8(ascii: "}"))
        case UInt8(ascii: "["): return try open(closer: UInt8(ascii: "]"))
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        default:
            try countToken()
            return .number(try number())
        }
    }

    /// After a value in a container: goes on to the next one (nil), or gives the container, complete.
    private mutating func proceed() throws(JSONError) -> JSON? {
        skipSpace()
        guard let byte = next else { throw failure(.unexpectedEnd) }
        if byte == container.closer { return try close() }
        guard byte == UInt8(ascii: ",") else { throw failure(.syntax) }
        position += 1
        try prepareSlot()
        return nil
    }

    private mutating func open(closer: UInt8) throws(JSONError) -> JSON? {
        if enclosing.count >= limits.depth { throw failure(.exceeds(.depth)) }
        try countToken()
        position += 1
        enclosing.append(container)
        container = Container(closer: closer, start: slots.count)
        skipSpace()
        if next == closer { return try close() }
        try prepareSlot()
        return nil
    }

    private mutating func close() throws(JSONError) -> JSON {
        try countToken()
        position += 1
        let start = container.start
        let value: JSON =
            if container.isObject {
                .object(JSONObject(uniqueMembers: slots.takeMembers(from: start)))
            } else {
                .array(slots.takeValues(from: start))
            }
        if let outer = enclosing.popLast() { container = outer }
        return value
    }

    /// Makes room for one more value in the container, after reading its key if it is an object.
    private mutating func prepareSlot() throws(JSONError) {
        container.entries += 1
        if container.isObject {
            if container.entries > limits.objectEntries { throw failure(.exceeds(.objectEntries)) }
            container.choose(for: try key(), fingerprint: fingerprint, in: &slots)
        } else {
            if container.entries > limits.arrayElements { throw failure(.exceeds(.arrayElements)) }
            container.slot = slots.add("", fingerprint: 0)
        }
    }

    private mutating func key() throws(JSONError) -> String {
        skipSpace()
        guard let quote = next else { throw failure(.unexpectedEnd) }
        guard quote == UInt8(ascii: "\"") else { throw failure(.syntax) }
        try countToken()
        let key = try string()
        skipSpace()
        guard let colon = next else { throw failure(.unexpectedEnd) }
        guard colon == UInt8(ascii: ":") else { throw failure(.syntax) }
        position += 1
        return key
    }

    private mutating func literal(_ text: StaticString, _ value: JSON) throws(JSONError) -> JSON {
        try countToken()
        for index in 0..<text.utf8CodeUnitCount {
            guard let byte = next else { throw failure(.unexpectedEnd) }
            guard byte == text.utf8Start[index] else { throw failure(.syntax) }
            position += 1
        }
        return value
    }

    private mutating func countToken() throws(JSONError) {
        tokens += 1
        if tokens > limits.tokens { throw failure(.exceeds(.tokens)) }
    }

    private mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): position += 1
            default: return
            }
        }
    }

    /// The byte at the position; nil at the end.
    var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    /// An error at the position.
    func failure(_ reason: JSONError.Reason) -> JSONError { JSONError(reason, at: position) }
}

/// An array or object that is not closed yet.
private struct Container {
    let closer: UInt8
    /// Its first slot.
    let start: Int
    /// Where its next value goes.
    var slot = 0
    var entries = 0
    /// Slots by key, only once there are many: below that a scan is faster.
    private var slotsByKey: [JSONKey: Int] = [:]

    init(closer: UInt8, start: Int) {
        self.closer = closer
        self.start = start
    }

    var isObject: Bool { closer == UInt8(ascii: "}") }

    /// The slot that has this key already, so that the last value wins as in Go, or a new one.
    mutating func choose(for key: String, fingerprint: UInt64, in slots: inout JSONSlots) {
        let known =
            slotsByKey.isEmpty ? slots.find(key, fingerprint: fingerprint, from: start) : slotsByKey[JSONKey(key)]
        slot = known ?? slots.add(key, fingerprint: fingerprint)
        if !slotsByKey.isEmpty {
            slotsByKey[JSONKey(key)] = slot
        } else if slots.count - start > 16 {
            for slot in start..<slots.count { slotsByKey[JSONKey(slots.key(at: slot))] = slot }
        }
    }
}
