using System.Text;
using Sandbox.Capture;
using Sandbox.Native;
using Sandbox.Tests.Runtime;

namespace Sandbox.Tests.Capture;

/// <summary>Keys of TLS on their way into capture files, up to the decryption by tshark.</summary>
[Collection(ProcessStateCollection.Name)]
public sealed class TlsKeyLogTests : IDisposable
{
    private const string Key = "CLIENT_TRAFFIC_SECRET_0 00ff aabb", Other = "SERVER_TRAFFIC_SECRET_0 00ff ccdd";

    // A server and a client of HTTP over TLS on loopback; the client writes its keys to a file.
    private const string Script = """
        import socket, ssl, sys, threading
        directory, count = sys.argv[1], int(sys.argv[2])
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER); server.load_cert_chain(directory + '/cert.pem', directory + '/key.pem')
        client = ssl.create_default_context(cafile=directory + '/cert.pem'); client.check_hostname = False; client.keylog_filename = directory + '/keys.txt'
        listener = socket.create_server(('127.0.0.1', 443)); listener.settimeout(10)
        def serve():
            for _ in range(count):
                peer, _ = listener.accept()
                with server.wrap_socket(peer, server_side=True) as s:
                    s.recv(4096); s.sendall(b'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 6\r\nConnection: close\r\n\r\nsecret')
        thread = threading.Thread(target=serve); thread.start()
        for number in range(count):
            with client.wrap_socket(socket.create_connection(('127.0.0.1', 443), 10)) as s:
                s.sendall(b'GET /%d HTTP/1.1\r\nHost: localhost\r\n\r\n' % number)
                while s.recv(4096): pass
        thread.join()
        """;

    private readonly ScratchDirectory _directory = new();

    private string Log => _directory.At("keys.txt");

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(null)]
    [InlineData(20_000L)]
    public void Tshark_decrypts_what_a_program_wrote_the_keys_of(long? rotate)
    {
        using var network = new TestNetwork();
        CaptureTool.Run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", _directory.At("key.pem"), "-out", _directory.At("cert.pem"), "-subj", "/CN=localhost", "-days", "2");
        using var capture = PacketCapture.Start(new() { Interface = "lo", NetworkNamespace = network.Name, TlsKeyLog = Log }, _directory.At("tls.pcapng"), new() { Size = rotate }, null);
        network.Inside("python3", "-c", Script, _directory.Path, "12");
        capture.Stop();
        Assert.Equal((System.IO.File.ReadAllLines(Log).Count(l => !l.StartsWith('#')), 0L), ((int)capture.TlsKeys, capture.TlsKeysLost));
        File.Delete(Log);
        Assert.True(rotate is null ? capture.Files.Count == 1 : capture.Files.Count > 1);
        var requests = capture.Files.SelectMany(f => Decrypted(f, "http.request.uri"));
        var answers = capture.Files.SelectMany(f => Decrypted(f, "http.file_data"));
        if (rotate is null)
        {
            // In one pass: the keys stand before the packets, unless the machine lets the client wait for as long as packets do.
            Assert.InRange(requests.Intersect(Enumerable.Range(0, 12).Select(i => $"/{i}")).Count(), 9, 12);
            Assert.Equal(Enumerable.Repeat("secret", requests.Count()), answers);
        }
        else
        {
            Assert.InRange(requests.Count(), 12 - capture.Files.Count, 12); // those that go over two files are whole in neither
        }

        Assert.All(capture.Files, f => Assert.DoesNotContain("warning", CaptureTool.Try("capinfos", f).Error, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void Only_whole_lines_of_keys_that_are_new_are_taken()
    {
        File.WriteAllText(Log, Other + "\n");
        using var log = new TlsKeyLog(Log);
        Assert.Equal("", Taken(log));
        File.AppendAllText(Log, $"# comment\nroot:x:0:0\n{Key}\r\n{Key[..10]}");
        Assert.Equal(Key + "\n", Taken(log));
        File.AppendAllText(Log, Key[10..] + "\n" + new string('A', 100_000) + " 00 00\n" + Other + "\nA  00\nA 00 \na 00 00\n");
        Assert.Equal($"{Key}\n{Key}\n{Other}\n", Taken(log));
        Assert.Equal((3L, 0L), (log.Keys, log.Lost));
        File.WriteAllText(Log, Other + "\n");
        Assert.Equal($"{Key}\n{Key}\n{Other}\n{Other}\n", Taken(log));
    }

    [Fact]
    public void A_file_made_later_is_taken_from_its_beginning_and_no_link_is_followed()
    {
        using var log = new TlsKeyLog(Log);
        log.Poll();
        File.WriteAllText(Log, Key + "\n");
        Assert.True(SpinWait.SpinUntil(() => Taken(log) == Key + "\n", 30_000));
        File.CreateSymbolicLink(_directory.At("link"), Log);
        Assert.Equal(Errno.ELOOP, Assert.Throws<ErrnoException>(() => new TlsKeyLog(_directory.At("link"))).Errno);
        CaptureTool.Run("mkfifo", _directory.At("fifo"));
        using var fifo = new TlsKeyLog(_directory.At("fifo"));
        Assert.Equal("", Taken(fifo));
    }

    [Fact]
    public void Keys_stand_before_packets_that_waited()
    {
        using var log = new TlsKeyLog(Log);
        using (var writer = new PcapngWriter(_directory.At("a.pcapng"), new()) { Keys = log })
        {
            writer.Interface(new());
            writer.Packet(0, 1, 4, [1, 2, 3, 4]);
            File.WriteAllText(Log, Key + "\n");
        }

        var bytes = Encoding.Latin1.GetString(File.ReadAllBytes(_directory.At("a.pcapng")));
        Assert.InRange(bytes.IndexOf(Key, StringComparison.Ordinal), 1, bytes.IndexOf("\u0001\u0002\u0003\u0004", StringComparison.Ordinal));
    }

    private static string Taken(TlsKeyLog log)
    {
        log.Poll();
        return Encoding.ASCII.GetString(log.Lines);
    }

    private static string[] Decrypted(string file, string field) =>
        CaptureTool.Lines(CaptureTool.Run("tshark", "-n", "-o", "tls.keylog_file:", "-r", file, "-Y", field, "-T", "fields", "-e", field));
}
