internal import CofferBase
internal import SealService

extension Core {
    /// From now on the server opens when its seals let it.
    /// - Parameter opens: otherwise the seals are only looked after, for a server in recovery mode.
    package func watchSeals(opens: Bool = true) async {
        guard let automaticSeals else { return }
        let watch = SealWatch(
            automaticSeals, opens: opens, clock: clock, random: random, log: log,
            open: { [self] in try await openBySeal() == .opened }, rewrap: { [self] in try await rewrap() })
        controls.sealWatch.replace(with: watch)
        await watch.start()
    }

    /// Somebody seals the server: its seals do not open it again before a restart.
    package func keepSealed() async { await controls.sealWatch.value?.setOpens(false) }

    package func stopWatchingSeals() async {
        await controls.sealWatch.value?.stop()
        controls.sealWatch.replace(with: nil)
    }
}
