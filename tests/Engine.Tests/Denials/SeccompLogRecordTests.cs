using System.Text;
using Sandbox.Denials;

namespace Sandbox.Tests.Denials;

/// <summary>Records as kernels write them (those with a comment are copied from a machine), and as nobody should.</summary>
public sealed class SeccompLogRecordTests
{
    // Linux 6.18, from the audit socket.
    private const string Plain = "audit(1790000000.123:4567): auid=4294967295 uid=1000 gid=1000 ses=4294967295 pid=42 comm=\"ls\" exe=\"/usr/bin/ls\" sig=31 arch=c000003e syscall=59 compat=0 ip=0x7f1234567890 code=0x80000000";

    [Fact]
    public void EveryFieldIsTaken()
    {
        var denial = Parse(Plain)!;
        Assert.Equal((59, "execve", "x86_64", "KillProcess"), (denial.SyscallNumber, denial.Syscall, denial.Architecture, denial.Action));
        Assert.Equal((42, "ls", "/usr/bin/ls", 1000L), (denial.ProcessId, denial.ProcessName, denial.Executable, denial.UserId));
        Assert.Equal(("SIGSYS", 0x7f1234567890UL, SeccompDenialSource.Audit), (denial.Signal, denial.InstructionPointer, denial.Source));
        Assert.Null(denial.ThreadId);
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1790000000123), denial.Time);
    }

    [Theory]
    [InlineData("0x80000000", "KillProcess")]
    [InlineData("0x0", "KillThread")]
    [InlineData("0x30000", "Trap")]
    [InlineData("0x50000", "Errno")]
    [InlineData("0x50001", "Errno(EPERM)")]
    [InlineData("0x7fc00000", "Notify")]
    [InlineData("0x7ff00000", "Trace")]
    [InlineData("0x7ffc0000", "Log")]
    [InlineData("0x12340000", "0x12340000")]
    public void TheActionIsNamed(string code, string action) => Assert.Equal(action, Parse(Plain.Replace("0x80000000", code))!.Action);

    [Fact]
    public void TheOtherSpellingOfTheCodeIsTakenToo() => Assert.Equal("Errno", Parse(Plain.Replace("code=0x80000000", "action=0x50000"))!.Action);

    // The same number is another call on another architecture.
    [Theory]
    [InlineData("c000003e", "3", "close", "x86_64")]
    [InlineData("40000003", "3", "read", "x86")]
    [InlineData("c00000b7", "3", "io_cancel", "aarch64")]
    [InlineData("c000003e", "1073741863", "getpid", "x32")]
    [InlineData("c000003e", "-1", "#-1", "x86_64")]
    [InlineData("c000003e", "4294967295", "#-1", "x86_64")]
    [InlineData("12345678", "3", "#3", "0x12345678")]
    public void ACallIsOfItsArchitecture(string arch, string number, string name, string architecture)
    {
        var denial = Parse(Plain.Replace("arch=c000003e syscall=59", $"arch={arch} syscall={number}"))!;
        Assert.Equal((name, architecture), (denial.Syscall, denial.Architecture));
    }

    [Theory]
    [InlineData("comm=6C7320222078", "ls \" x")]
    [InlineData("comm=\"6C73\"", "6C73")]
    [InlineData("comm=\"pid=42\"", "pid=42")]
    [InlineData("comm=\"a=b\\'\"", "a=b\\'")]
    [InlineData("comm=6C7300FF", "ls")]
    [InlineData("comm=\"\"", "")]
    [InlineData("comm=(null)", null)]
    [InlineData("comm=C3A4", "ä")]
    [InlineData("comm=odd", "odd")]
    public void NamesAreDecoded(string comm, string? name)
    {
        Assert.Equal(name, Parse(Plain.Replace("comm=\"ls\"", comm))!.ProcessName);
        Assert.Equal(name, Parse(Plain.Replace("exe=\"/usr/bin/ls\"", comm.Replace("comm", "exe")))!.Executable);
    }

    // A longer or shorter token, or one in a name or a label, is no pid.
    [Theory]
    [InlineData("subj=unconfined ppid=7 opid=8 pid=42 comm=\"x\"")]
    [InlineData("subj=docker-default (enforce) pid=42 comm=\"pid=7\"")]
    [InlineData("subj=a pid=7 pid=42 comm=\"x\"")]
    [InlineData("tpid=7 pid=42 comm=2070696429")]
    public void OnlyAWholeTokenIsThePid(string fields) => Assert.Equal(42, Parse(Plain.Replace("pid=42 comm=\"ls\"", fields))!.ProcessId);

    [Fact]
    public void APidIsNeverAPart() => Assert.Equal(421, Parse(Plain.Replace("pid=42 ", "pid=421 "))!.ProcessId);

    [Theory]
    [InlineData("")]
    [InlineData("audit(")]
    [InlineData("audit(x.123:1): pid=1")]
    [InlineData("audit(1.2:3): pid=1 arch=c000003e syscall=1")]
    [InlineData("audit(1.2:3): pid=-1 arch=c000003e syscall=1 code=0x0")]
    [InlineData("audit(1.2:3): pid=1x arch=c000003e syscall=1 code=0x0")]
    [InlineData("audit(1.2:3): pid=99999999999 arch=c000003e syscall=1 code=0x0")]
    [InlineData("audit(1.2:3): pid=1 arch= syscall=1 code=0x0")]
    [InlineData("audit(1.2:3): pid=1 arch=c000003e syscall=99999999999 code=0x0")]
    [InlineData("audit(1.2:3): pid=1 arch=c000003e syscall=1 code=0x123456789")]
    [InlineData("audit(99999999999999999999.2:3): pid=1 arch=c000003e syscall=1 code=0x0")]
    [InlineData("audit(1.2:3)")]
    public void WhatIsNoRecordIsRefused(string text) => Assert.Null(Parse(text));

    // Whatever bytes a record holds, it is a denial or it isn't one.
    [Fact]
    public void NoTextIsAnException()
    {
        var random = new Random(7);
        var bytes = Encoding.UTF8.GetBytes(Plain);
        for (var round = 0; round < 200_000; round++)
        {
            var text = bytes.ToArray();
            for (var i = random.Next(1, 8); i > 0; i--) text[random.Next(text.Length)] = (byte)random.Next(256);
            _ = Parse(text.AsSpan(0, random.Next(text.Length + 1)))?.ToString();
        }
    }

    internal static SeccompDenial? Parse(string text) => Parse(Encoding.UTF8.GetBytes(text));

    private static SeccompDenial? Parse(ReadOnlySpan<byte> text) =>
        AuditRecordHead.TryParse(text, out var head) && SeccompLogRecord.TryParse(head, text, out var record) ? record.ToDenial(SeccompDenialScope.All, SeccompDenialSource.Audit) : null;
}
