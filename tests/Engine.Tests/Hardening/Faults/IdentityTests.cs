using Sandbox.Tests.Runtime;
using Tmds.Linux;

namespace Sandbox.Tests.Hardening.Faults;

/// <summary>Without an id map the target runs as the overflow id 65534 (user_namespaces(7)).</summary>
public sealed class IdentityTests
{
    [Fact]
    public void The_target_has_a_mapped_id_inside_and_no_rights_outside()
    {
        using var scratch = new ScratchDirectory();
        var request = Sandboxed.Request(Sandboxed.Strict, "/usr/bin/python3", "-c", "import os; print(os.getuid(), os.geteuid(), os.getgid(), os.getresuid(), len(os.getgroups())); print(open('/proc/self/uid_map').read().split()); open('made','w')");
        var process = Sandboxed.Run(request with { WorkingDirectory = scratch.Path });
        var lines = Sandboxed.Output(process).Split('\n');
        var inside = Sandboxed.IsRoot ? 1000 : (int)(uint)LibC.geteuid();
        var outside = Sandboxed.IsRoot ? 1_879_000_000 : (int)(uint)LibC.geteuid();
        Assert.StartsWith($"{inside} {inside} ", lines[0], StringComparison.Ordinal);
        Assert.DoesNotContain("65534", lines[0], StringComparison.Ordinal);
        Assert.Equal($"['{inside}', '{outside}', '1']", lines[1]);
        // What it makes in the caller's directory belongs to the directory's owner, by the mount's own map.
        Assert.Equal(((uint)LibC.geteuid()).ToString(), Seccomp.CProgram.Run("stat", ["-c", "%u", scratch.At("made")]).Output.Trim());
    }

    [Fact]
    public void The_kernel_shows_the_host_id_outside()
    {
        var process = Sandbox.Runtime.HardenedLauncher.Start(Sandboxed.Request(Sandboxed.Strict, "/bin/sleep", "100"));
        try
        {
            var uids = ProcessState.Status($"/proc/{process.Id}/status", "Uid").Split('\t');
            Assert.All(uids, u => Assert.Equal(Sandboxed.IsRoot ? "1879000000" : ((uint)LibC.geteuid()).ToString(), u));
        }
        finally
        {
            process.Stop(TimeSpan.Zero);
        }
    }
}
