internal import CofferClient
internal import CofferJSON
internal import GoFlags

extension LeaseCommands {
    static let revoke = Command(
        name: "lease revoke", synopsis: "Revokes leases and secrets", arguments: "[options] ID",
        about: """
            Revokes a lease: its secret cannot be used any more.

                $ {name} lease revoke database/creds/web/2f6a614c
                $ {name} lease revoke -prefix database/creds/web
            """,
        groups: [
            FlagGroup(
                "Command Options",
                [
                    Flag(
                        "force", .bool, aliases: ["f"],
                        "Forget the leases even when their secrets cannot be revoked; needs -prefix. Secrets may stay "
                            + "valid then."),
                    Flag("prefix", .bool, "The argument is a path: revoke all leases below it."),
                    Flag("sync", .bool, "Wait until the revocation is done."),
                ])
        ], count: .exactly(1),
        run: { call in
            let (force, prefix) = (call.flags.bool("force"), call.flags.bool("prefix"))
            if force && !prefix { throw CommandFailure.local("Specifying -force also requires specifying -prefix") }
            let client = try call.client()
            let id = call.arguments[0].trimmingSpaces
            if force {
                call.warn("Warning! Force-removing leases can cause Vault to become out of sync with secret engines!")
            }
            let (request, failure, success) = step(
                id, force: force, prefix: prefix, sync: JSON.bool(call.flags.bool("sync")))
            _ = try await explaining(failure) { () async throws(ClientError) in try await client.call(request) }
            let isQueued = !force && !call.flags.bool("sync")
            call.say(isQueued ? "All revocation operations queued successfully!" : success)
            return 0
        })

    /// The request, and what to say of its failure and success.
    private static func step(
        _ id: String, force: Bool, prefix: Bool, sync: JSON
    ) -> (request: APIRequest, failure: String, success: String) {
        if force {
            return (
                APIRequest(.put, "sys/leases/revoke-force/" + id), "Error force revoking leases with prefix \(id)",
                "Success! Force revoked any leases with prefix: \(id)"
            )
        }
        if prefix {
            return (
                APIRequest(.put, "sys/leases/revoke-prefix/" + id, body: ["sync": sync]),
                "Error revoking leases with prefix \(id)", "Success! Revoked any leases with prefix: \(id)"
            )
        }
        return (
            APIRequest(.put, "sys/leases/revoke", body: ["lease_id": .string(id), "sync": sync]),
            "Error revoking lease \(id)", "Success! Revoked lease: \(id)"
        )
    }
}
