import CofferBase
import Testing

@Suite struct NamedCacheTests {
    @Test("what was inserted is found until it is dropped")
    func life() {
        let cache = NamedCache<Int>()
        let drops = cache.find("a").drops
        #expect(cache.find("a").value == nil)
        cache.insert(1, named: "a", drops: drops)
        #expect(cache.find("a").value == 1)
        cache.drop("a")
        #expect(cache.find("a").value == nil)
    }

    @Test("a reader that was overtaken by a writer keeps nothing")
    func overtaken() {
        let cache = NamedCache<Int>()
        let drops = cache.find("a").drops
        cache.drop("a")
        cache.insert(1, named: "a", drops: drops)
        #expect(cache.find("a").value == nil)
    }

    @Test("beyond the limit the value that was not used for longest goes")
    func limit() {
        let cache = NamedCache<Int>()
        for name in ["a", "b", "c", "d"] { cache.insert(1, named: name, drops: 0) }
        cache.setLimit(3)
        #expect(cache.find("a").value == nil)
        #expect(cache.find("b").value == 1)
        cache.insert(1, named: "e", drops: 0)
        #expect(cache.find("c").value == nil)
        #expect(cache.find("b").value == 1 && cache.find("d").value == 1 && cache.find("e").value == 1)
        cache.setLimit(0)
        for number in 0..<100 { cache.insert(number, named: "\(number)", drops: 0) }
        #expect(cache.find("0").value == 0)
    }
}
