internal import CofferBase
internal import LeaseService
internal import Synchronization

/// A place for one lease, held while it is made.
package struct LeasePlace: Sendable {
    fileprivate var taken: (quotas: Quotas, rule: String)?

    /// No place at all: nothing limits the lease.
    package init() { taken = nil }

    fileprivate init(_ quotas: Quotas, _ rule: String) { taken = (quotas, rule) }

    /// The lease is stored, or will never be; called once.
    package func release() {
        guard let (quotas, rule) = taken else { return }
        quotas.reserved.withLock { reserved in
            let left = (reserved[rule] ?? 0) - 1
            reserved[rule] = left > 0 ? left : nil
        }
    }
}

extension Quotas {
    package enum LeaseVerdict: Sendable {
        case unlimited
        case place(LeasePlace)
        /// By the rule of this name.
        case refused(String)
    }

    /// Takes a place for a lease. Two that ask for the last one do not both get it.
    package func takePlace(for request: QuotaScope) async throws -> LeaseVerdict {
        guard limitsLeases, let rule = rules.value.leaseTable.find(request) else { return .unlimited }
        while true {
            try await leases.tally.ready()
            let isTaken: Bool? = reserved.withLock { reserved in
                // Nil when the groups have changed since.
                guard let count = leases.tally.known(in: rule.name) else { return nil }
                let pending = reserved[rule.name] ?? 0
                guard count + pending < rule.maximum else { return false }
                reserved[rule.name] = pending + 1
                return true
            }
            guard let isTaken else { continue }
            return isTaken ? .place(LeasePlace(self, rule.name)) : .refused(rule.name)
        }
    }

    /// The rule that leaves no place for a lease now; nil when there is one.
    package func fullRule(for request: QuotaScope) async throws -> String? {
        switch try await takePlace(for: request) {
        case .unlimited: return nil
        case .refused(let rule): return rule
        case .place(let place):
            place.release()
            return nil
        }
    }

    package func leaseCount(of rule: String) async throws -> Int { try await leases.tally.count(in: rule) }

    /// Each lease counts for the rule that would be asked if it were made now.
    func groupLeases(by table: QuotaTable<LeaseRule>) {
        if table.isEmpty { return leases.tally.group(by: { _, _ in nil }, readingRole: { _ in false }) }
        let (roleMounts, locate) = (table.roleMounts, locate)
        leases.tally.group(
            by: { id, role in
                // The id is the path of the request and a last part of its own.
                guard let slash = id.utf8.lastIndex(of: UInt8(ascii: "/")) else { return nil }
                var scope = locate(String(id[..<slash]))
                scope.role = role
                return table.find(scope)?.name
            },
            readingRole: { id in
                if roleMounts.isEmpty { return false }
                let scope = locate(id)
                return roleMounts.contains { $0.isOf(scope) }
            })
    }
}
