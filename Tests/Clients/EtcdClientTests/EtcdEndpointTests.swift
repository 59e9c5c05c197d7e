import EtcdClient
import Testing

struct EtcdEndpointTests {
    @Test(
        "an endpoint is a scheme, a host and a port",
        arguments: [
            ("http://127.0.0.1:2379", "http://127.0.0.1:2379"), ("https://etcd.example", "https://etcd.example:2379"),
            ("etcd:1234/", "http://etcd:1234"), ("https://[::1]:2", "https://[::1]:2"),
        ])
    func good(_ text: String, _ shown: String) {
        #expect(EtcdEndpoint(text)?.description == shown)
    }

    @Test(
        "anything else is refused",
        arguments: [
            "", "http://", "http://a:0", "http://a:70000", "http://a/b", "ftp://a", "http://u@a", "http://[::1",
            "http://a b",
        ])
    func bad(_ text: String) {
        #expect(EtcdEndpoint(text) == nil)
    }
}
