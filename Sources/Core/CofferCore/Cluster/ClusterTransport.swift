/// How nodes reach each other; the core knows no sockets.
package protocol ClusterTransport: Sendable {
    /// The leader accepts the nodes that know this certificate; nil: nobody.
    func serve(_ certificate: ClusterCertificate?) throws

    /// Requests go to this leader from now on; those on their way to another one are given up.
    func follow(_ leader: ActiveNode?)

    /// Tells the leader about this node.
    /// - Returns: the leader's clock.
    func echo(_ node: ClusterNode) async throws -> EchoAnswer
}

/// What the leader answers to a node that tells about itself.
package struct EchoAnswer: Sendable {
    /// The leader's clock, in milliseconds since 1970.
    package let time: Int64

    package init(time: Int64) { self.time = time }
}
