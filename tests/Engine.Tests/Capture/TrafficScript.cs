namespace Sandbox.Tests.Capture;

/// <summary>Traffic on the loopback of a network namespace: a resolver, and connections and datagrams of known sizes to what it names.</summary>
internal static class TrafficScript
{
    public const string Text = """
        import socket, struct, sys, threading
        dns = socket.socket(type=socket.SOCK_DGRAM); dns.bind(('127.0.0.53', 53))
        def name(text): return b''.join(bytes([len(l)]) + l.encode() for l in text.split('.')) + b'\0'
        def record(owner, kind, data): return owner + struct.pack('>HHIH', kind, 1, 60, len(data)) + data
        def resolver():
            while True:
                query, peer = dns.recvfrom(512)
                answers = [record(b'\xc0\x0c', 5, name('edge.cdn.test')), record(name('edge.cdn.test'), 1, socket.inet_aton('127.0.0.7'))]
                dns.sendto(query[:2] + struct.pack('>HHHHH', 0x8180, 1, len(answers), 0, 0) + query[12:] + b''.join(answers), peer)
        threading.Thread(target=resolver, daemon=True).start()
        def resolve(text):
            with socket.socket(type=socket.SOCK_DGRAM) as s:
                s.settimeout(5); s.connect(('127.0.0.53', 53)); s.send(struct.pack('>HHHHHH', 7, 0x100, 1, 0, 0, 0) + name(text) + struct.pack('>HH', 1, 1)); s.recv(512)
        server = socket.create_server(('127.0.0.7', 8080)); server.settimeout(5)
        def connection(sent, received):
            with socket.create_connection(('127.0.0.7', 8080), 5) as s:
                peer, _ = server.accept()
                with peer:
                    for data, a, b in ((sent, s, peer), (received, peer, s)):
                        threading.Thread(target=a.sendall, args=(bytes(data),)).start()
                        while data > 0: data -= len(b.recv(65536))
        resolve(sys.argv[1])
        for size in (1, 10_000, 300_000): connection(size, 2 * size)
        try: socket.create_connection(('127.0.0.7', 8081), 5)
        except ConnectionRefusedError: pass
        datagrams = socket.socket(type=socket.SOCK_DGRAM); datagrams.bind(('127.0.0.7', 9))
        for i in range(20):
            with socket.socket(type=socket.SOCK_DGRAM) as s:
                for j in range(i + 1): s.sendto(bytes(100 + i), ('127.0.0.7', 9))
        """;
}
