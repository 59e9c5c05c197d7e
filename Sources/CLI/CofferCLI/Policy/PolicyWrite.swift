internal import CofferClient
internal import CofferJSON
internal import GoFlags

extension PolicyCommands {
    static let write = Command(
        name: "policy write", synopsis: "Uploads a named policy from a file", arguments: "[options] NAME PATH",
        about: """
            Writes the text in a file, or from standard input with "-", as a policy.

                $ {name} policy write web web.hcl
                $ cat web.hcl | {name} policy write web -
            """,
        count: .exactly(2),
        run: { call in
            let client = try call.client()
            let name = name(call)
            let text = try String(decoding: source(call), as: UTF8.self)
            let request = APIRequest(.put, "sys/policies/acl/" + name, body: ["policy": .string(text)])
            let secret = try await explaining("Error uploading policy") { () async throws(ClientError) in
                try await client.call(request).secret()
            }
            if let secret { call.warnOfWarnings(secret) }
            let given = call.arguments[0]
            if given != name { call.warn("Policy name was converted from \"\(given)\" to \"\(name)\"") }
            call.say("Success! Uploaded policy: \(name)")
            return 0
        })

    /// The file that the second argument names.
    static func source(_ call: Invocation) throws -> [UInt8] {
        let path = call.arguments[1].trimmingSpaces
        if path == "-" { return call.console.input() }
        do {
            return try LocalFile.read(path)
        } catch {
            throw CommandFailure.remote("Error opening policy file: \(error)")
        }
    }
}
