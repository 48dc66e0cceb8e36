using Sandbox.Seccomp;

namespace Sandbox.Tests.Seccomp;

public class BuiltInPolicyTests
{
    [Theory]
    [InlineData("strict")]
    [InlineData("standard")]
    public void Is_proven_to_be_what_it_compiles_to_on_every_architecture(string name)
    {
        foreach (var architecture in Enum.GetValues<SeccompArchitecture>())
        {
            var policy = BuiltInPolicies.Get(name, architecture);
            Assert.Equal([architecture], policy.Architectures);
            // On s390x the flags of clone are the second argument (clone(2)).
            Assert.True(policy.Decide(architecture, SyscallTable.For(architecture).Find("clone")!.Number, architecture == SeccompArchitecture.S390X ? [0x1000_0000ul, 0x1000_0000] : [0x1000_0000ul, 0]).Refuses);
            Assert.False(policy.Decide(architecture, SyscallTable.For(architecture).Find("clone")!.Number, architecture == SeccompArchitecture.S390X ? [0x1000_0000ul, 0] : [0ul, 0x1000_0000]).Refuses);
            Assert.Empty(SeccompProver.Differences(policy, SeccompCompiler.Compile(policy)));
        }
    }

    [Theory]
    [InlineData("strict")]
    [InlineData("standard")]
    public void Refuses_what_leads_out_of_a_confinement(string name)
    {
        var policy = BuiltInPolicies.Get(name, SeccompArchitecture.X86_64);
        string[] never =
        [
            "ptrace", "process_vm_readv", "process_vm_writev", "bpf", "perf_event_open", "userfaultfd", "io_uring_setup", "io_uring_enter", "io_uring_register",
            "add_key", "keyctl", "request_key", "kexec_load", "kexec_file_load", "init_module", "finit_module", "delete_module", "reboot", "swapon", "swapoff",
            "open_by_handle_at", "setns", "mount", "umount2", "move_mount", "open_tree", "open_tree_attr", "fsopen", "fsconfig", "fsmount", "fspick", "mount_setattr", "pivot_root", "chroot",
            "iopl", "ioperm", "settimeofday", "clock_settime", "pidfd_getfd", "process_madvise", "kcmp", "acct", "quotactl", "syslog",
        ];
        foreach (string syscall in never) Assert.True(Decide(policy, syscall).Refuses, syscall);
        foreach (ulong high in new[] { 0ul, 1ul << 32 })
        {
            Assert.True(Decide(policy, "ioctl", 0, 0x5412 | high).Refuses);
            Assert.True(Decide(policy, "ioctl", 0, 0x541c | high).Refuses);
            Assert.True(Decide(policy, "socket", 40 | high, 1).Refuses);
            Assert.True(Decide(policy, "socket", 38 | high, 1).Refuses);
        }

        foreach (ulong flag in new ulong[] { 0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000 })
        {
            Assert.True(Decide(policy, "clone", flag | 17).Refuses);
            Assert.True(Decide(policy, "unshare", flag).Refuses);
        }

        Assert.True(Decide(policy, "unshare", 0x80).Refuses);
        Assert.Equal(new(SeccompAction.Errno, 38), Decide(policy, "clone3"));
        Assert.True(Decide(policy, "mknod", 0, 0x2180, 0x103).Refuses);
        foreach (ulong family in new ulong[] { 1, 2, 10 }) Assert.Equal(SeccompAction.Allow, Decide(policy, "socket", family, 1).Action);
        Assert.Equal(SeccompAction.Allow, Decide(policy, "clone", 0x3d0f00).Action); // pthread_create
        Assert.Equal(SeccompAction.Allow, Decide(policy, "ioctl", 0, 0x5401).Action);
    }

    [Fact]
    public void The_kernel_refuses_under_strict_what_the_policy_refuses()
    {
        using var child = new FilteredChild();
        var native = SeccompArchitectures.Native;
        (SeccompCall Call, string Answer)[] calls =
        [
            (SeccompCall.Of(native, "ioctl", 0, 0x1_0000_5412), "errno 1"),
            (SeccompCall.Of(native, "unshare", 0x10000000), "errno 1"),
            (SeccompCall.Of(native, "clone3", 0, 0), "errno 38"),
            (SeccompCall.Of(native, "ptrace", 0, 0), "errno 1"),
            (SeccompCall.Of(native, "io_uring_setup", 1, 0), "errno 1"),
            (SeccompCall.Of(native, "socket", 0x1_0000_0028, 1), "errno 1"),
            (SeccompCall.Of(native, "socket", 1, 1), "errno 0"),
            (SeccompCall.Of(native, "bpf", 0, 0, 0), "errno 1"),
            (SeccompCall.Of(native, "getppid"), "errno 0"),
        ];
        Assert.Equal(calls.Select(call => call.Answer), child.Call(SeccompCompiler.Compile(BuiltInPolicies.Get("strict")), calls.Select(call => call.Call)));
    }

    [Theory]
    [InlineData("/bin/true")]
    [InlineData("/bin/sh -c echo+a+|+cat+|+wc+-c")]
    [InlineData("python3 -c import+threading,subprocess,sqlite3;t=threading.Thread(target=print);t.start();t.join();subprocess.run(['/bin/true'],check=True);sqlite3.connect(':memory:').execute('select+1')")]
    [InlineData("node -e require('child_process').execSync('true')")]
    [InlineData("perl -e print+`echo+x`;fork+or+exit;wait")]
    [InlineData("git --exec-path")]
    [InlineData("gcc -x c -c -o /dev/null /dev/null")]
    [InlineData("tar -cf /dev/null /etc/hostname")]
    [InlineData("openssl rand -hex 8")]
    [InlineData("curl -sS -o /dev/null file:///etc/hostname")]
    [InlineData("dotnet --version")]
    public void Strict_runs_ordinary_programs(string command)
    {
        string[] words = [.. command.Split(' ').Select(word => word.Replace('+', ' '))];
        string? file = words[0][0] == '/' ? words[0] : Environment.GetEnvironmentVariable("PATH")!.Split(':').Select(folder => Path.Combine(folder, words[0])).FirstOrDefault(File.Exists);
        Assert.SkipWhen(file is null, $"{words[0]} isn't installed");
        using var child = new FilteredChild();
        var (code, output, error) = child.Execute(SeccompCompiler.Compile(BuiltInPolicies.Get("strict")), words);
        Assert.True(code == 0, $"{code}: {output}{error}");
    }

    [Fact]
    public void Every_capability_set_runs_a_dynamically_linked_program()
    {
        using var child = new FilteredChild();
        var sets = SeccompSets.All.Where(set => set.Name.StartsWith("@cap-", StringComparison.Ordinal)).ToArray();
        Assert.Equal(8, sets.Length);
        foreach (var set in sets)
        {
            foreach (string needed in new[] { "execve", "pread64", "rseq", "clone3", "arch_prctl", "prlimit64", "getrandom", "mmap", "exit_group", "rt_sigreturn", "set_robust_list", "futex" }) Assert.Contains(needed, set.Syscalls);
            var (code, _, error) = child.Execute(SeccompCompiler.Compile(new(set.Name, SeccompAction.Errno, [new([set.Name], SeccompAction.Allow)])), "/bin/true");
            Assert.True(code == 0, $"{set.Name}: {error}");
        }
    }

    [Fact]
    public void Every_set_names_known_calls_and_every_known_call_is_in_a_set()
    {
        foreach (var set in SeccompSets.All)
        {
            Assert.NotEmpty(set.Description);
            Assert.NotEmpty(set.Syscalls);
            Assert.All(set.Syscalls, name => Assert.Contains(name, SyscallTable.AllNames));
        }

        Assert.Empty(SyscallTable.AllNames.Except(SeccompSets.All.SelectMany(set => set.Syscalls)));
    }

    private static SeccompDecision Decide(SeccompPolicy policy, string name, params ulong[] arguments) =>
        policy.Decide(SeccompArchitecture.X86_64, SyscallTable.For(SeccompArchitecture.X86_64).Find(name)!.Number, arguments);
}
