using Sandbox.Seccomp;
using Sandbox.Tests.Seccomp;
using Sandbox.Tracing;

namespace Sandbox.Tests.Tracing;

public sealed class AuditLogReaderTests
{
    [Theory]
    [InlineData("type=SECCOMP msg=audit(1700000000.123:45): auid=1000 uid=1000 gid=1000 ses=2 pid=42 comm=\"cat\" exe=\"/usr/bin/cat\" sig=0 arch=c000003e syscall=257 compat=0 ip=0x7f code=0x7ffc0000", "x86_64", "openat", 0)]
    [InlineData("[   12.3] audit: type=1326 audit(1700000000.123:45): auid=4294967295 uid=0 gid=0 ses=1 pid=42 comm=\"cat\" exe=\"/usr/bin/cat\" sig=31 arch=40000003 syscall=3 compat=1 ip=0xf7 code=0x0", "x86", "read", 1)]
    [InlineData("type=SECCOMP msg=audit(1.1:4): pid=42 comm=63617420 exe=\"/a\" sig=0 arch=c000003e syscall=1073741824 compat=0 ip=0x1 code=0x50000", "x32", "read", 1)]
    [InlineData("type=SECCOMP msg=audit(1.1:4): pid=42 arch=x86_64 syscall=mount code=kill_process", "x86_64", "mount", 1)]
    [InlineData("type=SECCOMP msg=audit(1.1:4): pid=42 arch=c000003e syscall=165 action=0x7fc00000", "x86_64", "mount", 0)]
    [InlineData("type=SYSCALL msg=audit(1.1:4): arch=c000003e syscall=59 success=yes exit=0 a0=1 items=2 ppid=1 pid=2 comm=\"x\"", "x86_64", "execve", 0)]
    [InlineData("type=SECCOMP msg=audit(1.1:4): pid=42 comm=\"syscall=1 arch=40000003\" arch=c000003e syscall=165 code=0x50001", "x86_64", "mount", 1)]
    [InlineData("type=SECCOMP msg=audit(1.1:4): pid=42 arch=i386 syscall=socketcall code=trap", "x86", "socketcall", 1)]
    [InlineData("node=host type=SECCOMP msg=audit(1.1:4): pid=42 comm=\"type=SYSCALL\" arch=c000003e syscall=165 code=0x0", "x86_64", "mount", 1)]
    [InlineData("type=SYSCALL msg=audit(1.1:4): arch=c000003e syscall=0 success=yes exit=1 a0=0 comm=\"x\" key=(null)\u001dARCH=x86_64 SYSCALL=read AUID=\"unset\"", "x86_64", "read", 0)]
    public void Records(string line, string architecture, string name, long denied)
    {
        var count = Assert.Single(AuditLogReader.Parse(["type=PATH msg=audit(1.1:4): item=0 name=\"/x\"", line], "log"));
        Assert.Equal((architecture, name, 1L, denied), (count.Architecture, count.Name!, count.Count, count.Denied));
    }

    [Fact]
    public void A_number_below_zero_is_one_that_programs_probe_with()
    {
        var count = Assert.Single(AuditLogReader.Parse(["type=SECCOMP msg=audit(1.1:4): arch=c000003e syscall=-1 code=0x50000", "type=SECCOMP msg=audit(1.1:5): arch=c000003e syscall=4294967295 code=0x7ffc0000"], "log"));
        Assert.Equal(("x86_64", -1, null, 2L, 1L), (count.Architecture, count.Syscall, count.Name, count.Count, count.Denied));
    }

    [Theory]
    [InlineData("type=PATH msg=audit(1.1:4): item=0 name=\"type=SECCOMP\" nametype=NORMAL")]
    [InlineData("type=EXECVE msg=audit(1.1:4): argc=1 a0=\"type=SYSCALL arch=c000003e syscall=165\"")]
    [InlineData("type=USER_CMD msg=audit(1.1:4): pid=1 cmd=\"type=1326\"")]
    public void What_a_program_or_file_is_called_makes_no_record(string line) => Assert.Empty(AuditLogReader.Parse([line], "log"));

    [Theory]
    [InlineData("type=SECCOMP msg=audit(1.1:4): pid=42 syscall=1", "arch=")]
    [InlineData("type=SECCOMP msg=audit(1.1:4): arch=c000003e", "syscall=")]
    [InlineData("type=SECCOMP msg=audit(1.1:4): arch=vax syscall=1", "'arch=vax'")]
    [InlineData("type=SECCOMP msg=audit(1.1:4): arch=x86_64 syscall=nonsuch", "'syscall=nonsuch'")]
    public void A_record_that_can_not_be_read_is_an_error_with_its_place(string line, string reason)
    {
        var error = Assert.Throws<SandboxException>(() => AuditLogReader.Parse(["", line], "log"));
        Assert.Contains("log:2", error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    // The kernel prints few records in a while, so that some tries may give none.
    [Fact]
    public void What_the_kernel_prints_becomes_a_policy()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/dmesg") && CProgram.Run("/usr/bin/dmesg", []).Code == 0, "the kernel log can't be read");
        // Obsolete calls, which nothing else that is logged makes.
        var policy = new SeccompPolicy("logs", SeccompAction.Allow, [new(["lookup_dcookie"], SeccompAction.Log), new(["nfsservctl"], SeccompAction.KillProcess)]);
        SeccompCall[] calls = [SeccompCall.Of(SeccompArchitectures.Native, "lookup_dcookie"), SeccompCall.Of(SeccompArchitectures.Native, "nfsservctl")];
        using var child = new FilteredChild();
        IReadOnlyList<SyscallCount> counts = [];
        for (var tries = 0; tries < 8 && counts.Count < 2; tries++)
        {
            if (tries > 0) Thread.Sleep(1500);
            Assert.Equal(["errno 38", "killed 31"], child.Call(SeccompCompiler.Compile(policy), calls));
            counts = [.. AuditLogReader.Parse(CProgram.Run("/usr/bin/dmesg", []).Output.Split('\n'), "dmesg").Where(c => calls.Any(call => call.Name == c.Name))];
        }

        Assert.SkipWhen(counts.Count < 2, "the kernel didn't print the records: another reader has them, or its limit is reached");
        Assert.Equal((SeccompArchitectures.Name(SeccompArchitectures.Native), 0L), (counts.Single(c => c.Name == "lookup_dcookie").Architecture, counts.Single(c => c.Name == "lookup_dcookie").Denied));
        var killed = counts.Single(c => c.Name == "nfsservctl");
        Assert.Equal(killed.Count, killed.Denied);
        var learned = TracePolicy.Of("dmesg", counts, includeDenied: false, withArguments: false);
        Assert.Equal((SeccompAction.Allow, SeccompAction.Errno), (learned.Decide(calls[0]).Action, learned.Decide(calls[1]).Action));
    }

    [Fact]
    public void Other_lines_are_passed_over() => Assert.Empty(AuditLogReader.Parse(["nothing", "type=CWD msg=audit(1.1:4): cwd=\"/\"", ""], "log"));
}
