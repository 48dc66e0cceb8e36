using Sandbox.Native;
using Sandbox.Tests.Runtime;
using Sandbox.Tests.Seccomp;

namespace Sandbox.Tests.Hardening.Faults;

/// <summary>What the reference leaves open: descriptors, network, Landlock, capabilities, a read-only /proc/sys.</summary>
[Collection(ProcessStateCollection.Name)]
public sealed class IsolationFloorTests
{
    [Theory, InlineData(true), InlineData(false)]
    public void No_descriptor_reaches_the_target_unless_it_was_passed(bool strict)
    {
        using var scratch = new ScratchDirectory();
        using var leaked = FileDescriptor.Open(scratch.Write("leaked", "secret"), 0);
        using var passed = FileDescriptor.Open(scratch.Write("passed", "given"), 0);
        // Without close-on-exec, as a careless library leaves them; the control is a plain child.
        _ = Tmds.Linux.LibC.fcntl(leaked.Number, 2, 0);
        const string List = "cd /proc/self/fd; echo *";
        var control = CProgram.Run("/bin/bash", ["-c", $"cat <&{leaked.Number}"]).Output;
        Assert.Equal("secret", control);
        var profile = strict ? Sandboxed.Strict : Sandboxed.Standard;
        Assert.DoesNotContain($" {leaked.Number}", Sandboxed.Output(Sandboxed.Run(profile, "/bin/bash", "-c", List)).Replace("255", "", StringComparison.Ordinal), StringComparison.Ordinal);
        var request = Sandboxed.Request(profile, "/bin/bash", "-c", $"cat <&{passed.Number}; {List}") with { PassDescriptors = [passed.Number] };
        var process = Sandboxed.Run(request);
        Assert.StartsWith("given", Sandboxed.Output(process), StringComparison.Ordinal);
        Assert.DoesNotContain($" {leaked.Number} ", process.StandardOutput, StringComparison.Ordinal);
    }

    [Fact]
    public void Strict_holds_no_capability_cannot_gain_one_and_has_its_own_network()
    {
        var status = Sandboxed.Output(Sandboxed.Run(Sandboxed.Strict, "/bin/cat", "/proc/self/status"));
        foreach (var set in new[] { "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb" }) Assert.Contains($"{set}:\t0000000000000000", status, StringComparison.Ordinal);
        Assert.Contains("NoNewPrivs:\t1", status, StringComparison.Ordinal);
        Assert.Contains("Seccomp:\t2", status, StringComparison.Ordinal);
        var interfaces = Sandboxed.Output(Sandboxed.Run(Sandboxed.Strict, "/usr/bin/python3", "-c", "import socket; print([n for i, n in socket.if_nameindex()])"));
        Assert.Equal("['lo']\n", interfaces);
    }

    [Fact]
    public void Its_files_are_read_only_but_for_its_own_places()
    {
        using var scratch = new ScratchDirectory();
        const string Script = "for p in / /usr /etc /usr/bin /proc/sys/kernel /sys; do (echo x > $p/sentinel) 2>/dev/null && echo \"$p\"; done; (echo 1 > /proc/sys/kernel/hostname) 2>/dev/null && echo sysctl; for p in /tmp /dev/shm .; do echo x > $p/made || exit 1; done";
        var process = Sandboxed.Run(Sandboxed.Request(Sandboxed.Strict, "/bin/sh", "-c", Script) with { WorkingDirectory = scratch.Path });
        Assert.Equal("", Sandboxed.Output(process));
        Assert.True(File.Exists(scratch.At("made")));
        Assert.False(File.Exists("/dev/shm/made") || File.Exists("/tmp/made") || File.Exists("/usr/sentinel"));
    }
}
