using Sandbox.Tests.Runtime;

namespace Sandbox.Tests.Escapes;

/// <summary>Kernel interfaces with much attack surface, and namespaces within namespaces.</summary>
public sealed class KernelEscapeTests(EscapeProgram program) : IClassFixture<EscapeProgram>
{
    [Theory, InlineData("unshare-user"), InlineData("clone-user"), InlineData("clone3-user"), InlineData("io_uring"), InlineData("bpf"), InlineData("perf"), InlineData("userfaultfd"), InlineData("keyring"), InlineData("int80"), InlineData("x32")]
    public void The_call_is_refused(string attempt)
    {
        if (attempt is "int80" or "x32") Assert.SkipUnless(System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.X64, "an entry of x86");
        program.WorksOutside(attempt);
        program.FailsInside(attempt);
    }

    [Fact]
    public void No_namespace_is_entered()
    {
        program.WorksOutside("setns", "/proc/self/ns/net");
        foreach (var kind in new[] { "net", "mnt", "user", "pid" }) program.FailsInside("setns", "/proc/self/ns/" + kind);
    }

    [Theory, InlineData("/proc/sys/kernel/core_pattern"), InlineData("/proc/sys/kernel/hostname"), InlineData("/proc/sysrq-trigger"), InlineData("/proc/sys/vm/drop_caches")]
    public void No_setting_of_the_kernel_is_opened_for_writing(string path)
    {
        Assert.SkipUnless(File.Exists(path), $"this kernel has no {path}");
        program.WorksOutside("open-write", path);
        program.FailsInside("open-write", path);
    }

    [Fact]
    public void There_is_no_sysfs_and_no_cgroup_tree()
    {
        program.WorksOutside("list", "/sys/kernel");
        program.FailsInside("list", "/sys/kernel");
        program.FailsInside("list", "/sys/fs/cgroup");
    }

    [Fact]
    public void The_callers_keys_are_not_found()
    {
        // A key in the session keyring of a shell is found by its child, and not in a sandbox that it starts: ours has a new one.
        var keys = Sandboxed.Output(Sandboxed.Shell(Sandboxed.Strict, "cat /proc/keys 2>/dev/null; true"));
        Assert.DoesNotContain("sandbox-test", keys, StringComparison.Ordinal);
        program.FailsInside("find-key", "sandbox-test");
    }
}
