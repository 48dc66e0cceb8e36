using System.Text;
using Sandbox.Denials;

namespace Sandbox.Tests.Denials;

/// <summary>
/// Records about Landlock, in the kernel's format (security/landlock/audit.c and audit_log_lsm_data of security/lsm_audit.c). They are
/// texts, since the kernel writes them only while auditing is enabled, which slows every process of a machine until it is booted again.
/// </summary>
public sealed class LandlockEventsTests
{
    private const string Access = "audit(1729738800.268:30): domain=1a6fdc66f blockers=fs.write_file,fs.truncate path=\"/etc/hosts\" dev=\"vda1\" ino=4711";
    private const string Domain = "audit(1729738800.268:30): domain=1a6fdc66f status=allocated mode=enforcing pid=286 uid=1000 exe=\"/root/sandboxer\" comm=\"sandboxer\"";
    private const string Call = "audit(1729738800.268:30): arch=c000003e syscall=257 success=no exit=-13 a0=ffffff9c a1=7ffe a2=241 a3=1b6 items=1 ppid=286 pid=290 auid=4294967295 uid=1000 gid=1000 euid=1000 suid=1000 fsuid=1000 egid=1000 sgid=1000 fsgid=1000 tty=(none) ses=4294967295 comm=\"sh\" exe=\"/usr/bin/dash\" key=(null)";
    private readonly List<SeccompDenial> _denials = [];
    private readonly LandlockEvents _events;

    public LandlockEventsTests() => _events = new(new(new() { All = true, Description = "" }, new ProcTree("/nonexistent"), new KernelScopeClock()), SeccompDenialSource.Audit, _denials.Add);

    [Fact]
    public void WithTheRecordOfItsCallADenialIsComplete()
    {
        Take(LandlockAccess.Type, Access);
        Take(LandlockDomain.Type, Domain);
        Take(LoggedSyscall.Type, Call);
        var denial = Assert.Single(_denials);
        Assert.Equal(("openat", 257, "Landlock(fs.write_file,fs.truncate)", "/etc/hosts"), (denial.Syscall, denial.SyscallNumber, denial.Action, denial.Path));
        Assert.Equal((290, "sh", "/usr/bin/dash", 1000L), (denial.ProcessId, denial.ProcessName, denial.Executable, denial.UserId));
        Assert.Equal([0xffffff9c, 0x7ffe, 0x241, 0x1b6], denial.Arguments);
        Assert.Contains("-WritablePath /etc/hosts", denial.Suggestion);
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1729738800268), denial.Time);
    }

    [Fact]
    public void WithoutItTheMakerOfTheDomainIsNamed()
    {
        Take(LandlockAccess.Type, Access);
        Take(LandlockDomain.Type, Domain);
        Assert.Empty(_denials);
        Assert.True(_events.IsPending);
        _events.Flush(LandlockEvents.WaitMilliseconds);
        var denial = Assert.Single(_denials);
        Assert.Equal(("landlock", -1, 286, "sandboxer", "/root/sandboxer"), (denial.Syscall, denial.SyscallNumber, denial.ProcessId, denial.ProcessName, denial.Executable));
        Assert.Equal("path=/etc/hosts, dev=vda1, ino=4711", string.Join(", ", denial.DecodedArguments));
        Assert.All(denial.DecodedArguments, a => Assert.Equal(-1, a.Index));
    }

    [Fact]
    public void TheDomainIsToldOnceAndKnownForLaterDenials()
    {
        Take(LandlockAccess.Type, Access);
        Take(LandlockDomain.Type, Domain);
        Take(LandlockAccess.Type, "audit(1729738801.000:31): domain=1a6fdc66f blockers=scope.signal opid=1 ocomm=\"systemd\"");
        Take(LandlockDomain.Type, "audit(1729738802.000:32): domain=1a6fdc66f status=deallocated denials=2");
        Assert.Equal([286, 286], _denials.Select(d => d.ProcessId));
        Assert.Equal("Landlock(scope.signal) opid=1, ocomm=systemd", $"{_denials[1].Action} {string.Join(", ", _denials[1].DecodedArguments)}");
        Assert.Contains("scope.signal", _denials[1].Suggestion);
    }

    [Fact]
    public void NetworkAndNamesAreToldAsTheRecordHasThem()
    {
        Take(LandlockDomain.Type, Domain);
        Take(LandlockAccess.Type, "audit(1.000:2): domain=1a6fdc66f blockers=net.connect_tcp daddr=127.0.0.1 dest=443");
        Take(LandlockAccess.Type, "audit(1.000:3): domain=1a6fdc66f blockers=fs.make_reg name=6120622E747874 dev=\"tmpfs\" ino=2");
        Take(LandlockAccess.Type, "audit(1.000:4): domain=1a6fdc66f blockers=ptrace opid=1 ocomm=\"systemd\"");
        _events.Flush(0, all: true);
        Assert.Equal(["daddr=127.0.0.1, dest=443", "name=a b.txt, dev=tmpfs, ino=2", "opid=1, ocomm=systemd"], _denials.Select(d => string.Join(", ", d.DecodedArguments)));
        Assert.All(_denials, d => Assert.Null(d.Path));
    }

    [Fact]
    public void ARecordOfAnotherCallIsntTheirs()
    {
        Take(LandlockAccess.Type, Access);
        Take(LoggedSyscall.Type, Call.Replace(":30)", ":29)"));
        Assert.Empty(_denials);
        Take(LoggedSyscall.Type, Call);
        Assert.Single(_denials);
    }

    [Theory]
    [InlineData(LandlockAccess.Type, "audit(1.0:1): blockers=")]
    [InlineData(LandlockAccess.Type, "audit(1.0:1): domain=xyz blockers=ptrace")]
    [InlineData(LandlockDomain.Type, "audit(1.0:1): domain=1 status=allocated")]
    [InlineData(LandlockDomain.Type, "audit(1.0:1): status=allocated pid=1")]
    public void WhatIsNoRecordIsRefused(int type, string text) => Assert.False(TryTake(type, text));

    // Against a narrower scope: the process of the domain decides.
    [Fact]
    public void ADomainWhoseMakerIsntKnownIsCounted()
    {
        var events = new LandlockEvents(new(new() { ProcessId = 1, Description = "" }, new ProcTree("/nonexistent"), new KernelScopeClock()), SeccompDenialSource.Audit, _denials.Add);
        var text = Encoding.UTF8.GetBytes(Access);
        Assert.True(AuditRecordHead.TryParse(text, out var head) && events.Take(LandlockAccess.Type, head, text, 0));
        events.Flush(0, all: true);
        Assert.Empty(_denials);
        Assert.Equal(1, events.Unattributed);
    }

    private void Take(int type, string text) => Assert.True(TryTake(type, text));

    private bool TryTake(int type, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Assert.True(AuditRecordHead.TryParse(bytes, out var head));
        return _events.Take(type, head, bytes, 0);
    }
}
