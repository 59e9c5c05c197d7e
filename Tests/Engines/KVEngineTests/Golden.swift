import CofferFramework
import CofferJSON
import KVEngine
import TestSupport

/// A JSON object written as it stands on the wire.
func object(_ text: String) throws -> JSONObject { try JSON.parseObject(text.utf8) }

func versionedMount() async throws -> EngineHarness {
    try await EngineHarness(KV.kind, options: ["version": "2"])
}

extension EngineHarness {
    /// Writes a version and returns its number.
    @discardableResult
    func put(_ path: String, _ data: JSONObject, cas: JSON? = nil) async throws -> Int64? {
        var fields: JSONObject = ["data": .object(data)]
        if let cas { fields["options"] = ["cas": cas] }
        return try await write("data/" + path, fields).data?["version"]?.intValue
    }

    /// The fields of a version, nil when deleted or destroyed.
    func get(_ path: String, version: Int64 = 0) async throws -> JSONObject? {
        try await read("data/" + path, ["version": .int(version)]).data?["data"]?.objectValue
    }
}
