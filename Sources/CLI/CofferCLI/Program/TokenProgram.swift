internal import CofferClient
internal import Glibc

/// A program that keeps the token: called with `get`, `store` (the token on its standard input) or `erase`.
struct TokenProgram: Sendable {
    let path: String

    /// What the program printed.
    func run(_ verb: String, input: String = "") throws -> String {
        var toProgram: [CInt] = [0, 0]
        var fromProgram: [CInt] = [0, 0]
        guard pipe(&toProgram) == 0 else { throw failure(verb, FileError.reason(errno)) }
        guard pipe(&fromProgram) == 0 else {
            toProgram.forEach { close($0) }
            throw failure(verb, FileError.reason(errno))
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, toProgram[0], STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, fromProgram[1], STDOUT_FILENO)
        for end in toProgram + fromProgram { posix_spawn_file_actions_addclose(&actions, end) }
        let process = spawn(verb, &actions)
        close(toProgram[0])
        close(fromProgram[1])
        defer { close(fromProgram[0]) }
        // A program that does not read its input ends the pipe; that shows in its status.
        let before = signal(SIGPIPE, SIG_IGN)
        try? LocalFile.write(toProgram[1], Array(input.utf8), path)
        signal(SIGPIPE, before)
        close(toProgram[1])
        guard let process else { throw failure(verb, "it could not be started") }
        let output = (try? LocalFile.readAll(fromProgram[0], path)) ?? []
        var status: CInt = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        guard status == 0 else { throw failure(verb, "it ended with an error") }
        return String(decoding: output, as: UTF8.self)
    }

    private func spawn(_ verb: String, _ actions: inout posix_spawn_file_actions_t) -> pid_t? {
        // The setting may hold arguments, so a shell takes it apart.
        let words = ["sh", "-c", path + " " + verb]
        let arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { arguments.forEach { free($0) } }
        var process = pid_t()
        return posix_spawn(&process, "/bin/sh", &actions, nil, arguments, environ) == 0 ? process : nil
    }

    private func failure(_ verb: String, _ reason: String) -> TokenHelper.Failure {
        TokenHelper.Failure(description: "token helper \(path) \(verb): \(reason)")
    }
}
