internal import CofferBase
internal import CofferFramework

/// A key as one seal has wrapped it, or as several have.
///
/// With one seal this is the message of the seal alone, as Vault stores it; with several, a message whose
/// field 2 repeats those of the seals.
struct SealedRecord {
    let slots: [WrappedKey]

    init(_ slots: [WrappedKey]) { self.slots = slots }

    private static let generation: UInt64 = 1

    func encoded() -> [UInt8] {
        if slots.count == 1 { return slots[0].encoded() }
        var message = ProtobufMessage()
        message.add(1, Self.generation)
        for slot in slots { message.add(2, slot.encoded()) }
        return message.encoded()
    }

    /// Nil when malformed or empty.
    init?(encoded bytes: [UInt8]) {
        guard let message = ProtobufMessage(bytes) else { return nil }
        // In the message of one seal, field 1 is bytes.
        if message.number(1) == nil {
            guard let slot = WrappedKey(encoded: bytes) else { return nil }
            slots = [slot]
            return
        }
        var slots: [WrappedKey] = []
        for entry in message.list(2) {
            guard let slot = WrappedKey(encoded: entry) else { return nil }
            slots.append(slot)
        }
        if slots.isEmpty { return nil }
        self.slots = slots
    }

    /// Those that the seal may have wrapped, the likeliest first: what the record says of itself may be old.
    func slots(for configured: ConfiguredSeal) -> [WrappedKey] {
        let own = slots.filter { $0.identity == configured.seal.identity }
        let unmarked = slots.filter { $0.identity.isEmpty }
        let named = slots.filter {
            !$0.identity.isEmpty && $0.identity != configured.seal.identity && $0.sealName == configured.name
        }
        return own + unmarked + named
    }
}
