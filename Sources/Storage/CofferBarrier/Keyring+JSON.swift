internal import CofferBase
internal import CofferJSON

/// The stored form (contract, "Keyring"):
/// `{"MasterKey","Keys":[{"Term","Version","Value","InstallTime","encryptions"}],"RotationConfig":{…}}`.
extension Keyring {
    /// The JSON form, full of key material; the caller zeroes it.
    func encoded() -> [UInt8] {
        let keys = (older.values + [active]).sorted { $0.term < $1.term }
        let object: JSONObject = [
            "MasterKey": .string(base64(rootKey)),
            "Keys": .array(keys.map(encoded)),
            "RotationConfig": .object(rotation.encoded()),
        ]
        return JSON.object(object).serialized()
    }

    /// The root key as a key of term 1, which is how standbys read it; the caller zeroes it.
    func encodedRootKey() -> [UInt8] {
        let object: JSONObject = [
            "Term": 1, "Version": 1, "Value": .string(base64(rootKey)),
            "InstallTime": .string(active.installTime), "encryptions": 0,
        ]
        return JSON.object(object).serialized()
    }

    private func encoded(_ key: TermKey) -> JSON {
        [
            "Term": .int(key.term), "Version": 1, "Value": .string(base64(key.value)),
            "InstallTime": .string(key.installTime), "encryptions": .int(key.encryptions),
        ]
    }

    /// What `encodedRootKey` has written; nil when the text is something else.
    static func rootKey(encoded bytes: [UInt8]) -> SecretBytes? {
        (try? JSON.parseObject(bytes, limits: .trusted))?["Value"].flatMap(secret)
    }

    /// Nil when the text is not a keyring, or names another root key than the one that opened it.
    init?(encoded bytes: [UInt8], rootKey: SecretBytes) {
        guard let object = try? JSON.parseObject(bytes, limits: .trusted),
            let named = object["MasterKey"].flatMap(secret), named.constantTimeEquals(rootKey),
            let list = object["Keys"]?.arrayValue
        else { return nil }
        var keys: [UInt32: TermKey] = [:]
        for item in list {
            guard let key = termKey(item), keys.updateValue(key, forKey: key.term) == nil else { return nil }
        }
        guard let last = keys.keys.max(), let active = keys.removeValue(forKey: last) else { return nil }
        self.init(
            rootKey: rootKey, active: active, older: keys,
            rotation: RotationSettings(encoded: object["RotationConfig"]?.objectValue ?? [:]))
    }
}

private func base64(_ key: SecretBytes) -> String {
    var copy = key.copyBytes()
    defer { zero(&copy) }
    return Base64.standard.encode(copy)
}

private func termKey(_ item: JSON) -> TermKey? {
    guard let term = item["Term"]?.intValue.flatMap({ UInt32(exactly: $0) }),
        let value = item["Value"].flatMap(secret)
    else { return nil }
    return TermKey(
        term: term, value: value, installTime: item["InstallTime"]?.stringValue ?? "",
        encryptions: item["encryptions"]?.intValue ?? 0)
}

private func secret(_ text: JSON) -> SecretBytes? {
    guard var bytes = text.stringValue.flatMap({ Base64.standard.decode($0) }) else { return nil }
    defer { zero(&bytes) }
    return SecretBytes(copying: bytes)
}
