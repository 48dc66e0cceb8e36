using System.Diagnostics;
using Sandbox.Tests.Runtime;
using Sandbox.Violations;

namespace Sandbox.Tests.Violations;

/// <summary>Many violations of the same call: no cause is another call's, and looking for causes doesn't lose events.</summary>
public sealed class RecentCausesTests : IDisposable
{
    private readonly ScratchDirectory _scratch = new();

    public RecentCausesTests() => Ebpf.Require();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Calls_that_differ_in_anything_have_causes_of_their_own()
    {
        var process = Sandboxed.Run(Sandboxed.Request(Sandboxed.Strict, "/bin/sh", "-c", "for i in 1 2 3 4 5 6 7 8; do true > /usr/x; chroot / true; nice -n -1 true; done; true") with { RecordViolations = true });
        Assert.True(process.ExitCode == 0, Sandboxed.Describe(process));
        var causes = process.GetViolations().GroupBy(v => v.Syscall).ToDictionary(g => g.Key, g => g.Select(v => v.Cause).Distinct().ToArray());
        Assert.Equal([SandboxViolationCause.ReadOnlyMount], causes["openat"]);
        Assert.Equal([SandboxViolationCause.Seccomp], causes["chroot"]);
        Assert.Equal(8, process.GetViolations().Count(v => v.Operation == "open"));
    }

    [Fact]
    public void A_cause_is_looked_for_anew_when_the_world_has_changed()
    {
        var file = _scratch.At("file");
        File.WriteAllText(file, "x");
        File.SetUnixFileMode(_scratch.Path, (UnixFileMode)0b111_101_101);
        File.SetUnixFileMode(file, 0);
        using var target = Process.Start(new ProcessStartInfo("/usr/bin/setpriv", ["--reuid", "65534", "--regid", "65534", "--clear-groups", "/bin/sh", "-c", $"while read line; do true < {file}; echo done; done"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        target.StandardInput.WriteLine();
        Assert.Equal("done", target.StandardOutput.ReadLine());
        using var session = ViolationSessions.Open(new() { ProcessIds = [target.Id], Errnos = [13, 2] });
        using var found = session.Read(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken).Where(v => v.Path == file).GetEnumerator();
        target.StandardInput.WriteLine();
        Assert.True(found.MoveNext());
        Assert.Contains(found.Current.Evidence, e => e.Contains("mode 0000", StringComparison.Ordinal));
        Assert.Equal("done", target.StandardOutput.ReadLine());
        File.SetUnixFileMode(file, UnixFileMode.UserRead);
        Thread.Sleep(50); // longer than a cause counts
        target.StandardInput.WriteLine();
        Assert.True(found.MoveNext());
        Assert.Contains(found.Current.Evidence, e => e.Contains("mode 0400", StringComparison.Ordinal));
        target.StandardInput.Close();
        target.WaitForExit();
    }
}
