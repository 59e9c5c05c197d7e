internal import CofferClient
internal import CofferJSON

/// A version that was read in order to write another.
struct KVVersion {
    private let path: String
    /// The word for what is done, in messages.
    private let use: String
    private let metadata: JSONObject
    private let data: JSON?

    init(
        _ client: Client, _ path: String, use: String, query: [(name: String, value: String)] = []
    ) async throws {
        let secret = try await explaining("Error doing pre-read at \(path)") { () async throws(ClientError) in
            try await client.read(path, query: query, isPreparation: true)
        }
        guard let found = secret?.data else { throw CommandFailure.remote("No value found at \(path)") }
        guard let metadata = found["metadata"], !metadata.isNull else {
            throw CommandFailure.remote("No metadata found at \(path); \(use) only works on existing data")
        }
        guard let metadata = metadata.objectValue else {
            throw CommandFailure.remote("Metadata found at \(path) is not the expected type (JSON object)")
        }
        self.path = path
        self.use = use
        self.metadata = metadata
        data = found["data"]
    }

    /// The secret; fails for a version that is gone.
    func liveData() throws -> JSONObject {
        guard let data, !data.isNull else {
            throw CommandFailure.remote("No data found at \(path); \(use) only works on existing data")
        }
        guard let data = data.objectValue else {
            throw CommandFailure.remote("Data found at \(path) is not the expected type (JSON object)")
        }
        return data
    }

    func refuseIfGone() throws {
        if metadata["deletion_time"]?.stringValue?.isEmpty == false {
            throw CommandFailure.remote("Cannot roll back to a version that has been deleted")
        }
        if metadata["destroyed"]?.boolValue == true {
            throw CommandFailure.remote("Cannot roll back to a version that has been destroyed")
        }
    }

    /// A write of `data` that is refused if another one came between.
    func successor(_ data: JSONObject) -> JSON {
        ["data": .object(data), "options": ["cas": metadata["version"] ?? .null]]
    }
}
