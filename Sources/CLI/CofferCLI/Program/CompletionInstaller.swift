internal import CofferClient
internal import Glibc

/// `-autocomplete-install` and `-autocomplete-uninstall`: tells bash, zsh and fish to ask this program.
struct CompletionInstaller {
    let program: Program
    /// The program's file, as the shells shall call it.
    let path: String

    /// Nil when neither flag stands on the command line.
    func run(_ arguments: [String]) -> Int32? {
        let flags = arguments.map { $0.hasPrefix("--") ? String($0.dropFirst()) : $0 }
        let installs = flags.contains("-autocomplete-install")
        let removes = flags.contains("-autocomplete-uninstall")
        guard installs || removes else { return nil }
        if installs && removes {
            return fail("-autocomplete-install and -autocomplete-uninstall cannot be given together")
        }
        guard let home = program.environment["HOME"], !home.isEmpty else { return fail("HOME is not set") }
        do {
            return try installs ? install(home) : uninstall(home)
        } catch {
            return fail("\(error)")
        }
    }

    private func fail(_ reason: String) -> Int32 {
        program.console.errors(Array("Error changing the shells' completion: \(reason)\n".utf8))
        return 1
    }

    /// The lines of a shell's start-up file.
    private var bash: String { "complete -C \(quotedPath) \(program.name)" }
    private var zshStart: String { "autoload -U +X bashcompinit && bashcompinit" }
    private var zsh: String { "complete -o nospace -C \(quotedPath) \(program.name)" }

    private var fish: String {
        """
        function __complete_\(program.name)
            set -lx COMP_LINE (commandline -cp)
            \(quotedPath)
        end
        complete -f -c \(program.name) -a "(__complete_\(program.name))"

        """
    }

    private var quotedPath: String {
        let file = path.isEmpty ? program.name : path
        let isPlain = file.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                || "/._-".utf8.contains(byte)
        }
        return isPlain
            ? file : "'" + file.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }

    private func install(_ home: String) throws -> Int32 {
        // bash reads one of several files; the first that is there is the one in use.
        let profiles = [".bashrc", ".bash_profile", ".bash_login", ".profile"]
        let existing = try profiles.first { try text(home + "/" + $0) != nil }
        try add([bash], to: home + "/" + (existing ?? ".bashrc"))
        if try text(home + "/.zshrc") != nil || program.environment["SHELL"]?.hasSuffix("/zsh") == true {
            try add([zshStart, zsh], to: home + "/.zshrc")
        }
        let folder = fishFolder(home)
        if access(folder, F_OK) == 0 {
            mkdir(folder + "/completions", 0o755)
            try LocalFile.replace(fishFile(home), with: Array(fish.utf8), mode: 0o644)
        }
        return 0
    }

    private func uninstall(_ home: String) throws -> Int32 {
        for name in [".bashrc", ".bash_profile", ".bash_login", ".profile", ".zshrc"] {
            try remove([bash, zsh], from: home + "/" + name)
        }
        try LocalFile.remove(fishFile(home))
        return 0
    }

    private func fishFolder(_ home: String) -> String {
        let configured = program.environment["XDG_CONFIG_HOME"].flatMap { $0.isEmpty ? nil : $0 }
        return (configured ?? home + "/.config") + "/fish"
    }

    private func fishFile(_ home: String) -> String { fishFolder(home) + "/completions/\(program.name).fish" }

    /// Nil when there is no such file.
    private func text(_ file: String) throws -> String? {
        do {
            return String(decoding: try LocalFile.read(file), as: UTF8.self)
        } catch {
            if error.isMissing { return nil }
            throw error
        }
    }

    private func add(_ lines: [String], to file: String) throws {
        let before = try text(file) ?? ""
        let known = before.split(separator: "\n").map(String.init)
        let missing = lines.filter { !known.contains($0) }
        if missing.isEmpty { return }
        let gap = before.isEmpty || before.hasSuffix("\n") ? "" : "\n"
        try write(before + gap + missing.joined(separator: "\n") + "\n", to: file)
    }

    private func remove(_ lines: [String], from file: String) throws {
        guard let before = try text(file) else { return }
        let kept = before.split(separator: "\n", omittingEmptySubsequences: false).filter { line in
            !lines.contains(String(line))
        }
        let after = kept.joined(separator: "\n")
        if after != before { try write(after, to: file) }
    }

    /// In place and not by a new file: it may be a link into a folder of settings.
    private func write(_ text: String, to file: String) throws {
        let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw CommandFailure.local("open \(file): \(FileError.reason(errno))") }
        defer { close(descriptor) }
        try LocalFile.write(descriptor, Array(text.utf8), file)
    }
}
