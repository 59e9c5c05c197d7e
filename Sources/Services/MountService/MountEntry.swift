internal import CofferBase
package import CofferFramework
internal import CofferJSON

/// One mounted engine as it is stored, at `core/mounts/<uuid>`.
///
/// One entry per mount: enabling one never rewrites the others, and ten
/// thousand of them fit no single entry.
package struct MountEntry: Sendable {
    package enum State: String, Sendable {
        case active
        /// Disabled: refuses requests while its leases and data are removed; resumed after a restart.
        case removing
    }

    package var uuid = ""
    /// Without `auth/`, with a final slash: `secret/`, `userpass/`.
    package var path = ""
    package var `class`: EngineKind.Class = .secret
    package var type = ""
    package var accessor = ""
    package var description = ""
    package var options: [String: String] = [:]
    package var configuration = MountConfiguration()
    package var isLocal = false
    package var isSealWrapped = false
    package var hasExternalEntropy = false
    package var namespaceID = NamespaceReference.root.id
    package var state: State = .active

    package init() {}

    /// As requests spell it: auth mounts live under `auth/`.
    package var fullPath: String { self.class == .auth ? "auth/" + path : path }

    /// Where the engine's entries live, inside the barrier.
    package var storagePrefix: String { (self.class == .auth ? "auth/" : "logical/") + uuid + "/" }

    static let schema = Schema<MountEntry>(
        { MountEntry() },
        [
            Field("uuid", \.uuid, "Unique id."),
            Field("path", \.path, "Path without the table's prefix."),
            Field("table", \.className, "secret or auth."),
            Field("type", \.type, "Engine type."),
            Field("accessor", \.accessor, "Accessor."),
            Field("description", \.description, "Description."),
            Field("options", \.options, "Options."),
            Field("config", \.configurationObject, "Tunable settings."),
            Field("local", \.isLocal, "Not replicated."),
            Field("seal_wrap", \.isSealWrapped, "Seal wrapped."),
            Field("external_entropy_access", \.hasExternalEntropy, "May use external entropy."),
            Field("namespace", \.namespaceID, "Namespace id."),
            Field("state", \.stateName, "active or removing."),
        ])

    private var className: String {
        get { self.class.rawValue }
        set { self.class = EngineKind.Class(rawValue: newValue) ?? .secret }
    }

    private var stateName: String {
        get { state.rawValue }
        set { state = State(rawValue: newValue) ?? .active }
    }

    private var configurationObject: JSONObject {
        get { MountConfiguration.schema.encode(configuration) }
        set {
            // A stored record was written by this schema; fields of a later version are ignored.
            if let decoded = try? MountConfiguration.schema.decode(newValue) { configuration = decoded }
        }
    }
}

extension MountEntry {
    func encoded() -> [UInt8] { JSON.object(Self.schema.encode(self)).serialized() }

    init(encoded bytes: [UInt8]) throws {
        self = try Self.schema.decode(try JSON.parseObject(bytes, limits: .trusted))
    }
}
