internal import CofferBase
internal import CofferConfig
internal import CofferCore
internal import CofferFramework
internal import Logging
internal import SealService

extension Diagnosis {
    /// Lets each seal wrap and unwrap a key; nil where people with shares open the server.
    func seals(_ configuration: ServerConfiguration) async -> Finding? {
        let name = "Check Seals"
        if configuration.seals.isEmpty { return nil }
        if skipped.contains(name) { return Finding(name, .skipped) }
        let clock = SystemClock()
        let log = Logger(label: "diagnose") { _ in SwiftLogNoOpLogHandler() }
        do throws(ConfigurationError) {
            let made = try SealSetup(clock: clock, environment: environment, log: log).seals(configuration.seals)
            guard let group = SealGroup(made, clock: clock) else { return nil }
            let failures = await group.test(.system)
            return Finding(
                name, .success,
                parts: made.map { configured in
                    let failure = failures.first { $0.name == configured.name }?.failure
                    return Finding(
                        "Check Seal \(configured.name)", failure == nil ? .success : .failure, failure?.text ?? "")
                })
        } catch {
            return Finding(name, .failure, "\(error)")
        }
    }
}
