using System.Net;
using Sandbox.Capture;
using Sandbox.Tests.Runtime;

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
}
