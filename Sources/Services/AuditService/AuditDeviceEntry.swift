internal import CofferFramework
internal import CofferJSON

/// An enabled audit device as it is stored, at `core/audit/<path>`.
package struct AuditDeviceEntry: Sendable {
    /// With its final slash: `file/`.
    package var path = ""
    package var type = ""
    package var description = ""
    package var options: [String: String] = [:]
    package var isLocal = false
    var salt = ""
    /// Of the configuration file.
    var isDeclared = false

    package init() {}

    static let schema = Schema<AuditDeviceEntry>(
        { AuditDeviceEntry() },
        [
            Field("path", \.path, "Path."), Field("type", \.type, "Type."),
            Field("description", \.description, "Description."), Field("options", \.options, "Options."),
            Field("local", \.isLocal, "Local."), Field("salt", \.salt, "Salt.").secret,
            Field("declared", \.isDeclared, "Of the configuration file."),
        ])

    /// Whether it would write the same lines to the same place.
    func isSame(as other: AuditDeviceEntry) -> Bool {
        (path, type, description, isLocal) == (other.path, other.type, other.description, other.isLocal)
            && options == other.options && isDeclared == other.isDeclared
    }

    func encoded() -> [UInt8] { JSON.object(Self.schema.encode(self)).serialized() }

    init(encoded bytes: [UInt8]) throws {
        self = try Self.schema.decode(try JSON.parseObject(bytes, limits: .trusted))
    }
}
