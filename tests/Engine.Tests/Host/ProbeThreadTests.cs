using System.Diagnostics;
using Sandbox.Host;
using Sandbox.Native;

namespace Sandbox.Tests.Host;

public sealed class ProbeThreadTests
{
    private static readonly HostState State = new() { CurrentDirectory = "/" };

    [Fact]
    public void ATrialThatThrowsIsARow()
    {
        var row = HostReport.Probe(new("x", "y", "lost", _ => throw new NotSupportedException("no such thing.")), State);
        Assert.False(row.Supported);
        Assert.Equal("NotSupportedException: no such thing", row.Detail);
        Assert.NotEmpty(row.Remedy!);
    }

    [Fact]
    public void AnErrnoAndItsRemedyReachTheRow()
    {
        var row = HostReport.Probe(new("x", "y", "lost", _ => throw new ErrnoException("mount", Errno.EPERM)), State);
        Assert.Equal((1, "EPERM"), (row.Errno, row.ErrnoName));
        Assert.Contains("root", row.Remedy);
    }

    [Fact]
    public void ATrialThatHangsIsGivenUp()
    {
        using var end = new ManualResetEventSlim();
        var clock = Stopwatch.StartNew();
        var result = ProbeThread.Run(
            new("x", "y", "lost", _ =>
            {
                end.Wait();
                return ProbeResult.Yes("late");
            }),
            State,
            TimeSpan.FromMilliseconds(50));
        Assert.Equal(Errno.ETIMEDOUT, result.Errno);
        Assert.InRange(clock.ElapsedMilliseconds, 45, 2000);
        end.Set();
    }
}
