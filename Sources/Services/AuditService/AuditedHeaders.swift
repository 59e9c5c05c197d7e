internal import CofferBase
internal import CofferFramework
internal import CofferJSON
internal import CofferStorage

/// A request header in an audit line.
package struct AuditHeader: Sendable {
    package let name: String
    package let value: String
    package let isHashed: Bool
}

/// The request headers that audit lines show: `sys/config/auditing/request-headers`.
package final class AuditedHeaders: Sendable {
    package struct Setting: Sendable {
        package let name: String
        package let isHashed: Bool
    }

    private struct Entry: Sendable {
        var isHashed = false
        /// A header that is shown by default and was taken out.
        var isOff = false

        static let schema = Schema<Entry>(
            { Entry() },
            [Field("hmac", \.isHashed, "Show only a hash."), Field("off", \.isOff, "Do not show.")])
    }

    /// Shown unless taken out, as newer releases of the family do.
    private static let standard = ["correlation-id", "user-agent", "x-correlation-id"]

    /// Headers that carry a credential are hashed whatever was asked (CVE-2024-8365).
    private static let secret: Set<String> = [
        "authorization", "cookie", "proxy-authorization", "x-vault-token",
    ]

    private let view: StorageView
    /// Sorted by name.
    private let settings: Snapshot<[Setting]>

    init(storage: any TransactionalStorage) {
        view = StorageView(storage, prefix: "core/audited-headers/")
        settings = Snapshot(Self.standard.map { Setting(name: $0, isHashed: false) })
    }

    func load() async throws {
        settings.replace(with: Self.standard.map { Setting(name: $0, isHashed: false) })
        for key in try await view.scan(limit: 1000) {
            guard let bytes = try await view.get(key) else { continue }
            let entry = try Entry.schema.decode(try JSON.parseObject(bytes, limits: .trusted))
            apply(entry, to: String(decoding: key.bytes, as: UTF8.self))
        }
    }

    package var all: [Setting] { settings.value }

    package subscript(name: String) -> Setting? {
        let name = name.lowercased()
        return settings.value.first { $0.name == name }
    }

    package func enable(_ name: String, isHashed: Bool) async throws {
        try await store(Entry(isHashed: isHashed), name.lowercased())
    }

    package func disable(_ name: String) async throws {
        let name = name.lowercased()
        if Self.standard.contains(name) {
            try await store(Entry(isOff: true), name)
        } else {
            try await view.delete(StorageKey(name))
            apply(Entry(isOff: true), to: name)
        }
    }

    /// What of a request's headers goes into its lines.
    func shown(_ header: (_ name: String) -> String?) -> [AuditHeader] {
        var shown: [AuditHeader] = []
        for setting in settings.value {
            guard let value = header(setting.name) else { continue }
            let isHashed = setting.isHashed || Self.secret.contains(setting.name)
            shown.append(AuditHeader(name: setting.name, value: value, isHashed: isHashed))
        }
        return shown
    }

    private func store(_ entry: Entry, _ name: String) async throws {
        try await view.put(StorageKey(name), JSON.object(Entry.schema.encode(entry)).serialized())
        apply(entry, to: name)
    }

    private func apply(_ entry: Entry, to name: String) {
        settings.update { settings in
            settings.removeAll { $0.name == name }
            guard !entry.isOff else { return }
            settings.append(Setting(name: name, isHashed: entry.isHashed))
            settings.sort { $0.name < $1.name }
        }
    }
}
