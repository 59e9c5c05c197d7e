internal import CofferClient
internal import CofferJSON
internal import GoFlags

extension OperatorCommands {
    static let rekey = Command(
        name: "operator rekey", synopsis: "Generates new unseal keys", arguments: "[options] [KEY]",
        about: """
            Replaces the unseal key and its shares, with the shares that are valid now. One
            person begins and gives the nonce to the others; each gives a share; the last
            answer holds the new shares, which are valid at once.

            With -verify at the beginning the old shares stay valid until the new ones were
            given back, so that nothing is lost when the answer does not arrive.

                $ {name} operator rekey -init -verify -key-shares=5 -key-threshold=3
                $ {name} operator rekey
                $ {name} operator rekey -verify
            """,
        output: [.format], groups: [FlagGroup("Common Options", rekeyFlags), FlagGroup("Backup Options", backupFlags)],
        count: .between(0, 1),
        run: { call in
            let call = try RekeyCall(call)
            let flags = call.call.flags
            if flags.bool("init") { return try await call.begin() }
            if flags.bool("cancel") { return try await call.cancel() }
            if flags.bool("status") { return try await call.status() }
            if flags.bool("backup-retrieve") { return try await call.readBackup() }
            if flags.bool("backup-delete") { return try await call.deleteBackup() }
            return try await call.giveShare()
        })

    private static let rekeyFlags = [
        Flag("init", .bool, "Begin a rekey."),
        Flag("cancel", .bool, "Forget the rekey; with -verify, only the new shares given back so far."),
        Flag("status", .bool, "Only tell how far the rekey is; with -verify, the verification."),
        Flag("key-shares", .int, aliases: ["n"], default: "5", "How many unseal keys to make."),
        Flag("key-threshold", .int, aliases: ["t"], default: "3", "How many of them are needed to unseal."),
        Flag("nonce", "Nonce of the rekey, with a share as argument or on standard input."),
        Flag("pgp-keys", "Files with PGP keys, separated by commas, one for each new unseal key to encrypt."),
        Flag("verify", .bool, "With -init: verify the new shares. Otherwise: act on the verification."),
        Flag("target", default: "barrier", "\"barrier\", or \"recovery\" where the server unseals itself."),
    ]

    private static let backupFlags = [
        Flag("backup", .bool, "With -init and -pgp-keys: keep the encrypted shares in the storage too."),
        Flag("backup-retrieve", .bool, "Print the backup."),
        Flag("backup-delete", .bool, "Delete the backup."),
    ]
}

/// One run of `operator rekey`.
private struct RekeyCall {
    let call: Invocation
    let client: Client
    /// Below `sys/`.
    private let base: String
    private let backupPath: String
    private var isVerification: Bool { call.flags.bool("verify") }

    init(_ call: Invocation) throws {
        switch call.flags.string("target").lowercased().trimmingSpaces {
        case "barrier": (base, backupPath) = ("sys/rekey/", "sys/rekey/backup")
        case "recovery", "hsm": (base, backupPath) = ("sys/rekey-recovery-key/", "sys/rekey/recovery-key-backup")
        default: throw CommandFailure.local("Unknown target: use -target=barrier or -target=recovery")
        }
        self.call = call
        client = try call.client()
    }

    private func object(_ prefix: String, _ request: APIRequest) async throws -> JSONObject {
        try await explaining(prefix) { () async throws(ClientError) in try await client.call(request).object() } ?? [:]
    }

    private func progress() async throws -> JSONObject {
        try await object("Error reading rekey status", APIRequest(.get, base + (isVerification ? "verify" : "init")))
    }

    func status() async throws -> Int32 { try show(status: try await progress()) }

    func begin() async throws -> Int32 {
        let flags = call.flags
        let keys = try InitRequest.keys(flags.string("pgp-keys"))
        let body: JSON = [
            "secret_shares": .int(flags.int("key-shares")), "secret_threshold": .int(flags.int("key-threshold")),
            "stored_shares": 0, "pgp_keys": keys.isEmpty ? .null : .strings(keys),
            "backup": .bool(flags.bool("backup")),
            "require_verification": .bool(isVerification),
        ]
        let status = try await object("Error initializing rekey", APIRequest(.put, base + "init", body: body))
        if call.format == .table, keys.isEmpty, !isVerification {
            call.warn(
                wrapText(
                    "WARNING! The new keys are printed once, and the old ones are invalid from then on. Consider to "
                        + "cancel, and to begin again with -verify.") + "\n")
        }
        return try show(status: status)
    }

    /// The nonce proves that the caller knows which rekey it cancels; asked for when it is not given.
    func cancel() async throws -> Int32 {
        if isVerification {
            _ = try await object("Error canceling rekey", APIRequest(.delete, base + "verify"))
            call.say("Success! Canceled rekey verification (if it was started)")
            return 0
        }
        var nonce = call.flags.string("nonce").trimmingSpaces
        if nonce.isEmpty { nonce = try await progress()["nonce"]?.stringValue ?? "" }
        let request = APIRequest(.delete, base + "init", body: ["nonce": .string(nonce)])
        _ = try await object("Error canceling rekey", request)
        call.say("Success! Canceled rekeying (if it was started)")
        return 0
    }

    func giveShare() async throws -> Int32 {
        let status = try await progress()
        guard status["started"]?.boolValue == true else {
            throw CommandFailure.local(
                wrapText("No rekey is in progress. Start a rekey process by running \"vault operator rekey -init\"."))
        }
        let share = try GivenShare(call, current: status["nonce"]?.stringValue ?? "")
        let body: JSON = ["key": .string(share.key), "nonce": .string(share.nonce)]
        let path = base + (isVerification ? "verify" : "update")
        let answer = try await object("Error posting unseal key", APIRequest(.put, path, body: body))
        guard answer["complete"]?.boolValue == true else { return try show(status: answer) }
        if call.format != .table { return try call.show(.object(answer)) }
        if isVerification {
            call.say("Success! Rekey verification completed: the new keys are valid, the old ones are not.")
        } else {
            call.say(RekeyResult(answer: answer, plan: status).text)
        }
        return 0
    }

    private func show(status: JSONObject) throws -> Int32 {
        guard call.format == .table else { return try call.show(.object(status)) }
        call.say(TextTable.table(header: SecretTable.header, rows: RekeyResult.rows(status: status)))
        return 0
    }

    // MARK: backup

    func readBackup() async throws -> Int32 {
        let secret = try await explaining("Error retrieving rekey stored keys") { () async throws(ClientError) in
            try await client.read(backupPath)
        }
        return try secret.map { try call.show($0) } ?? 2
    }

    func deleteBackup() async throws -> Int32 {
        _ = try await object("Error deleting rekey stored keys", APIRequest(.delete, backupPath))
        call.say("Success! Delete stored keys (if they existed)")
        return 0
    }
}
