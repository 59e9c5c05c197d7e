package import ClientTLS

/// Where etcd is, and who we are there.
package struct EtcdSettings: Sendable, Equatable {
    package var endpoints: [EtcdEndpoint]
    package var trust = ClientTrust()
    package var username = ""
    package var password = ""
    /// For one call, with everything that it takes.
    package var callLimit: Duration = .seconds(5)
    /// For reaching one server.
    package var connectLimit: Duration = .seconds(3)

    package init(endpoints: [EtcdEndpoint]) { self.endpoints = endpoints }
}
