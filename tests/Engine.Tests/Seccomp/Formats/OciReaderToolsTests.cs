using CsCheck;
using Sandbox.Seccomp;

namespace Sandbox.Tests.Seccomp.Formats;

/// <summary>An OCI profile that is written without losses means to runc what the policy says, and what would not is refused.</summary>
public sealed class OciReaderToolsTests : IDisposable
{
    private static readonly SeccompArchitecture[][] Machines =
        [[SeccompArchitecture.X86_64], [SeccompArchitecture.X86_64, SeccompArchitecture.X86], [SeccompArchitecture.AArch64], [SeccompArchitecture.RiscV64]];

    private readonly RuncProgram runc = new();

    public void Dispose() => runc.Dispose();

    [Theory]
    [InlineData("strict", SeccompArchitecture.X86_64)]
    [InlineData("strict", SeccompArchitecture.AArch64)]
    [InlineData("strict", SeccompArchitecture.AArch64, SeccompArchitecture.Arm)]
    [InlineData("strict", SeccompArchitecture.RiscV64)]
    [InlineData("standard", SeccompArchitecture.X86_64)]
    [InlineData("standard", SeccompArchitecture.AArch64)]
    [InlineData("standard", SeccompArchitecture.X86_64, SeccompArchitecture.X86, SeccompArchitecture.X32)]
    public void A_built_in_policy_is_read_as_it_is(string name, params SeccompArchitecture[] machine)
    {
        var policy = BuiltInPolicies.Get(name, machine[0]).Copy(architectures: machine);
        Assert.Empty(OciWriter.Losses(policy));
        Assert.Empty(Differences(policy, OciWriter.Write(policy)));
    }

    // With libseccomp's own socketcall for each socket call.
    [Fact]
    public void What_libseccomp_opens_beside_is_named()
    {
        var policy = BuiltInPolicies.Get("strict").Copy(architectures: [SeccompArchitecture.X86_64, SeccompArchitecture.X86]);
        string loss = Assert.Single(OciWriter.Losses(policy), loss => loss.StartsWith("socketcall on x86: libseccomp decides its operations as it does socket bind connect", StringComparison.Ordinal));
        Assert.DoesNotContain("x86_64", loss, StringComparison.Ordinal);
        Assert.Contains(Differences(policy, OciWriter.Write(policy, allowLossy: true)), difference => difference.Syscall == "socketcall" && difference.Difference.Passes && !difference.Reference.Passes);
    }

    [Theory]
    [InlineData("lseek", 1, SeccompOperator.Equal, 1ul << 32, "lseek: 'arg1 == 0x100000000' has more than 32 bits, of which libseccomp drops the upper ones on x86", SeccompArchitecture.X86_64, SeccompArchitecture.X86)]
    [InlineData("lseek", 1, SeccompOperator.Equal, 1ul, "lseek: libseccomp compares the low 32 bits of argument 1 on x32", SeccompArchitecture.X86_64, SeccompArchitecture.X32)]
    [InlineData("clone", 1, SeccompOperator.Less, 9ul, null, SeccompArchitecture.X86_64, SeccompArchitecture.X86)]
    public void What_it_compares_otherwise_is_named(string name, int index, SeccompOperator op, ulong value, string? loss, params SeccompArchitecture[] machine)
    {
        var policy = new SeccompPolicy("p", SeccompAction.Errno, [new([name], SeccompAction.Allow, null, [new(index, op, value)])], null, machine);
        if (loss is null)
        {
            Assert.Empty(OciWriter.Losses(policy));
            Assert.Empty(Differences(policy, OciWriter.Write(policy)));
            return;
        }

        Assert.Contains(loss, Assert.Throws<SandboxException>(() => OciWriter.Write(policy)).Message, StringComparison.Ordinal);
        Assert.NotEmpty(Differences(policy, OciWriter.Write(policy, allowLossy: true)));
    }

    // The kernel compares 32 bits of an int where libseccomp compares 64; the rules that the writer makes say the same to both.
    [Fact]
    public void Random_policies_without_losses_are_read_as_they_are()
    {
        // libseccomp 2.5 itself gets some orders of 64-bit numbers on one argument wrong, whoever writes them; ints are compared by masks.
        var conditions = from condition in PolicyGenerator.Condition
                         from op in Gen.OneOf(SeccompOperator.Equal, SeccompOperator.MaskedEqual, condition.Operator)
                         select new SeccompCondition(0, op, condition.Value, condition.ValueTwo);
        var policies = from fallback in PolicyGenerator.Decision
                       from rules in PolicyGenerator.Rule(["read", "ioctl", "lseek", "kill", "dup", "fchmod", "prctl"], PolicyGenerator.Decision, conditions).Array[1, 4]
                       from machine in Gen.OneOf(Machines)
                       select new SeccompPolicy("random", fallback.Action, rules, fallback.Errno == 0 ? null : fallback.Errno, machine);
        int lossless = 0;
        policies.Sample(policy =>
        {
            if (OciWriter.Losses(policy).Count > 0) return;
            lossless++;
            var differences = Differences(policy, OciWriter.Write(policy));
            Assert.True(differences.Count == 0, $"{policy.ToText()}\n{string.Join('\n', differences)}\nwritten as\n{OciReader.Read(OciWriter.Write(policy), "text").ToText()}");
        }, iter: 150, threads: 1);
        Assert.True(lossless > 30, $"{lossless} of 150 policies had no losses");
    }

    private IReadOnlyList<SeccompPolicyDifference> Differences(SeccompPolicy policy, string text)
    {
        var (program, unknown) = runc.Compile(text);
        return [.. SeccompComparison.Compare(policy, program).Where(difference => !unknown.Contains(difference.Syscall))];
    }
}
