internal import CofferBase
internal import CofferClient
internal import CofferJSON
internal import GoFlags

extension OperatorCommands {
    static let generateRoot = Command(
        name: "operator generate-root", synopsis: "Generates a new root token", arguments: "[options] [KEY]",
        about: """
            Makes a root token with the shares of the unseal key. One person begins, keeps
            the one-time password and gives the nonce to the others; each gives a share;
            the last answer holds the token, hidden by the password.

                $ {name} operator generate-root -init
                $ {name} operator generate-root
                $ {name} operator generate-root -decode=TOKEN -otp=PASSWORD

            With -init -pgp-key the token comes encrypted for that key, and nobody needs a
            password: "base64 -d" and "gpg -d" show it.
            """,
        output: [.format], groups: [FlagGroup("Command Options", rootFlags)], count: .between(0, 1),
        run: { call in
            if call.flags.isGiven("decode") { return try decode(call) }
            let client = try call.client()
            if call.flags.bool("generate-otp") { return try await generatePassword(call, client) }
            if call.flags.bool("init") { return try await beginGeneration(call, client) }
            if call.flags.bool("cancel") { return try await cancelGeneration(call, client) }
            if call.flags.bool("status") { return try show(call, generation: try await generation(call, client)) }
            return try await giveForRoot(call, client)
        })

    private static let rootFlags = [
        Flag("init", .bool, "Begin a generation."),
        Flag("cancel", .bool, "Forget the generation and the shares given for it."),
        Flag("status", .bool, "Only tell how far the generation is."),
        Flag("decode", "Show the token that this value hides; needs -otp. \"-\" reads it from standard input."),
        Flag("generate-otp", .bool, "Draw a one-time password for -init -otp."),
        Flag("otp", "One-time password for -init or -decode."),
        Flag("pgp-key", "With -init: file with the PGP key that hides the token instead."),
        Flag("recovery-token", .bool, "A recovery token, of a server in recovery mode (server -recovery)."),
        Flag("nonce", "Nonce of the generation, with a share as argument or on standard input."),
    ]

    private static func base(_ call: Invocation) -> String {
        call.flags.bool("recovery-token") ? "sys/generate-recovery-token/" : "sys/generate-root/"
    }

    private static func generation(_ call: Invocation, _ client: Client) async throws -> JSONObject {
        try await explaining("Error getting root generation status") { () async throws(ClientError) in
            try await client.call(APIRequest(.get, base(call) + "attempt")).object()
        } ?? [:]
    }

    private static func beginGeneration(_ call: Invocation, _ client: Client) async throws -> Int32 {
        let key = try InitRequest.keys(call.flags.string("pgp-key")).first ?? ""
        let body: JSON = ["otp": .string(call.flags.string("otp")), "pgp_key": .string(key)]
        let status = try await explaining("Error initializing root generation") { () async throws(ClientError) in
            try await client.call(APIRequest(.put, base(call) + "attempt", body: body)).object()
        }
        if call.format == .table, status?["otp"]?.stringValue?.isEmpty == false {
            call.say(
                wrapText("Keep the one-time password below: it is shown once, and the token cannot be read without it.")
            )
            call.say("")
        }
        return try show(call, generation: status ?? [:])
    }

    private static func cancelGeneration(_ call: Invocation, _ client: Client) async throws -> Int32 {
        _ = try await explaining("Error canceling root token generation") { () async throws(ClientError) in
            try await client.call(APIRequest(.delete, base(call) + "attempt"))
        }
        call.say("Success! Root token generation canceled (if it was started)")
        return 0
    }

    private static func giveForRoot(_ call: Invocation, _ client: Client) async throws -> Int32 {
        let status = try await generation(call, client)
        guard status["started"]?.boolValue == true else {
            throw CommandFailure.local(
                wrapText(
                    "No root generation is in progress. Start a root generation by running \"vault operator "
                        + "generate-root -init\"."))
        }
        let share = try GivenShare(call, current: status["nonce"]?.stringValue ?? "")
        let body: JSON = ["key": .string(share.key), "nonce": .string(share.nonce)]
        let answer = try await explaining("Error posting unseal key") { () async throws(ClientError) in
            try await client.call(APIRequest(.put, base(call) + "update", body: body)).object()
        }
        return try show(call, generation: answer ?? [:])
    }

    private static func show(_ call: Invocation, generation status: JSONObject) throws -> Int32 {
        guard call.format == .table else { return try call.show(.object(status)) }
        func text(_ key: String) -> String { GoText.value(status[key] ?? "") }
        var rows = [
            ["Nonce", text("nonce")], ["Started", text("started")],
            ["Progress", text("progress") + "/" + text("required")], ["Complete", text("complete")],
        ]
        let optional = [("PGP Fingerprint", "pgp_fingerprint"), ("Encoded Token", "encoded_token"), ("OTP", "otp")]
        rows += optional.map { [$0.0, text($0.1)] }.filter { !$0[1].isEmpty }
        if let length = status["otp_length"]?.intValue, length > 0 { rows.append(["OTP Length", "\(length)"]) }
        call.say(TextTable.columns(rows))
        return 0
    }

    // MARK: one-time passwords

    private static func generatePassword(_ call: Invocation, _ client: Client) async throws -> Int32 {
        let status = try await generation(call, client)
        let length = status["otp_length"]?.intValue.flatMap { Int(exactly: $0) } ?? 0
        guard (1...1024).contains(length) else {
            throw CommandFailure.remote("Error reading the length of a one-time password: the server names none")
        }
        let password = try RandomSource.system.base62(length)
        if call.format != .table {
            return try call.show(["otp": .string(password), "otp_length": .int(length)])
        }
        call.sayBare(password)
        return 0
    }

    private static func decode(_ call: Invocation) throws -> Int32 {
        var encoded = call.flags.string("decode").trimmingSpaces
        if encoded == "-" { encoded = String(decoding: call.standardInput(), as: UTF8.self).trimmingSpaces }
        let password = call.flags.string("otp")
        if encoded.isEmpty { throw CommandFailure.local("Missing encoded value: use -decode=<string> to supply it") }
        if password.isEmpty { throw CommandFailure.local("Missing otp: use -otp to supply it") }
        while encoded.hasSuffix("=") { encoded.removeLast() }
        guard let hidden = Base64.unpadded.decode(encoded) else {
            throw CommandFailure.local("Error decoding root token: the value is not base64")
        }
        guard hidden.count == password.utf8.count else {
            throw CommandFailure.local("Error decoding root token: value and password differ in length")
        }
        let token = String(decoding: zip(hidden, password.utf8).map { $0 ^ $1 }, as: UTF8.self)
        if call.format != .table { return try call.show(["token": .string(token)]) }
        call.sayBare(token)
        return 0
    }
}
