using System.Diagnostics;
using System.Globalization;
using Sandbox.Denials;
using Sandbox.Tests.Runtime;
using Sandbox.Tests.Seccomp;

namespace Sandbox.Tests.Denials;

/// <summary>The audit socket as a source, against the machine's kernel.</summary>
[Collection(ProcessStateCollection.Name)]
public sealed class AuditDenialSessionTests
{
    public AuditDenialSessionTests() => Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs CAP_AUDIT_READ");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void ADenialIsComplete()
    {
        using var denier = new Denier("self", 1);
        using var session = Open(denier.Id);
        var before = DateTimeOffset.Now;
        denier.Go();
        var denial = Assert.Single(Read(session));
        Assert.Equal(("getppid", "Errno", "x86_64", SeccompDenialSource.Audit), (denial.Syscall, denial.Action, denial.Architecture.Replace("aarch64", "x86_64"), denial.Source));
        Assert.Equal((denier.Id, "program", 0L, SeccompDenialScope.Process), (denial.ProcessId, denial.ProcessName, denial.UserId, denial.Scope));
        Assert.EndsWith("/program", denial.Executable);
        Assert.NotEqual(0UL, denial.InstructionPointer);
        Assert.InRange(denial.Time, before.AddMilliseconds(-20), DateTimeOffset.Now);
        Assert.Null(denial.Signal);
        Assert.Equal((1L, 1L), (session.Received, session.Delivered));
        Assert.Contains("followed by the kernel's process events", session.Detail);
    }

    [Theory]
    [InlineData("thread", 3, SeccompDenialScope.Process)]
    [InlineData("child", 3, SeccompDenialScope.Descendant)]
    [InlineData("threadchild", 3, SeccompDenialScope.Descendant)]
    [InlineData("kill", 1, SeccompDenialScope.Descendant)]
    public void ThreadsAndChildrenBelong(string mode, int count, SeccompDenialScope scope)
    {
        using var denier = new Denier(mode, count);
        using var session = Open(denier.Id);
        denier.Go();
        var denials = Read(session);
        Assert.Equal(count, denials.Length);
        Assert.All(denials, d => Assert.Equal(scope, d.Scope));
        if (mode == "kill") Assert.Equal(("getpgid", "KillProcess", "SIGSYS"), (denials[0].Syscall, denials[0].Action, denials[0].Signal));
    }

    // Each of them is gone from /proc before its record can be matched.
    [Fact]
    public void ShortLivedGrandchildrenAreNeverMissed()
    {
        using var denier = new Denier("storm", 2000);
        using var session = Open(denier.Id);
        denier.Go();
        var denials = Read(session);
        Assert.Equal(2000, denials.Length);
        Assert.All(denials, d => Assert.Equal(SeccompDenialScope.Descendant, d.Scope));
        Assert.Equal(2000, denials.Select(d => d.ProcessId).Distinct().Count());
        Assert.Equal((0L, true), (session.Lost, session.LossKnown));
    }

    // Without the kernel's events, /proc is looked at every 250 ms, and the session says so.
    [Fact]
    public void WithoutEventsALongLivedChildBelongsToo()
    {
        using var denier = new Denier("slowchild", 3);
        var proc = new ProcTree();
        using var session = AuditDenialSession.Open(new ProcessScope(ScopeTarget.Of(new() { ProcessId = denier.Id }, proc), proc, new KernelScopeClock(), null, "socket: EPERM"));
        denier.Go();
        Assert.Equal([SeccompDenialScope.Descendant, SeccompDenialScope.Descendant, SeccompDenialScope.Descendant], Read(session).Select(d => d.Scope));
        Assert.Contains("looked for every 250 ms, since the kernel's process events can't be had (socket: EPERM)", session.Detail);
    }

    // Pids in records are those of the host, however deep the namespace.
    [Fact]
    public void ProcessesOfNestedNamespacesBelong()
    {
        using var denier = new Denier("space", 2);
        using var session = Open(denier.Id);
        denier.Go();
        var denials = Read(session);
        Assert.Equal(4, denials.Length);
        Assert.Equal(2, denials.Select(d => d.ProcessId).Distinct().Count());
        Assert.All(denials, d => Assert.True(d.ProcessId > denier.Id, $"{d.ProcessId}"));
    }

    [Fact]
    public void AnOddNameIsDecoded()
    {
        using var denier = new Denier("odd", 1);
        using var session = Open(denier.Id);
        denier.Go();
        Assert.Equal("a \"b\nä", Assert.Single(Read(session)).ProcessName);
    }

    [Theory]
    [InlineData("i386", "close", "x86", 6)]
    [InlineData("x32", "getpid", "x32", 0x40000027)]
    public void ACallIsOfItsArchitecture(string mode, string name, string architecture, int number)
    {
        Assert.SkipUnless(System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.X64, "calls of x86");
        using var denier = new Denier(mode, 1);
        using var session = Open(denier.Id);
        denier.Go();
        var denial = Assert.Single(Read(session));
        if (mode == "i386") (name, number) = ("read", 3);
        Assert.Equal((name, architecture, number), (denial.Syscall, denial.Architecture, denial.SyscallNumber));
    }

    [Fact]
    public void WhatWasDeniedBeforeIsntOfTheWatch()
    {
        using var denier = new Denier("flood", 1000);
        denier.Go(wait: false);
        Thread.Sleep(50);
        using var session = Open(denier.Id);
        var opened = session.StartTime;
        denier.Dispose();
        Assert.All(Read(session), d => Assert.True(d.Time >= opened.AddMilliseconds(-20), $"{d.Time:O} {opened:O}"));
    }

    [Fact]
    public void AGroupIsWatched()
    {
        using var group = new MadeCgroup();
        using var denier = new Denier("child", 2);
        using var neighbour = new Denier("child", 2);
        group.Add(denier.Id);
        using var session = AuditDenialSession.Open(ProcessScope.For(new() { CgroupPath = group.Path }));
        neighbour.Go();
        denier.Go();
        Assert.True(session.Drain(TimeSpan.FromSeconds(10)));
        var denials = session.Read(TimeSpan.FromMilliseconds(500), Cancellation).ToArray();
        Assert.Equal(2, denials.Length);
        Assert.All(denials, d => Assert.Equal((SeccompDenialScope.Cgroup, true), (d.Scope, d.ProcessId != neighbour.Id)));
        Assert.Equal(2, session.Received);
    }

    // The group is one of cgroup v1 where the machine has any, and the process joins it later.
    [Theory]
    [InlineData("cgroup2")]
    [InlineData("cgroup")]
    public void AProcessThatJoinsAGroupLaterIsWatched(string type)
    {
        using var group = new MadeCgroup(type);
        using var session = AuditDenialSession.Open(ProcessScope.For(new() { CgroupPath = group.Directory }));
        using var denier = new Denier("self", 1);
        Directory.CreateDirectory(group.Directory + "/below");
        group.Add(denier.Id, "below");
        Thread.Sleep(2 * ProcessScope.RefreshMilliseconds); // no event tells of the move, and the process ends at once
        denier.Go();
        var denial = Assert.Single(session.Read(TimeSpan.FromSeconds(2), Cancellation).Take(1));
        Assert.Equal((denier.Id, SeccompDenialScope.CgroupBelow), (denial.ProcessId, denial.Scope));
    }

    [Fact]
    public void APidNamespaceIsWatched()
    {
        using var denier = new Denier("child", 2, "/usr/bin/unshare", "--pid", "--fork", "--kill-child");
        using var neighbour = new Denier("child", 2);
        var space = ulong.Parse(new FileInfo($"/proc/{denier.Id}/ns/pid").LinkTarget![5..^1], CultureInfo.InvariantCulture);
        using var session = AuditDenialSession.Open(ProcessScope.For(new() { PidNamespace = space }));
        neighbour.Go();
        denier.Go();
        var denials = Read(session);
        Assert.Equal(2, denials.Length);
        Assert.All(denials, d => Assert.Equal(SeccompDenialScope.PidNamespace, d.Scope));
    }

    [Fact]
    public void ADrainedSessionHasEverythingThatHappenedBefore()
    {
        using var denier = new Denier("self", 5000);
        using var session = AuditDenialSession.Open(ProcessScope.For(new() { All = true }));
        denier.Go();
        Assert.True(session.Drain(TimeSpan.FromSeconds(10)));
        session.Dispose();
        Assert.Equal(5000, session.Read(TimeSpan.FromSeconds(1), Cancellation).Where(d => d.ProcessId == denier.Id).Sum(d => d.Count));
    }

    // A denial of our own proves that a source receives; no session reports it.
    [Fact]
    public void TheCanaryIsntReported()
    {
        using var first = AuditDenialSession.Open(ProcessScope.For(new() { All = true }));
        using (AuditDenialSession.Open(ProcessScope.For(new() { All = true })))
        {
        }

        Assert.True(first.Drain(TimeSpan.FromSeconds(10)));
        Assert.DoesNotContain(first.Read(TimeSpan.FromMilliseconds(100), Cancellation), d => d.ProcessName!.StartsWith("sbx-", StringComparison.Ordinal));
    }

    [Fact]
    public void ClosingEndsWithin100MsAndLeavesNothing()
    {
        using var flood = new Denier("flood", 1000);
        Open(flood.Id).Dispose();
        var before = ProcessState.Descriptors();
        var children = ProcessState.Children();
        var session = AuditDenialSession.Open(ProcessScope.For(new() { All = true }));
        flood.Go(wait: false);
        Assert.NotEmpty(session.Read(TimeSpan.FromSeconds(5), Cancellation).Take(1));
        var clock = Stopwatch.StartNew();
        session.Dispose();
        Assert.True(clock.ElapsedMilliseconds < 100, $"{clock.ElapsedMilliseconds} ms");
        // A thread that was joined has ended for .NET; the kernel takes a moment more to remove its entry.
        Assert.True(ProcessState.Eventually(() => !ProcessState.ThreadNames().Any(n => n.StartsWith("Sandbox.Audit", StringComparison.Ordinal)), 100), "its thread is left");
        Assert.Empty(ProcessState.NewDescriptors(before));
        Assert.Equal(children, ProcessState.Children());
        session.Dispose();
    }

    [Fact]
    public void TheSessionEndsWithWhatIsWatched()
    {
        using var denier = new Denier("self", 10);
        using var session = Open(denier.Id);
        denier.Go();
        var clock = Stopwatch.StartNew();
        Assert.Equal(10, session.Read(null, Cancellation).Count());
        Assert.True(clock.ElapsedMilliseconds < 3000, $"{clock.ElapsedMilliseconds} ms");
    }

    [Fact]
    public void ASilentSourceIsAnErrorWithItsRemedy()
    {
        var (_, output, error) = InHost("/usr/bin/unshare", "--net");
        Assert.True(output.Contains("WatchSeccompDenial,AUDIT_SILENT", StringComparison.Ordinal), output + error);
        Assert.Contains("network", output);
    }

    [Fact]
    public void AMissingPrivilegeIsAnErrorWithItsRemedy()
    {
        var (_, output, error) = InHost("/usr/bin/setpriv", "--bounding-set=-audit_read", "--inh-caps=-audit_read");
        Assert.True(output.Contains("WatchSeccompDenial,NO_AUDIT_READ PermissionDenied", StringComparison.Ordinal), output + error);
        Assert.Contains("CAP_AUDIT_READ", output);
    }

    [Fact]
    public void WithoutTheKernelsCounterTheLossIsntKnown()
    {
        var (_, output, error) = InHost("/usr/bin/setpriv", "--bounding-set=-audit_control", "--inh-caps=-audit_control");
        Assert.True(output.Contains("LossKnown False", StringComparison.Ordinal), output + error);
        Assert.Contains("AUDIT_GET", output);
    }

    private static (int Code, string Output, string Error) InHost(params string[] wrapper) =>
        CProgram.Run(wrapper[0], [.. wrapper[1..], Path.Combine(AppContext.BaseDirectory, "Sandbox.Engine.Tests"), "host", "watch"]);

    internal static AuditDenialSession Open(int pid) => AuditDenialSession.Open(ProcessScope.For(new() { ProcessId = pid }));

    internal static SeccompDenial[] Read(SeccompDenialSession session) => [.. session.Read(TimeSpan.FromSeconds(30), Cancellation)];
}
