using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Sandbox.Capture;
using Sandbox.Native;
using Sandbox.Tests.Runtime;
using Sandbox.Tests.Seccomp;

namespace Sandbox.Tests.Capture;

/// <summary>Owners of packets against packets that say themselves whose they are.</summary>
[Collection(ProcessStateCollection.Name)]
public sealed class SocketOwnersTests : IDisposable
{
    private readonly OwnerNetwork _network = new();

    public void Dispose() => _network.Dispose();

    [Theory]
    [InlineData(OwnerNetwork.Server4, false)]
    [InlineData(OwnerNetwork.Server6, false)]
    [InlineData(OwnerNetwork.Server4, true)]
    public void Packets_have_the_process_that_owns_their_socket(string server, bool immediate)
    {
        var path = _network.At("owners.pcapng");
        using var capture = PacketCapture.Start(new() { Interface = "va", NetworkNamespace = _network.Here, ProcessAttribution = true, Immediate = immediate }, path, new(), null);
        var log = _network.Work(server, 10);
        Thread.Sleep(100);
        capture.Stop();
        Assert.Equal((0L, 0L), (capture.Dropped, capture.LostOwnerEvents));
        var judge = new OwnerJudge(log);
        using (var reader = new CaptureFileReader(path))
        {
            foreach (var frame in reader.Frames()) judge.Judge(frame, [PacketTuple.Number(IPAddress.Parse("10.9.9.1")), PacketTuple.Number(IPAddress.Parse("fd09::1"))]);
        }

        TestContext.Current.SendDiagnosticMessage($"{judge.Labelled} packets with a label, {judge.Unlabelled} without, {judge.Unjudged} of nobody; {judge.Wrong.Count} wrong, {judge.Unknown} unknown, recall {judge.Recall:p2}; {log.Count(l => l.StartsWith("reused", StringComparison.Ordinal))} pids reused");
        Assert.True(judge.Wrong.Count == 0, string.Join('\n', judge.Wrong.Take(20)));
        Assert.True(judge.Labelled > 1500 && judge.Unlabelled > 1000, $"{judge.Labelled} {judge.Unlabelled}");
        Assert.True(judge.Recall >= 0.99, $"recall {judge.Recall:p2}\n" + string.Join('\n', judge.Missed.Take(40)));
        Assert.Contains(log, l => l.StartsWith("reused", StringComparison.Ordinal));
    }

    [Fact]
    public void Sockets_of_another_network_namespace_are_not_told()
    {
        var path = _network.At("there.pcapng");
        using var capture = PacketCapture.Start(new() { Interface = "vb", NetworkNamespace = _network.There, ProcessAttribution = true }, path, new(), null);
        _network.Work(OwnerNetwork.Server4, 1);
        Thread.Sleep(100);
        capture.Stop();
        using var reader = new CaptureFileReader(path);
        var names = reader.Frames().Where(f => f.ProcessId is not null).Select(f => f.Comment).Distinct().ToArray();
        // The sockets there are all of the program that serves, which goes by its file's name; those here have names of their own.
        Assert.Equal(["process program"], names);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Nothing_stays_after_its_end(bool information)
    {
        var before = Descriptors();
        var during = Inside(() =>
        {
            using var owners = SocketOwners.Start(information: information);
            Assert.Equal(information, HasThread());
            return Descriptors();
        });
        Assert.False(HasThread());
        Assert.True(during >= before + 14, $"{before} {during}"); // four maps and a link for each program at least
        Assert.Equal(before, Descriptors());
    }

    [Fact]
    public void Events_that_had_no_room_are_counted_and_lead_to_unknown() => Inside(() =>
    {
        using var owners = SocketOwners.Start(ringSize: 4096);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Connect(IPAddress.Parse(OwnerNetwork.Server4), 9000);
        PacketTuple tuple = new(PacketTuple.Udp, false, PacketTuple.Number(IPAddress.Parse("10.9.9.1")), (ushort)((IPEndPoint)socket.LocalEndPoint!).Port, PacketTuple.Number(IPAddress.Parse(OwnerNetwork.Server4)), 9000);
        var segment = new byte[8];
        socket.Send([1]);
        var first = RealClock.Now;
        Assert.Equal(Environment.ProcessId, owners.Find(tuple, segment, first)?.ProcessId);
        Assert.Equal(0, owners.Lost);
        for (var i = 0; i < 200; i++) new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp).Dispose();
        var lost = RealClock.Now;
        Assert.Null(owners.Find(tuple, segment, first));
        Assert.Null(owners.Find(tuple, segment, lost));
        Assert.InRange(owners.Lost, 100, 500);
        // What comes then is told anew.
        socket.Send([2]);
        Assert.Equal(Environment.ProcessId, owners.Find(tuple, segment, RealClock.Now)?.ProcessId);
        return 0;
    });

    [Fact]
    public void A_socket_from_before_is_of_the_one_process_that_has_it() => Inside(() =>
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Any, 7777));
        using var owners = SocketOwners.Start();
        CaptureTool.Run("ip", "netns", "exec", _network.There, "python3", "-c", "import socket; s = socket.socket(type=socket.SOCK_DGRAM); s.bind(('', 7778)); s.sendto(b'x', ('10.9.9.1', 7777))");
        PacketTuple tuple = new(PacketTuple.Udp, false, PacketTuple.Number(IPAddress.Parse(OwnerNetwork.Server4)), 7778, PacketTuple.Number(IPAddress.Parse("10.9.9.1")), 7777);
        var owner = owners.Find(tuple, new byte[8], RealClock.Now);
        Assert.Equal(Environment.ProcessId, owner?.ProcessId);
        Assert.Equal(0, owner?.ThreadId); // which of its threads used it isn't known
        return 0;
    });

    // Where descriptors run out, at each that it makes.
    [Fact]
    public void Nothing_stays_of_a_start_that_fails()
    {
        if (Environment.GetEnvironmentVariable("SANDBOX_FEW_DESCRIPTORS") is null)
        {
            // As many as that would be too few for other tests of this process.
            var (code, output, error) = CProgram.Run("env", ["SANDBOX_FEW_DESCRIPTORS=1", Path.Combine(AppContext.BaseDirectory, "Sandbox.Engine.Tests"), "-noColor", "-noLogo", "-method", $"{typeof(SocketOwnersTests).FullName}.{nameof(Nothing_stays_of_a_start_that_fails)}"]);
            Assert.True(code == 0, output + error);
            Assert.Matches("Total: 1, Errors: 0, Failed: 0, Skipped: 0", output);
            return;
        }

        Inside(() =>
        {
            SocketOwners.Start(information: true).Dispose(); // what it needs once is there then
            var before = Directory.GetFiles("/proc/self/fd").Length;
            var failures = 0;
            for (var more = 0; ; more++)
            {
                Limit(before + more);
                try
                {
                    SocketOwners.Start(information: true).Dispose();
                    break;
                }
                catch (Exception e) when (e is SandboxException or IOException or OutOfMemoryException) // the last from a thread that has no pipe
                {
                    failures++;
                }
                finally
                {
                    Limit(1024);
                }

                Assert.False(HasThread());
                Assert.InRange(Directory.GetFiles("/proc/self/fd").Length, 0, before);
            }

            Assert.InRange(failures, 18, 60);
            return 0;
        });
    }

    private static void Limit(int descriptors) => Assert.Equal(0, SetLimit(7 /* RLIMIT_NOFILE */, [(ulong)descriptors, 1024]));

    [DllImport("libc", EntryPoint = "setrlimit")]
    private static extern int SetLimit(int resource, ulong[] currentAndMost);

    // Its name as the kernel keeps it.
    private static bool HasThread() => Directory.GetDirectories("/proc/self/task").Any(t => File.ReadAllText(t + "/comm") == "Sandbox.Process\n");

    // Links to what the kernel has of programs and maps of this process.
    private static int Descriptors() => Directory.GetFiles("/proc/self/fd").Count(f => new FileInfo(f).LinkTarget?.Contains("bpf", StringComparison.Ordinal) == true);

    private T Inside<T>(Func<T> action)
    {
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("ip", ["netns", "exec", _network.Here, "sleep", "60"]))!;
        try
        {
            Assert.True(ProcessState.Eventually(() => File.ReadAllText($"/proc/{process.Id}/comm") == "sleep\n"));
            using var space = NetworkNamespace.Of(process.Id);
            return space.Run(action);
        }
        finally
        {
            process.Kill();
            process.WaitForExit();
        }
    }
}
