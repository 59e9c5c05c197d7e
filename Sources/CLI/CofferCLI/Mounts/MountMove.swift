internal import CofferClient
internal import CofferJSON
internal import GoFlags

extension MountKind {
    func move(_ synopsis: String, about: String) -> Command {
        Command(
            name: family + " move", synopsis: synopsis, arguments: "[options] SOURCE DESTINATION", about: about,
            count: .exactly(2),
            run: { call in
                let source = APIPath.withSlash(call.arguments[0])
                let destination = APIPath.withSlash(call.arguments[1])
                let client = try call.client()
                let request = APIRequest(
                    .post, "sys/remount", body: ["from": .string(source), "to": .string(destination)])
                let way = "\(source) to \(destination)"
                let answer = try await explaining("Error moving \(noun) \(way)") { () async throws(ClientError) in
                    try await client.call(request).secret()
                }
                let id = answer?.data?["migration_id"]?.stringValue ?? ""
                call.say("Started moving \(noun) \(way), with migration ID \(id)")
                return try await wait(call, client, way: way, id: id)
            })
    }

    /// Asks until the move has ended; a failed one is told but, as in the reference, ends with status 0.
    private func wait(_ call: Invocation, _ client: Client, way: String, id: String) async throws -> Int32 {
        let failure = "Error checking migration status of \(noun) \(way)"
        while true {
            let answer = try await explaining(failure) { () async throws(ClientError) in
                try await client.call(APIRequest(.get, "sys/remount/status/\(id)")).secret()
            }
            switch answer?.data?["migration_info"]?["status"]?.stringValue {
            case "success":
                call.say("Success! Finished moving \(noun) \(way), with migration ID \(id)")
                return 0
            case "failure":
                call.warn("Failure! Error encountered moving \(noun) \(way), with migration ID \(id)")
                return 0
            default:
                call.say("Waiting for terminal status in migration of \(noun) \(way), with migration ID \(id)")
                try await Task.sleep(for: .seconds(10))
            }
        }
    }
}
