internal import CofferBase
internal import CofferClient
internal import CofferJSON

extension OperatorCommands {
    static let keyStatus = Command(
        name: "operator key-status", synopsis: "Provides information about the active encryption key",
        arguments: "[options]", about: "Prints the number of the key that encrypts the storage, and its age.",
        output: [.format], count: .exactly(0),
        run: { call in
            let client = try call.client()
            let status = try await explaining("Error reading key status") { () async throws(ClientError) in
                try await client.call(APIRequest(.get, "sys/key-status")).secret()?.data
            }
            return try show(call, status ?? [:])
        })

    static let rotate = Command(
        name: "operator rotate", synopsis: "Rotates the underlying encryption key", arguments: "[options]",
        about: """
            Makes a new key that encrypts what is stored from now on. Older keys stay for
            what is there already. The unseal keys do not change.
            """,
        output: [.format], count: .exactly(0),
        run: { call in
            let client = try call.client()
            _ = try await explaining("Error rotating key") { () async throws(ClientError) in
                try await client.call(APIRequest(.put, "sys/rotate"))
            }
            let status = try await explaining("Error reading key status") { () async throws(ClientError) in
                try await client.call(APIRequest(.get, "sys/key-status")).secret()?.data
            }
            if call.format == .table {
                call.say("Success! Rotated key")
                call.say("")
            }
            return try show(call, status ?? [:])
        })

    private static func show(_ call: Invocation, _ status: JSONObject) throws -> Int32 {
        let (term, time) = (status["term"] ?? 0, status["install_time"] ?? "")
        let encryptions = status["encryptions"] ?? 0
        guard call.format == .table else {
            return try call.show(["term": term, "install_time": time, "encryptions": encryptions])
        }
        call.say(
            TextTable.columns([
                ["Key Term", GoText.value(term)], ["Install Time", rfc822(time.stringValue ?? "")],
                ["Encryption Count", GoText.value(encryptions)],
            ]))
        return 0
    }

    /// `23 Nov 26 07:25 UTC`.
    private static func rfc822(_ text: String) -> String {
        guard let time = Timestamp(rfc3339: text)?.rfc3339 else { return text }
        let parts = time.split(whereSeparator: { "-T:".contains($0) })
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        guard parts.count >= 5, let month = Int(parts[1]), (1...12).contains(month) else { return text }
        return "\(parts[2]) \(months[month - 1]) \(parts[0].suffix(2)) \(parts[3]):\(parts[4]) UTC"
    }
}
