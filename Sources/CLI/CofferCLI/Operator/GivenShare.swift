internal import CofferClient
internal import GoFlags

/// One share for an operation of several people, as the command line gives it: argument, standard input or prompt.
struct GivenShare {
    let key: String
    let nonce: String

    /// - Parameter current: the nonce of the operation in progress; only who types the share may leave it to us, since
    ///   a share that comes from elsewhere could be meant for another operation.
    init(_ call: Invocation, current: String) throws {
        let argument = call.arguments.first?.trimmingSpaces ?? ""
        nonce = argument.isEmpty ? current : call.flags.string("nonce").trimmingSpaces
        if nonce.isEmpty { throw CommandFailure.local("Missing nonce value: specify it via the -nonce flag") }
        if !argument.isEmpty && argument != "-" {
            key = argument
            return
        }
        guard call.isInteractive else {
            throw CommandFailure.local(
                wrapText(
                    "Refusing to read from stdin with -non-interactive specified; specify the key as an argument to "
                        + "this command"))
        }
        if argument.isEmpty {
            call.console.output(Array("Operation nonce: \(nonce)\nUnseal Key (will be hidden): ".utf8))
            let typed = call.console.hiddenLine()
            call.say("")
            if let typed {
                key = typed.trimmingSpaces
                return
            }
        }
        key = String(decoding: call.console.input(), as: UTF8.self).trimmingSpaces
    }
}
