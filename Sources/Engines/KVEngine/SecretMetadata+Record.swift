internal import CofferBase
internal import CofferFramework
internal import CofferJSON

/// The stored form: small, because it is read and written with every version.
///
///     {"created":T,"updated":T,"current":2,"oldest":0,"settings":{…},"versions":[1,T,T,0, 2,T,0,0]}
///
/// T is nanoseconds since 1970. A version is four numbers: its own, creation, deletion (0: none), 1 when destroyed.
/// Settings are absent as long as nothing was set.
extension SecretMetadata {
    func encoded() -> [UInt8] {
        var writer = JSONWriter(capacity: 128 + 64 * versions.count)
        writer.beginObject()
        writer.member("created", created.nanoseconds)
        writer.member("updated", updated.nanoseconds)
        writer.member("current", current)
        writer.member("oldest", oldest)
        if settings != SecretSettings() {
            writer.key("settings")
            writer.value(SecretSettings.schema.encode(settings))
        }
        writer.key("versions")
        writer.beginArray()
        for version in versions { version.write(to: &writer) }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }

    init(encoded bytes: [UInt8]) throws {
        let record = try SecretData.parse(bytes)
        guard let created = record["created"]?.intValue, let updated = record["updated"]?.intValue,
            let current = record["current"]?.intValue, let oldest = record["oldest"]?.intValue,
            let versions = record["versions"]?.arrayValue
        else { throw KVErrors.damaged }
        self.init(created: Timestamp(nanoseconds: created))
        self.updated = Timestamp(nanoseconds: updated)
        self.current = current
        self.oldest = oldest
        guard versions.count % 4 == 0 else { throw KVErrors.damaged }
        self.versions = try stride(from: 0, to: versions.count, by: 4).map { start in
            try Version(record: versions[start..<start + 4])
        }
        if let settings = record["settings"]?.objectValue {
            self.settings = try SecretSettings.schema.decode(settings)
        }
    }
}

extension SecretMetadata.Version {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.value(number)
        writer.value(created.nanoseconds)
        writer.value(deletion?.nanoseconds ?? 0)
        writer.value(isDestroyed ? 1 : 0)
    }

    fileprivate init(record: ArraySlice<JSON>) throws {
        let parts = record.compactMap(\.intValue)
        guard parts.count == 4 else { throw KVErrors.damaged }
        self.init(
            number: parts[0], created: Timestamp(nanoseconds: parts[1]),
            deletion: parts[2] == 0 ? nil : Timestamp(nanoseconds: parts[2]), isDestroyed: parts[3] != 0)
    }
}
