internal import CofferBase
internal import CofferCrypto
internal import CofferFramework
internal import CofferJSON

/// A key with all its versions, in the form in which Vault backs it up: base64 of JSON.
///
/// Versions that decrypt stand in `policy.keys` by their number; all that exist stand in `archived_keys`, where the
/// first place belongs to the least version that exists, or to a version 0 that never was.
struct Backup: Sendable {
    var key: Key
    var versions: [Int64: KeyVersion]

    func encoded() throws -> String {
        let all = try (key.oldest...key.latest).map { number -> (Int64, JSON) in
            guard let version = versions[number] else { throw TransitErrors.damaged }
            return (number, try VersionRecord.encode(version, of: key))
        }
        let usable = all.filter { $0.0 >= key.minimumDecryption }
        var policy = key.backupPolicy
        policy.append(
            "keys", .object(JSONObject(uniqueMembers: usable.map { .init(key: String($0.0), value: $0.1) })))
        let unused: [JSON] = key.minimumAvailable == 0 ? [.object(VersionRecord.blank)] : []
        var document = JSONObject()
        document.append("policy", .object(policy))
        document.append("archived_keys", ["keys": .array(unused + all.map(\.1))])
        return Base64.standard.encode(JSON.object(document).serialized())
    }

    /// - Throws: `unreadableBackup` for anything that is not a whole key.
    init(encoded text: String) throws(EngineError) {
        do {
            let document = try JSON.parseObject(try decodeBase64(text), limits: .trusted)
            guard let policy = document["policy"]?.objectValue else { throw TransitErrors.unreadableBackup }
            key = try Key(backupPolicy: policy)
            versions = [:]
            let archived = document["archived_keys"]?["keys"]?.arrayValue ?? []
            for (place, entry) in archived.enumerated() {
                let number = key.minimumAvailable + Int64(place)
                guard number >= key.oldest, number <= key.latest else { continue }
                versions[number] = try VersionRecord.decode(entry, of: key)
            }
            for member in policy["keys"]?.objectValue?.members ?? [] {
                guard let number = Int64(member.key), (key.oldest...key.latest).contains(number) else { continue }
                versions[number] = try VersionRecord.decode(member.value, of: key)
            }
            guard versions.count == key.latest - key.oldest + 1, let latest = versions[key.latest] else {
                throw TransitErrors.unreadableBackup
            }
            key.latestCreated = latest.created.nanoseconds
        } catch {
            throw TransitErrors.unreadableBackup
        }
    }

    init(key: Key, versions: [Int64: KeyVersion]) {
        self.key = key
        self.versions = versions
    }
}

extension KeyType {
    /// Vault's numbers. XChaCha20 is OpenBao's, which counts differently from 10 on.
    fileprivate var backupNumber: Int64 {
        switch self {
        case .aes256: 0
        case .p256: 1
        case .ed25519: 2
        case .rsa2048: 3
        case .rsa4096: 4
        case .chaCha20: 5
        case .p384: 6
        case .p521: 7
        case .aes128: 8
        case .rsa3072: 9
        case .hmac, .xChaCha20: 11
        case .cmac128: 12
        case .cmac256: 13
        case .mlDSA: 14
        case .cmac192: 16
        }
    }

    /// - Parameter isOpenBao: where 10 is HMAC and 11 is XChaCha20.
    fileprivate init?(backupNumber number: Int64, isOpenBao: Bool) {
        if isOpenBao, number == 10 || number == 11 {
            self = number == 10 ? .hmac : .xChaCha20
            return
        }
        let known = KeyType.allCases.filter { $0 != .xChaCha20 }
        guard let type = known.first(where: { $0.backupNumber == number }) else { return nil }
        self = type
    }
}

extension Key {
    /// The field by which a backup of OpenBao is known; it counts types in its own way.
    private static let openBaoField = "soft_deleted"

    fileprivate var backupPolicy: JSONObject {
        var policy = JSONObject()
        policy.append("name", .string(name))
        policy.append("type", .int(type.backupNumber))
        if size != 0 { policy.append("key_size", .int(size)) }
        policy.append("derived", .bool(isDerived))
        policy.append("kdf", .int(isDerived && !usesCounterKDF ? 1 : 0))
        policy.append("convergent_encryption", .bool(isConvergent))
        policy.append("convergent_version", .int(isConvergent ? -1 : 0))
        policy.append("exportable", .bool(isExportable))
        policy.append("min_decryption_version", .int(minimumDecryption))
        policy.append("min_encryption_version", .int(minimumEncryption))
        policy.append("latest_version", .int(latest))
        policy.append("archive_version", .int(latest))
        policy.append("archive_min_version", .int(minimumAvailable))
        policy.append("min_available_version", .int(minimumAvailable))
        policy.append("deletion_allowed", .bool(allowsDeletion))
        policy.append("backup_info", Self.event(backupTime, backupVersion))
        policy.append("restore_info", Self.event(restoreTime, restoreVersion))
        policy.append("allow_plaintext_backup", .bool(allowsPlaintextBackup))
        policy.append("version_template", "")
        policy.append("storage_prefix", "")
        policy.append("auto_rotate_period", .int(rotationPeriod.wholeNanoseconds))
        policy.append("Imported", .bool(isImported))
        policy.append("AllowImportedKeyRotation", .bool(allowsRotation))
        if !parameterSet.isEmpty { policy.append("ParameterSet", .string(parameterSet)) }
        if type == .xChaCha20 { policy.append(Self.openBaoField, false) }
        return policy
    }

    private static func event(_ time: Int64, _ version: Int64) -> JSON {
        if time == 0 { return .null }
        return ["time": .string(Timestamp(nanoseconds: time).rfc3339), "version": .int(version)]
    }

    private static func event(_ json: JSON?) -> (time: Int64, version: Int64) {
        guard let time = json?["time"]?.stringValue.flatMap({ Timestamp(rfc3339: $0) }) else { return (0, 0) }
        return (time.nanoseconds, json?["version"]?.intValue ?? 0)
    }

    fileprivate init(backupPolicy policy: JSONObject) throws {
        func number(_ name: String) throws(EngineError) -> Int64 {
            guard let json = policy[name], !json.isNull else { return 0 }
            guard let value = json.intValue else { throw TransitErrors.unreadableBackup }
            return value
        }
        func flag(_ name: String) -> Bool { policy[name]?.boolValue ?? false }
        let isOpenBao = policy[Self.openBaoField] != nil
        guard let type = KeyType(backupNumber: try number("type"), isOpenBao: isOpenBao) else {
            throw TransitErrors.unreadableBackup
        }
        self.init()
        self.type = type
        name = policy["name"]?.stringValue ?? ""
        size = try number("key_size")
        parameterSet = policy["ParameterSet"]?.stringValue ?? ""
        isDerived = flag("derived")
        usesCounterKDF = try number("kdf") == 0 && isDerived
        isConvergent = flag("convergent_encryption")
        isExportable = flag("exportable")
        allowsDeletion = flag("deletion_allowed")
        allowsPlaintextBackup = flag("allow_plaintext_backup")
        latest = try number("latest_version")
        minimumDecryption = try max(number("min_decryption_version"), 1)
        minimumEncryption = try number("min_encryption_version")
        minimumAvailable = try number("min_available_version")
        rotationPeriod = .nanoseconds(try number("auto_rotate_period"))
        isImported = flag("Imported")
        allowsRotation = flag("AllowImportedKeyRotation")
        isSoftDeleted = flag(Self.openBaoField)
        (backupTime, backupVersion) = Self.event(policy["backup_info"])
        (restoreTime, restoreVersion) = Self.event(policy["restore_info"])
        guard latest >= 1, (1...latest).contains(minimumDecryption), (0...latest).contains(minimumEncryption),
            (0...minimumDecryption).contains(minimumAvailable)
        else { throw TransitErrors.unreadableBackup }
        try checkNew()
    }
}
