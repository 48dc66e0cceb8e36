using Sandbox.Seccomp;

namespace Sandbox.Tests.Seccomp.Lint;

/// <summary>One profile with everything that lint looks for, each finding at its place, and one that comes close to all of it and is right.</summary>
public class LintProfileTests
{
    private static readonly Lazy<IReadOnlyList<SeccompFinding>> Found = new(() => SeccompMeasurement.Of(Read("seeded")).Findings);

    // The id, where, what the message tells, and what the policy decides about the witness (none where no call shows it).
    public static TheoryData<string, string, string, SeccompAction?> Seeded => new()
    {
        { "alternates-split", "Rules[0]", "open openat2 is refused while openat", SeccompAction.Allow },
        { "alternates-split", "Rules[0]", "execveat is refused while execve", SeccompAction.Allow },
        { "alternates-split", "Rules[0]", "clone3 setns is refused and clone is checked by its arguments while unshare", SeccompAction.Allow },
        { "alternates-split", "Rules[0]", "fsopen fspick fsconfig fsmount open_tree open_tree_attr move_mount mount_setattr is refused while mount", SeccompAction.Allow },
        { "alternates-split", "Rules[0]", "tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_send_signal is refused while kill", SeccompAction.Allow },
        { "alternates-split", "Rules[0]", "sendmsg sendmmsg is refused while sendto", SeccompAction.Allow },
        { "alternates-split", "Rules[0]", "recvmsg recvmmsg is refused while recvfrom", SeccompAction.Allow },
        { "alternates-split", "Rules[0]", "prlimit64 is refused while setrlimit", SeccompAction.Allow },
        { "alternates-split", "Rules[0]", "pkey_mprotect is refused while mprotect", SeccompAction.Allow },
        { "alternates-split", "Rules[0]", "fchmod fchmodat fchmodat2 is refused while chmod", SeccompAction.Allow },
        { "alternates-split", "Rules[0]", "chown lchown fchownat is refused while fchown", SeccompAction.Allow },
        { "alternates-split", "Rules[0]", "lsetxattr fsetxattr setxattrat is refused while setxattr", SeccompAction.Allow },
        { "alternates-split", "Rules[0]", "lgetxattr fgetxattr getxattrat is refused while getxattr", SeccompAction.Allow },
        { "alternates-split", "Rules[0]", "llistxattr flistxattr listxattrat is refused while listxattr", SeccompAction.Allow },
        { "alternates-split", "Rules[0]", "lremovexattr fremovexattr removexattrat is refused while removexattr", SeccompAction.Allow },
        { "alternates-split", "Rules[0]", "unlinkat is refused while unlink", SeccompAction.Allow },
        { "alternates-split", "Rules[0]", "renameat renameat2 is refused while rename", SeccompAction.Allow },
        { "io-uring", "Rules[0]", "openat2 read write connect", SeccompAction.Allow },
        { "clone3", "DefaultAction", "clone3 isn't answered with ENOSYS", SeccompAction.Errno },
        { "terminal-injection", "Rules[2]", "TIOCSTI", SeccompAction.Allow },
        { "terminal-injection", "Rules[2]", "TIOCLINUX", SeccompAction.Allow },
        { "debugging", "Rules[3]", "ptrace", SeccompAction.Allow },
        { "debugging", "Rules[3]", "process_vm_readv", SeccompAction.Allow },
        { "debugging", "Rules[3]", "process_vm_writev", SeccompAction.Allow },
        { "multiplexer", "Rules[4]", "socketcall of x86", SeccompAction.Allow },
        { "multiplexer", "Rules[4]", "ipc of x86", SeccompAction.Allow },
        { "argument-width", "Rules[5].Conditions[1]", "socket: 'arg0 != 0x10000002a' has more than 32 bits", SeccompAction.Errno },
        { "pointer-compared", "Rules[6].Conditions[0]", "chdir: 'arg0 >= 0x1000'", SeccompAction.Allow },
        { "no-such-parameter", "Rules[7].Conditions[0]", "dup has 1 parameters", SeccompAction.Allow },
        { "unsafe-notify", "Rules[8]", "sendmsg is left to a supervisor", SeccompAction.Notify },
        { "unsafe-notify", "Rules[8]", "futex is left to a supervisor", SeccompAction.Notify },
        { "shadowed-rule", "Rules[9]", "getpid: Allow", null },
        { "shadowed-rule", "Rules[10]", "getpid: Allow", null },
        { "equal-to-default", "Rules[11]", "acct: Errno(EPERM)", null },
        { "absent-name", "Rules[12]", "spu_run", null },
        { "conflicting-rules", "Rules[13], Rules[14]", "Allow and Errno(EACCES) of sysinfo, whatever its arguments; Errno(EACCES) counts", SeccompAction.Errno },
        { "silent-refusal", "Flags", "Some calls are logged", null },
        { "compat-abi", "Architectures[1]", "x86 calls", null },
        { "compat-abi", "Architectures[2]", "x32 calls", null },
        { "missing-basics", "DefaultAction", "rt_sigreturn", SeccompAction.Errno },
        { "missing-basics", "DefaultAction", "restart_syscall", SeccompAction.Errno },
        { "missing-basics", "DefaultAction", "exit_group", SeccompAction.Errno },
    };

    [Theory]
    [MemberData(nameof(Seeded))]
    public void Everything_seeded_is_found_at_its_place(string id, string place, string message, SeccompAction? witness)
    {
        var finding = Found.Value.FirstOrDefault(each => each.RuleId == id && each.Place == place && each.Message.Contains(message, StringComparison.Ordinal));
        Assert.True(finding is not null, string.Join('\n', Found.Value.Where(each => each.RuleId == id)));
        Assert.Equal(witness, finding.Witness is null ? null : Read("seeded").Decide(finding.Witness).Action);
        Assert.NotEmpty(finding.Fix);
        Assert.Null(finding.Justification);
    }

    [Fact]
    public void Nothing_else_is_found_and_every_check_is_seeded()
    {
        var seeded = Seeded.Select(row => row.Data.Item1).Append("cache-defeated").Distinct().Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(SeccompLint.RuleIds, seeded);
        // Calls of the three ABIs are found for each, so that one row stands for up to three findings.
        Assert.All(Found.Value, finding => Assert.Contains(Seeded, row => row.Data.Item1 == finding.RuleId && row.Data.Item2 == finding.Place
            && (finding.RuleId is "alternates-split" or "io-uring" || finding.Message.Contains(row.Data.Item3, StringComparison.Ordinal))));
        Assert.Equal(Found.Value, Found.Value.OrderByDescending(finding => finding.Severity));
    }

    // Our programs never defeat the cache; one of another compiler that looks at an argument first does.
    [Theory]
    [InlineData("seeded")]
    [InlineData("clean")]
    public void A_program_that_looks_at_an_argument_first_defeats_the_cache(string profile)
    {
        var policy = Read(profile);
        var own = SeccompCompiler.Compile(policy);
        var slow = new SeccompProgram(own.Instructions.Prepend(new(ClassicBpf.LoadWord, 0, 0, 16)));
        Assert.Empty(SeccompProver.Differences(policy, slow));
        var found = SeccompMeasurement.Of(policy, slow).Findings.Where(finding => finding.RuleId == "cache-defeated").ToArray();
        Assert.Equal(policy.Architectures.Count, found.Length);
        Assert.All(found, finding => Assert.Equal((SeccompAction.Allow, "Rules[0]"), (policy.Decide(finding.Witness!).Action, finding.Place)));
        Assert.DoesNotContain(SeccompMeasurement.Of(policy).Findings, finding => finding.RuleId == "cache-defeated");
    }

    [Theory]
    [InlineData("\"chdir\"", "\"chidr\"", "SeccompPolicy,UNKNOWN_SYSCALL", "line 49, position 23, path 'syscalls[6].names[0]': No architecture has a system call 'chidr' (policy 'seeded.json'). Did you mean 'chdir'?")]
    [InlineData("\"errnoRet\": 1", "\"errnoRet\": 4096", "SeccompPolicy,BAD_ERRNO", "line 78, position 22, path 'syscalls[11].errnoRet': The action Errno takes a number from 0 to 4095, not 4096")]
    public void What_no_policy_can_have_is_refused_at_its_place_when_it_is_read(string token, string seeded, string id, string message)
    {
        string text = Text("seeded");
        Assert.Contains(token, text, StringComparison.Ordinal);
        var error = Assert.Throws<SandboxException>(() => OciReader.Read(text.Replace(token, seeded, StringComparison.Ordinal), "seeded.json"));
        Assert.Equal(id, error.ErrorId);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_clean_profile_has_no_finding_at_all() => Assert.Empty(SeccompMeasurement.Of(Read("clean")).Findings);

    // Each near miss of the clean profile, made a miss.
    [Theory]
    [InlineData("\"flags\": [\"SECCOMP_FILTER_FLAG_LOG\"],", "", "silent-refusal")]
    [InlineData("\"pkey_mprotect\", ", "", "alternates-split")]
    [InlineData("\"fchmodat2\", ", "", "alternates-split")]
    [InlineData("\"removexattrat\", ", "", "alternates-split")]
    [InlineData("\"errnoRet\": 38", "\"errnoRet\": 13", "clone3")]
    [InlineData("21522", "21523", "terminal-injection")]
    [InlineData("\"value\": 0, \"op\": \"SCMP_CMP_EQ\"", "\"value\": 0, \"op\": \"SCMP_CMP_LT\"", "shadowed-rule")]
    [InlineData("\"SCMP_ACT_LOG\"", "\"SCMP_ACT_ERRNO\"", "equal-to-default")]
    [InlineData("\"value\": 0, \"op\": \"SCMP_CMP_EQ\"", "\"value\": 8, \"op\": \"SCMP_CMP_EQ\"", "pointer-compared")]
    [InlineData("\"mkdirat\", ", "\"sendmsg\", ", "unsafe-notify")]
    [InlineData("[\"SCMP_ARCH_X86_64\"]", "[\"SCMP_ARCH_X86_64\", \"SCMP_ARCH_X32\"]", "compat-abi")]
    [InlineData("[\"sethostname\"]", "[\"sethostname\", \"ptrace\"]", "debugging")]
    [InlineData("[\"sethostname\"]", "[\"sethostname\", \"send\"]", "absent-name")]
    [InlineData("[\"sethostname\"]", "[\"sethostname\", \"io_uring_setup\"]", "io-uring")]
    [InlineData("[\"sethostname\"]", "[\"sethostname\", \"mkdirat\"]", "conflicting-rules")]
    [InlineData("\"value\": 1, \"op\"", "\"value\": 4294967297, \"op\"", "argument-width")]
    [InlineData("\"errnoRet\": 22", "\"errnoRet\": 1", null)]
    public void A_miss_is_found(string token, string missed, string? id)
    {
        string text = Text("clean");
        Assert.Contains(token, text, StringComparison.Ordinal);
        var findings = SeccompLint.Check(OciReader.Read(text.Replace(token, missed, StringComparison.Ordinal), "clean.json"));
        if (id is null) Assert.Empty(findings);
        else Assert.Contains(findings, finding => finding.RuleId == id);
    }

    [Theory]
    [InlineData("strict")]
    [InlineData("standard")]
    public void The_built_in_policies_have_no_finding_but_absent_names_which_they_justify(string name)
    {
        Assert.Equal(["absent-name"], BuiltInPolicies.Get(name).Justifications.Select(justification => justification.RuleId));
        foreach (var architecture in Enum.GetValues<SeccompArchitecture>())
        {
            Assert.All(SeccompMeasurement.Of(BuiltInPolicies.Get(name, architecture)).Findings, finding =>
            {
                Assert.Equal(("absent-name", SeccompFindingSeverity.Information), (finding.RuleId, finding.Severity));
                Assert.Contains("shared by all architectures", finding.Justification, StringComparison.Ordinal);
                // And it is so: each name is one that another architecture has.
                Assert.All(finding.Message[(finding.Message.IndexOf(':', StringComparison.Ordinal) + 1)..].TrimEnd('.').Split(' ', StringSplitOptions.RemoveEmptyEntries),
                    absent => Assert.True(SyscallTable.For(architecture).Find(absent) is null && SyscallTable.AllNames.Contains(absent), absent));
            });
        }
    }

    [Theory]
    [InlineData("\"lint\": { \"absent-nam\": \"x\" }", "SeccompPolicy,UNKNOWN_CHECK", "Did you mean 'absent-name'?")]
    [InlineData("\"lint\": { \"absent-name\": \" \" }", "SeccompPolicy,NO_REASON", "path 'lint.absent-name'")]
    [InlineData("\"lint\": { \"absent-name\": 1 }", "SeccompFormat,BAD_FIELD", "a string is expected here, not a number")]
    [InlineData("\"lint\": []", "SeccompFormat,BAD_FIELD", "an object is expected here")]
    public void A_justification_that_is_none_is_an_error(string field, string id, string message)
    {
        var error = Assert.Throws<SandboxException>(() => OciReader.Read($"{{ {field}, \"defaultAction\": \"SCMP_ACT_ALLOW\" }}", "text"));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Equal(id, error.ErrorId);
    }

    private static SeccompPolicy Read(string profile) => OciReader.Read(Text(profile), profile + ".json");

    private static string Text(string profile)
    {
        using var reader = new StreamReader(typeof(LintProfileTests).Assembly.GetManifestResourceStream(profile + ".json")!);
        return reader.ReadToEnd();
    }
}
