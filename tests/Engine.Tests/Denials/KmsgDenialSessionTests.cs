using System.Globalization;
using Sandbox.Denials;
using Sandbox.Native;
using Sandbox.Tests.Runtime;

namespace Sandbox.Tests.Denials;

/// <summary>The kernel log as a source: made logs for its faults, the machine's own for the rest.</summary>
public sealed class KmsgDenialSessionTests : IDisposable
{
    private readonly FakeKmsg _log = new();
    private readonly FakeProc _proc = new();
    private int _sequence = 100;

    // Other errors than an overrun end the session and are told; nothing spins.
    [Fact]
    public void AReadErrorEndsItAtOnce()
    {
        using var session = Open();
        _log.Always = Errno.EIO;
        _log.Fail(Errno.EIO);
        var error = Assert.Throws<ErrnoException>(() => session.Read(TimeSpan.FromSeconds(10), default).ToArray());
        Assert.Equal(Errno.EIO, error.Errno);
        Assert.Same(error, session.Failure);
        var reads = _log.Reads;
        Thread.Sleep(100);
        Assert.Equal(reads, _log.Reads);
    }

    [Fact]
    public void AnOverrunIsCountedAndReadingGoesOn()
    {
        using var session = Open();
        Record(11);
        _log.Fail(Errno.EPIPE);
        _sequence += 540;
        Record(16);
        Assert.Equal(2, Take(session, 2).Length);
        Assert.True(ProcessState.Eventually(() => session.Lost == 4));
        Assert.Null(session.Failure);
        Assert.Contains("540 lines", session.Detail);
    }

    [Fact]
    public void WhatTheRateLimitSwallowedIsLost()
    {
        using var session = Open();
        Record(11);
        Line("kauditd_printk_skb: 99990 callbacks suppressed");
        Assert.True(ProcessState.Eventually(() => session.Lost == 99990));
        Assert.False(session.LossKnown);
        // Its own serial counts the same ones.
        Record(11 + 99990 + 1);
        Assert.True(ProcessState.Eventually(() => session.Received == 2 && session.Lost == 99990));
        Assert.Contains("printk", session.Detail);
    }

    // Any process that may write to the log has another facility than the kernel.
    [Fact]
    public void AForgedRecordIsntTaken()
    {
        using var session = Open();
        _log.Add(Text(11, "12"));
        Record(12);
        Assert.Equal(12, Serial(Assert.Single(Take(session, 1))));
        Assert.Equal(1, session.Received);
    }

    [Fact]
    public void WhatWasInTheLogBeforeIsntOfTheWatch()
    {
        using var session = Open();
        Record(9);
        Record(10);
        Record(11);
        Assert.Equal(11, Serial(Assert.Single(Take(session, 1))));
        Assert.Equal(1, session.Received);
    }

    [Fact]
    public void AMalformedRecordIsCountedAndReadingGoesOn()
    {
        using var session = Open();
        Line("audit: type=1326 audit(1.000:11): pid=none");
        Line("audit: type=1326 nonsense");
        Record(12);
        Assert.Equal(12, Serial(Assert.Single(Take(session, 1))));
        Assert.Equal(2, session.Malformed);
        Assert.Contains("2 records weren't understood", session.Detail);
        Assert.Equal(0, session.Lost);
    }

    [Fact]
    public void AnEndOfTheLogIsAnError()
    {
        using var session = Open();
        _log.Add("");
        Assert.Equal("WatchSeccompDenial,NO_KMSG", Assert.Throws<SandboxException>(() => session.Read(TimeSpan.FromSeconds(10), default).ToArray()).ErrorId);
    }

    [Fact]
    public void ASymbolicLinkIsRefused()
    {
        using var scratch = new ScratchDirectory();
        File.CreateSymbolicLink(scratch.At("kmsg"), "/dev/kmsg");
        Assert.Equal("WatchSeccompDenial,KMSG_SYMLINK", Assert.Throws<SandboxException>(() => KmsgDevice.Open(scratch.At("kmsg"))).ErrorId);
        Assert.Equal("WatchSeccompDenial,NO_KMSG", Assert.Throws<SandboxException>(() => KmsgDevice.Open(scratch.At("none"))).ErrorId);
    }

    // The machine's own log: what was denied before isn't told, what is denied then is.
    [Fact]
    public void TheMachinesLogTellsOfADenial()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs CAP_SYSLOG");
        using var before = new Denier("self", 1);
        before.Go();
        using var denier = new Denier("self", 2);
        using var session = OpenReal(denier.Id);
        denier.Go();
        var denials = session.Read(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken).ToArray();
        // Some may have been swallowed by the rate limit; those are counted.
        Assert.True(denials.Length is > 0 and <= 2 || session.Lost > 0, session.Detail);
        Assert.All(denials, d => Assert.Equal((denier.Id, "getppid", "Errno", SeccompDenialSource.Kmsg), (d.ProcessId, d.Syscall, d.Action, d.Source)));
    }

    public void Dispose()
    {
        _log.Dispose();
        _proc.Dispose();
    }

    // Ten records in five seconds are for all processes of the machine: others may use them up.
    private static KmsgDenialSession OpenReal(int pid)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return KmsgDenialSession.Open(ProcessScope.For(new() { ProcessId = pid }));
            }
            catch (SandboxException e) when (e.ErrorId == "WatchSeccompDenial,KMSG_SILENT")
            {
                Assert.Contains("printk", e.Remedy);
                Assert.SkipWhen(attempt == 8, "other processes use up the log's rate limit");
                Thread.Sleep(1500);
            }
        }
    }

    private KmsgDenialSession Open() => KmsgDenialSession.OpenUnproven(new(new() { All = true, Description = "every process" }, _proc.Tree, _proc), _log, isLimited: true, serial: 10);

    private static SeccompDenial[] Take(SeccompDenialSession session, int count) => [.. session.Read(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken).Take(count)];

    private void Line(string text) => _log.Add(string.Create(CultureInfo.InvariantCulture, $"5,{_sequence++},1,-;{text}\n"));

    private void Record(int serial) => _log.Add(Text(serial, "5"));

    private string Text(int serial, string prefix) => string.Create(CultureInfo.InvariantCulture, $"{prefix},{_sequence++},1,-;audit: type=1326 audit(1.000:{serial}): auid=0 uid=0 gid=0 ses=1 pid=7 comm=\"x\" exe=\"/x\" sig=0 arch=c000003e syscall=110 compat=0 ip=0x{serial:x} code=0x50000\n");

    private static int Serial(SeccompDenial denial) => (int)denial.InstructionPointer;
}
