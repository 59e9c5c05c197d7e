internal import CofferBase
internal import CofferFramework
internal import CofferJSON

/// How the records of identity are stored: as the JSON of their schema.
protocol IdentityRecord: Sendable {
    static var schema: Schema<Self> { get }
}

extension IdentityRecord {
    var stored: [UInt8] { JSON.object(Self.schema.encode(self)).serialized() }

    init(stored bytes: [UInt8]) throws {
        do {
            self = try Self.schema.decode(try JSON.parseObject(bytes, limits: .trusted))
        } catch {
            throw EngineError.internal("a stored identity record is damaged; see the server log")
        }
    }
}

extension Timestamp {
    /// As records keep a time.
    var stored: Int64 {
        get { nanoseconds }
        set { nanoseconds = newValue }
    }
}
