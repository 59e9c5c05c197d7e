import CFuzzer
import FuzzTargets
import Glibc
import Synchronization

/// `coffer-fuzz TARGET [OPTIONS OF libFuzzer]`; without a target it lists them.
@main
enum FuzzMain {
    private static let chosen = Mutex<FuzzTarget?>(nil)

    static func main() {
        let name = CommandLine.arguments.dropFirst().first ?? ""
        guard let target = FuzzTarget.all.first(where: { $0.name == name }) else {
            for target in FuzzTarget.all { print(target.name) }
            exit(name.isEmpty ? 0 : 1)
        }
        chosen.withLock { $0 = target }
        // To merge, libFuzzer starts its first argument again, through a shell.
        let again = "'\(CommandLine.arguments[0])' \(name)"
        CommandLine.unsafeArgv[1] = strdup(again)
        var count = CommandLine.argc - 1
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv + 1
        exit(
            LLVMFuzzerRunDriver(&count, &arguments) { start, size in
                let target = FuzzMain.chosen.withLock { $0 }
                target?.check(Array(UnsafeRawBufferPointer(start: start, count: size)))
                return 0
            })
    }
}
