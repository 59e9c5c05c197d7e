/// The values of all open containers of a document, the innermost last.
///
/// A closed container moves its slots out as one array of the exact size: no
/// reallocation while it grows, and no reference counting. Elements of arrays
/// have an empty key here.
struct JSONSlots: ~Copyable {
    private struct Slot {
        let key: String
        let fingerprint: UInt64
        var value: JSON
    }

    private var base: UnsafeMutablePointer<Slot>
    private var capacity = 32
    private(set) var count = 0

    init() { base = .allocate(capacity: capacity) }

    deinit {
        base.deinitialize(count: count)
        base.deallocate()
    }

    /// Adds a slot whose value comes later, and says which it is.
    mutating func add(_ key: String, fingerprint: UInt64) -> Int {
        if count == capacity { grow() }
        (base + count).initialize(to: Slot(key: key, fingerprint: fingerprint, value: .null))
        count += 1
        return count - 1
    }

    mutating func fill(_ slot: Int, with value: consuming JSON) {
        precondition(slot < count)
        base[slot].value = value
    }

    func key(at slot: Int) -> String {
        precondition(slot < count)
        return base[slot].key
    }

    /// The slot at or after `start` that has this key; equal keys have equal fingerprints.
    func find(_ key: String, fingerprint: UInt64, from start: Int) -> Int? {
        for slot in start..<count where base[slot].fingerprint == fingerprint && sameBytes(base[slot].key, key) {
            return slot
        }
        return nil
    }

    mutating func takeMembers(from start: Int) -> [JSONObject.Member] {
        let length = count - start
        let first = base + start
        count = start
        return Array(unsafeUninitializedCapacity: length) { target, filled in
            for index in 0..<length {
                let slot = (first + index).move()
                target.initializeElement(at: index, to: JSONObject.Member(key: slot.key, value: slot.value))
            }
            filled = length
        }
    }

    mutating func takeValues(from start: Int) -> [JSON] {
        let length = count - start
        let first = base + start
        count = start
        return Array(unsafeUninitializedCapacity: length) { target, filled in
            for index in 0..<length { target.initializeElement(at: index, to: (first + index).move().value) }
            filled = length
        }
    }

    private mutating func grow() {
        let larger = UnsafeMutablePointer<Slot>.allocate(capacity: capacity * 2)
        larger.moveInitialize(from: base, count: count)
        base.deallocate()
        base = larger
        capacity *= 2
    }
}
