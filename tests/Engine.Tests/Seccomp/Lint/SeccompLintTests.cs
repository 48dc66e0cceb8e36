using Sandbox.Seccomp;

namespace Sandbox.Tests.Seccomp.Lint;

public class SeccompLintTests
{
    private static readonly SeccompRule Basics = new(["rt_sigreturn", "restart_syscall", "exit_group"], SeccompAction.Allow);

    public static TheoryData<string, SeccompRule[]> Seeded => new()
    {
        { "missing-basics", [new(["read"], SeccompAction.Allow)] },
        { "debugging", [Basics, new(["ptrace"], SeccompAction.Allow)] },
        { "terminal-injection", [Basics, new(["ioctl"], SeccompAction.Allow)] },
        { "io-uring", [Basics, new(["io_uring_setup"], SeccompAction.Allow)] },
        { "clone3", [Basics, new(["clone"], SeccompAction.Allow, null, [new(0, SeccompOperator.MaskedEqual, 0x7E020000)])] },
        { "alternates-split", [Basics, new(["mprotect"], SeccompAction.Allow)] },
        { "argument-width", [Basics, new(["dup"], SeccompAction.Allow, null, [new(0, SeccompOperator.NotEqual, 0x1_0000_0001)])] },
        { "pointer-compared", [Basics, new(["chdir"], SeccompAction.Allow, null, [new(0, SeccompOperator.Equal, 0x1000)])] },
        { "no-such-parameter", [Basics, new(["dup"], SeccompAction.Allow, null, [new(3, SeccompOperator.Equal, 1)])] },
        { "unsafe-notify", [Basics, new(["sendmsg", "sendto", "sendmmsg"], SeccompAction.Notify)] },
        { "shadowed-rule", [Basics, new(["dup"], SeccompAction.Allow), new(["dup"], SeccompAction.Allow, null, [new(0, SeccompOperator.Equal, 1)])] },
        { "conflicting-rules", [Basics, new(["dup", "dup2"], SeccompAction.Allow), new(["dup", "dup3"], SeccompAction.Errno, 13)] },
        { "equal-to-default", [Basics, new(["acct"], SeccompAction.Errno, 1)] },
        { "absent-name", [Basics, new(["dup", "waitpid"], SeccompAction.Allow)] },
        { "silent-refusal", [Basics, new(["dup"], SeccompAction.Log)] },
    };

    [Theory]
    [MemberData(nameof(Seeded))]
    public void Finds_what_was_seeded_and_nothing_else(string id, SeccompRule[] rules)
    {
        var policy = new SeccompPolicy("seeded", SeccompAction.Errno, rules, 1, [SeccompArchitecture.X86_64]);
        var findings = SeccompLint.Check(policy);
        Assert.All(findings, finding => Assert.Equal(id, finding.RuleId));
        Assert.NotEmpty(findings);
        Assert.All(findings, finding => Assert.NotEmpty(finding.Fix));
        // A witness shows it: refused where the finding says so, else not.
        if (id is "missing-basics" or "debugging" or "terminal-injection" or "io-uring" or "alternates-split")
        {
            Assert.All(findings, finding => Assert.Equal(id == "missing-basics", policy.Decide(finding.Witness!.AuditArchitecture, finding.Witness.Number, [.. finding.Witness.Arguments]).Refuses));
        }
    }

    [Fact]
    public void Finds_open_compat_calls_and_their_multiplexers()
    {
        var policy = new SeccompPolicy("compat", SeccompAction.Errno, [Basics, new(["socketcall"], SeccompAction.Allow)], 1, [SeccompArchitecture.X86_64, SeccompArchitecture.X86, SeccompArchitecture.X32]);
        Assert.Equal(["compat-abi", "multiplexer"], SeccompLint.Check(policy).Select(finding => finding.RuleId).Distinct().Order());
    }

    [Fact]
    public void Finds_a_program_that_defeats_the_kernels_cache()
    {
        var policy = new SeccompPolicy("read", SeccompAction.Errno, [new(["read"], SeccompAction.Allow)], 1, [SeccompArchitecture.X86_64]);
        // Allows read as the policy says, but after a look at an argument.
        SeccompProgram program = new(
        [
            new(0x20, 0, 0, 16), new(0x20, 0, 0, 4), new(0x15, 1, 0, 0xC000003E), new(0x06, 0, 0, 0x80000000),
            new(0x20, 0, 0, 0), new(0x15, 0, 1, 0), new(0x06, 0, 0, 0x7fff0000), new(0x06, 0, 0, 0x50001),
        ]);
        Assert.Equal("cache-defeated", SeccompLint.Check(program, policy).Single().RuleId);
        Assert.Empty(SeccompLint.Check(SeccompCompiler.Compile(policy), policy));
    }

    [Fact]
    public void Finds_a_default_that_asks_a_supervisor_about_what_must_work_without_it()
    {
        var policy = new SeccompPolicy("observed", SeccompAction.Notify, [new(["sendmsg"], SeccompAction.Allow), new(["read"], SeccompAction.Allow, null, [new(0, SeccompOperator.Equal, 0)])], null, [SeccompArchitecture.X86_64]);
        var found = SeccompLint.Check(policy).Where(finding => finding.RuleId == "unsafe-notify").ToArray();
        Assert.Contains(found, finding => finding.Message.StartsWith("read ", StringComparison.Ordinal) && finding.Place == "DefaultAction");
        Assert.Contains(found, finding => finding.Message.StartsWith("exit_group ", StringComparison.Ordinal));
        Assert.DoesNotContain(found, finding => finding.Message.StartsWith("sendmsg ", StringComparison.Ordinal));
    }
}
