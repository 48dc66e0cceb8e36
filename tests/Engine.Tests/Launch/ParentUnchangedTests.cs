using System.Diagnostics;
using System.Runtime.InteropServices;
using Sandbox.Hardening;
using Sandbox.Tests.Runtime;
using Tmds.Linux;

namespace Sandbox.Tests.Launch;

/// <summary>A launch changes nothing in the process that makes it.</summary>
[Collection(ProcessStateCollection.Name)]
public sealed partial class ParentUnchangedTests
{
    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int Prctl(int option, nint a, nint b, nint c, nint d);

    [LibraryImport("libc", EntryPoint = "umask")]
    private static partial int Umask(int mask);

    [Fact]
    public void Signal_mask_umask_directory_dumpable_and_ids_stay()
    {
        RunAll();
        var before = Attributes();
        for (var i = 0; i < 5; i++) RunAll();
        Assert.Equal(before, Attributes());
    }

    [Fact]
    public void Descriptors_threads_and_children_stay()
    {
        RunAll(); // makes what is kept for the process: the launcher's image, the idmap namespace
        Assert.True(ProcessState.Eventually(ProcessState.NoEventLoop));
        var descriptors = ProcessState.Descriptors();
        var children = ProcessState.Children();
        for (var i = 0; i < 10; i++) RunAll();
        Assert.True(ProcessState.Eventually(ProcessState.NoEventLoop), string.Join(' ', ProcessState.ThreadNames()));
        Assert.Empty(ProcessState.NewDescriptors(descriptors));
        Assert.Equal(children, ProcessState.Children());
    }

    [Fact]
    public void The_standing_descriptors_are_close_on_exec()
    {
        RunAll();
        using var child = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "ls -l /proc/self/fd"]) { RedirectStandardOutput = true })!;
        var seen = child.StandardOutput.ReadToEnd();
        Assert.DoesNotContain("sandbox-", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("user:[", seen, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_children_of_the_process_keep_their_statuses()
    {
        var others = Enumerable.Range(0, 24).Select(i => (Code: i, Process: Process.Start("/bin/sh", ["-c", $"sleep 0.{i % 5}; exit {i}"]))).ToArray();
        for (var i = 0; i < 25; i++) RunAll();
        foreach (var (code, process) in others)
        {
            Assert.True(process.WaitForExit(10_000));
            Assert.Equal(code, process.ExitCode);
            process.Dispose();
        }
    }

    [Fact]
    public unsafe void A_child_that_the_process_waits_for_by_itself_is_left_to_it()
    {
        // A child that only its pid is known of, as another library in the process would have it.
        var pid = Sandbox.Native.PosixSpawn.Start("/bin/sh", ["sh", "-c", "exit 41"], [], newSession: false);
        for (var i = 0; i < 10; i++) RunAll();
        Assert.Contains(pid, ProcessState.Children());
        Assert.True(Sandbox.Native.Wait.Reap(pid));
    }

    private static void RunAll()
    {
        Assert.Equal(0, Sandboxed.Run(Sandboxed.Strict, "/bin/true").ExitCode);
        Assert.Equal(1, Sandboxed.Run(Sandboxed.Standard, "/bin/false").ExitCode);
        Assert.Throws<HardeningException>(() => Sandboxed.Run(Sandboxed.Strict with { ResourceLimits = new Dictionary<string, string> { ["as"] = "4096" } }, "/bin/true") is { Signal: not null } ? throw Ended : Sandboxed.Strict);
    }

    // An exec under so small an address space fails before or after the point of no return; both are ends.
    private static HardeningException Ended => new("", SandboxErrorKind.NotSpecified, "", null, []);

    private static string Attributes()
    {
        var umask = Umask(0);
        _ = Umask(umask);
        var masks = ProcessState.Status("/proc/thread-self/status", "SigBlk");
        return $"dumpable {Prctl(3, 0, 0, 0, 0)}, umask {umask}, mask {masks}, ignored {ProcessState.Status("SigIgn")}, caught {ProcessState.Status("SigCgt")}, cwd {Environment.CurrentDirectory}, "
            + $"uid {ProcessState.Status("Uid")}, caps {ProcessState.Status("CapEff")}, nnp {ProcessState.Status("NoNewPrivs")}, seccomp {ProcessState.Status("Seccomp")}, "
            + $"session {LibC.getpgrp()}, subreaper {Subreaper()}, namespaces {string.Join(' ', Directory.GetFiles("/proc/thread-self/ns").Order().Select(f => new FileInfo(f).LinkTarget))}";
    }

    private static unsafe int Subreaper()
    {
        var value = -1;
        _ = Prctl(37, (nint)(&value), 0, 0, 0);
        return value;
    }
}
