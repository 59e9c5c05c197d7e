internal import CofferBarrier
internal import CofferBase
internal import CofferCore
internal import CofferFramework
internal import CofferJSON

/// The key that encrypts the storage: its age, its replacement, and when that happens by itself.
struct RotationPaths {
    let core: Core

    var paths: [Path] { [keyStatus, rotate, configuration] }

    private var keyStatus: Path {
        Path(
            "key-status", "The active encryption key.", traits: .traits { $0.isDoubled = true },
            [
                Verb(.read, "encryption-key-status", "The active encryption key.") { _ in
                    guard let key = core.barrier.keyStatus else { throw EngineError.unavailable("Vault is sealed") }
                    return .data([
                        "term": .int(key.term), "install_time": .string(key.installTime),
                        "encryptions": .int(key.encryptions),
                    ])
                }
            ])
    }

    private var rotate: Path {
        Path(
            "rotate", "Encrypt new entries with a new key.",
            traits: .traits {
                $0.sudo = [.update]
                $0.isDoubled = true
            },
            [
                Verb(.update, "encryption-key-rotate", "Encrypt new entries with a new key.") { _ in
                    try await core.barrier.rotate()
                    return .empty
                }
            ])
    }

    // MARK: sys/rotate/config

    private static let schema = Schema<RotationSettings>(
        { RotationSettings() },
        [
            Field("max_operations", \.maximumOperations, "How often a key encrypts before it is replaced."),
            Field("interval", \.interval, "How long a key encrypts before it is replaced; 0 for any time."),
            Field("enabled", \.isEnabled, "Whether keys are replaced without anyone asking."),
        ])

    private var configuration: Path {
        Path(
            "rotate/config", "When the encryption key is replaced by itself.",
            traits: .traits { $0.sudo = [.read, .update] },
            [
                Verb(.read, "encryption-key-read-rotation-configuration", "When the key is replaced.") { _ in
                    let settings = try current()
                    return .data([
                        "max_operations": .int(settings.maximumOperations),
                        "interval": .int(settings.interval.wholeSeconds), "enabled": .bool(settings.isEnabled),
                    ])
                },
                Verb(
                    .update, "encryption-key-configure-rotation", "Say when the key is replaced.",
                    input: Self.schema.descriptors
                ) { call in
                    var settings = try current()
                    try Self.schema.merge(call.fields, into: &settings)
                    try Self.check(settings)
                    try await core.barrier.setRotation(settings)
                    return .empty
                },
            ])
    }

    private func current() throws(EngineError) -> RotationSettings {
        guard let settings = core.barrier.rotation else { throw .unavailable("Vault is sealed") }
        return settings
    }

    private static func check(_ settings: RotationSettings) throws(EngineError) {
        if settings.interval != .zero && settings.interval < .seconds(86_400) {
            throw .badRequest("interval must be greater or equal to 24h0m0s")
        }
        guard settings.isValid else {
            throw .badRequest("max_operations must be in the range [1000000,3865470566]")
        }
    }
}
