using Sandbox.Seccomp;

namespace Sandbox.Cmdlets.Tests.Seccomp;

public sealed class NewSeccompPolicyTests : IDisposable
{
    private readonly ModuleRunspace session = new();

    public void Dispose() => session.Dispose();

    [Fact]
    public void It_makes_a_policy_of_calls_sets_and_a_base()
    {
        var policy = session.Invoke("New-SeccompPolicy '@sync', read -Name a -DefaultAction KillProcess -Architecture X86_64, X86 -Flag Log").Single<SeccompPolicy>();
        Assert.Equal(("a", SeccompAction.KillProcess, SeccompFilterFlags.Log), (policy.Name, policy.DefaultAction, policy.Flags));
        Assert.Equal([SeccompArchitecture.X86_64, SeccompArchitecture.X86], policy.Architectures);
        Assert.True(policy.Decide(SeccompCall.Of(SeccompArchitecture.X86, "fsync")).Passes);
        var changed = session.Invoke("New-SeccompPolicy -Policy (New-SeccompPolicy read, write) -DenySyscall write -DefaultErrno 38").Single<SeccompPolicy>();
        Assert.Equal(38, changed.Decide(SeccompCall.Of(SeccompArchitectures.Native, "getpid")).Errno);
        Assert.Equal(1, changed.Decide(SeccompCall.Of(SeccompArchitectures.Native, "write")).Errno);
        Assert.Equal("strict", session.Invoke("New-SeccompPolicy -Profile Strict").Single<SeccompPolicy>().Name);
    }

    [Fact]
    public void A_file_is_resolved_for_capabilities_architecture_and_kernel()
    {
        string file = Path.Combine(Directory.CreateTempSubdirectory("new-policy-").FullName, "docker.json");
        File.WriteAllText(file, """{ "defaultAction": "SCMP_ACT_ERRNO", "syscalls": [ { "names": ["ptrace"], "action": "SCMP_ACT_ALLOW", "includes": { "minKernel": "4.8" } }, { "names": ["bpf"], "action": "SCMP_ACT_ALLOW", "includes": { "caps": ["CAP_BPF"] } }, { "names": ["read"], "action": "SCMP_ACT_ALLOW", "includes": { "arches": ["arm64"] } } ] }""");
        string[] Names(string arguments) => [.. session.Invoke($"param($f) New-SeccompPolicy -Policy $f {arguments}", file).Single<SeccompPolicy>().Rules.SelectMany(rule => rule.Names)];
        Assert.Equal(["ptrace"], Names("-Capability CAP_KILL -KernelVersion 4.8 -Architecture X86_64"));
        Assert.Equal(["bpf", "read"], Names("-Capability bpf -KernelVersion 4.7 -Architecture AArch64"));
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
    }

    [Fact]
    public void It_learns_from_files_by_patterns_and_takes_changes()
    {
        string directory = Directory.CreateTempSubdirectory("learn-").FullName;
        string In(string name, string text)
        {
            File.WriteAllText(Path.Combine(directory, name), text);
            return Path.Combine(directory, name);
        }

        SeccompPolicy Learn(string arguments) => session.Invoke($"param($d) New-SeccompPolicy {arguments}", directory).Single<SeccompPolicy>();
        string[] Allowed(SeccompPolicy policy) => [.. new[] { "read", "write", "socket", "mkdir", "getpid", "exit_group" }.Where(name => policy.Decide(SeccompCall.Of(SeccompArchitectures.Native, name, 1, 1)).Passes)];
        string Number(string name) => SyscallTable.For(SeccompArchitectures.Native).Find(name)!.Number.ToString(System.Globalization.CultureInfo.InvariantCulture);
        string arch = SeccompArchitectures.Name(SeccompArchitectures.Native), hex = SeccompArchitectures.AuditArchitecture(SeccompArchitectures.Native).ToString("x", System.Globalization.CultureInfo.InvariantCulture);
        In("one.ndjson", $"{{\"arch\":\"{arch}\",\"syscall\":{Number("read")},\"count\":1}}\n{{\"arch\":\"{arch}\",\"syscall\":{Number("socket")},\"count\":2,\"args\":{{\"0\":[2]}}}}\n");
        In("two.ndjson", $"{{\"arch\":\"{arch}\",\"syscall\":{Number("write")},\"count\":1}}\n{{\"arch\":\"{arch}\",\"syscall\":{Number("mkdir")},\"count\":1,\"denied\":1}}\n");
        In("s.strace", "12 getpid() = 1\n12 +++ exited with 0 +++\n");
        In("audit.log", $"type=SECCOMP msg=audit(1.1:4): pid=42 arch={hex} syscall={Number("mkdir")} code=0x50000\n");
        var policy = Learn("-FromTrace $d/*.ndjson");
        Assert.Equal("one", policy.Name);
        Assert.Equal(["read", "write", "socket", "exit_group"], Allowed(policy));
        Assert.Equal(["read", "write", "exit_group"], Allowed(Learn("-FromTrace $d/*.ndjson -WithArguments")));
        Assert.Equal(["read", "write", "socket", "mkdir", "exit_group"], Allowed(Learn("-FromTrace $d/one.ndjson, $d/two.ndjson -IncludeDenied")));
        Assert.Equal(["mkdir", "getpid", "exit_group"], Allowed(Learn("-FromStrace $d/s.* -FromAuditLog $d/audit.log -IncludeDenied")));
        var changed = Learn("getpid -FromTrace $d/*.ndjson -DenySyscall write -DefaultAction KillProcess -Name mine");
        Assert.Equal(("mine", SeccompAction.KillProcess), (changed.Name, changed.DefaultAction));
        Assert.Equal(["read", "socket", "getpid", "exit_group"], Allowed(changed));
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public void A_file_that_can_not_be_understood_is_an_error_with_its_line_and_no_policy()
    {
        string file = Path.Combine(Directory.CreateTempSubdirectory("learn-").FullName, "file");
        foreach (var (parameter, text, id) in new[]
        {
            ("FromTrace", "{\"syscall\":0,\"count\":1}\n{\"syscall\":0}", "SeccompFormat,BAD_FIELD"),
            ("FromStrace", "read(0) = 0\nhello \u001b[31mred", "Trace,BAD_LINE"),
            ("FromAuditLog", "\ntype=SECCOMP msg=audit(1.1:4): pid=1 syscall=1", "Trace,BAD_RECORD"),
        })
        {
            File.WriteAllText(file, text);
            var result = session.Invoke($"param($f) New-SeccompPolicy -{parameter} $f", file);
            Assert.Empty(result.Objects);
            Assert.Equal(id + ",Sandbox.Cmdlets.NewSeccompPolicyCommand", result.SingleError().FullyQualifiedErrorId);
            Assert.Contains(file + ":2", result.SingleError().ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain('\u001b', result.SingleError().ToString());
        }

        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
    }

    [Theory]
    [InlineData("New-SeccompPolicy", "NewSeccompPolicy,EMPTY,Sandbox.Cmdlets.NewSeccompPolicyCommand")]
    [InlineData("New-SeccompPolicy opnat", "SeccompPolicy,UNKNOWN_SYSCALL,Sandbox.Cmdlets.NewSeccompPolicyCommand")]
    [InlineData("New-SeccompPolicy '@fil-system'", "SeccompPolicy,UNKNOWN_SET,Sandbox.Cmdlets.NewSeccompPolicyCommand")]
    [InlineData("New-SeccompPolicy -Policy 5", "NewSeccompPolicy,BAD_BASE,Sandbox.Cmdlets.NewSeccompPolicyCommand")]
    [InlineData("New-SeccompPolicy -Policy ./absent.json", "SeccompFile,ENOENT,Sandbox.Cmdlets.NewSeccompPolicyCommand")]
    [InlineData("New-SeccompPolicy -FromTrace ./absent.ndjson", "Trace,CANNOT_READ,Sandbox.Cmdlets.NewSeccompPolicyCommand")]
    [InlineData("New-SeccompPolicy -FromTrace ./absent/*.ndjson", "ResolvePath,NoMatch,Sandbox.Cmdlets.NewSeccompPolicyCommand")]
    [InlineData("New-SeccompPolicy -FromStrace nodrive:/*", "ResolvePath,NoMatch,Sandbox.Cmdlets.NewSeccompPolicyCommand")]
    [InlineData("New-SeccompPolicy -FromAuditLog env:*", "ResolvePath,NoMatch,Sandbox.Cmdlets.NewSeccompPolicyCommand")]
    [InlineData("New-SeccompPolicy -FromTrace /etc/passwd -Policy strict", "NewSeccompPolicy,TWO_BASES,Sandbox.Cmdlets.NewSeccompPolicyCommand")]
    [InlineData("New-SeccompPolicy read -WithArguments", "NewSeccompPolicy,NO_TRACE,Sandbox.Cmdlets.NewSeccompPolicyCommand")]
    [InlineData("New-SeccompPolicy -FromStrace /etc/passwd -WithArguments", "NewSeccompPolicy,NO_ARGUMENTS,Sandbox.Cmdlets.NewSeccompPolicyCommand")]
    [InlineData("New-SeccompPolicy read -Capability CAP_KIL", "Capability,UNKNOWN_NAME,Sandbox.Cmdlets.NewSeccompPolicyCommand")]
    [InlineData("New-SeccompPolicy read -KernelVersion 5.1", "NewSeccompPolicy,NO_CONDITIONS,Sandbox.Cmdlets.NewSeccompPolicyCommand")]
    public void What_is_wrong_is_an_error_and_no_policy(string script, string id)
    {
        var result = session.Invoke(script);
        Assert.Empty(result.Objects);
        Assert.Equal(id, result.SingleError().FullyQualifiedErrorId);
    }

    [Theory]
    [InlineData("New-SeccompPolicy 'openat2", "openat2(2)")]
    [InlineData("New-SeccompPolicy '@file-s", "Create, change")]
    [InlineData("New-SeccompPolicy -Policy stri", "Allows what")]
    [InlineData("New-SeccompPolicy read -Capability CAP_SYS_ADM", "capabilities(7)")]
    public void It_completes_with_tooltips(string text, string tooltip) => Assert.Contains(tooltip, Assert.Single(session.Complete(text)).ToolTip, StringComparison.Ordinal);

    [Fact]
    public void A_table_fits_the_terminal()
    {
        string text = session.Render("New-SeccompPolicy -Policy strict -Architecture X86_64, X86, X32");
        Assert.Matches(@"Name +Default +Rules +Architectures +Description", text);
        Assert.Matches(@"strict +Errno\(EPERM\) +[0-9]+ +X86_64, X86, X32 +Allows", text);
        Assert.All(text.Split('\n'), line => Assert.InRange(line.Length, 0, 100));
    }
}
