using CsCheck;
using Sandbox.Seccomp;

namespace Sandbox.Tests.Seccomp.Formats;

public class OciWriterTests
{
    [Fact]
    public void A_lossless_policy_survives_the_round_trip()
    {
        int lossless = 0, same = 0;
        PolicyGenerator.Policy.Sample(policy =>
        {
            if (OciWriter.Losses(policy).Count > 0) return;
            lossless++;
            var read = OciReader.Read(OciWriter.Write(policy), "text");
            Assert.Equal(policy, read);
            if (policy.Rules.Select(rule => rule.ToString()).SequenceEqual(read.Rules.Select(rule => rule.ToString()))) same++;
        }, iter: 300, threads: 1);
        Assert.True(lossless > 20 && same > 5, $"{lossless} of 300 without losses, {same} with the same rules");
    }

    // ioctl(2) takes the request as an int: 0x1_0000_5412 is TIOCSTI too, and a reader that compares 64 bits lets it pass.
    [Fact]
    public void An_int_is_compared_by_a_mask_so_that_readers_of_64_bits_see_it_as_the_kernel_does()
    {
        var policy = new SeccompPolicy("p", SeccompAction.Allow, [new(["ioctl"], SeccompAction.Errno, 1, [new(1, SeccompOperator.Equal, 0x5412)])], null, [SeccompArchitecture.X86_64]);
        string text = OciWriter.Write(policy);
        Assert.Matches(@"""value"": 4294967295,\s+""valueTwo"": 21522,\s+""op"": ""SCMP_CMP_MASKED_EQ""", text);
        Assert.Equal(policy.Rules, OciReader.Read(text, "text").Rules);
        var wide = new SeccompPolicy("p", SeccompAction.Allow, [new(["lseek"], SeccompAction.Errno, 1, [new(1, SeccompOperator.Equal, 5)])], null, [SeccompArchitecture.X86_64]);
        Assert.Contains("SCMP_CMP_EQ", OciWriter.Write(wide), StringComparison.Ordinal);
    }

    [Fact]
    public void Rules_that_readers_take_differently_are_written_as_others_that_mean_the_same()
    {
        SeccompPolicy Make(params SeccompRule[] rules) => new("p", SeccompAction.Errno, rules, 1, [SeccompArchitecture.X86_64]);
        SeccompPolicy[] policies =
        [
            Make(new SeccompRule(["mmap"], SeccompAction.Allow, null, [new(2, SeccompOperator.Greater, 1), new(2, SeccompOperator.Less, 9)])), // a range
            Make(new SeccompRule(["ioctl"], SeccompAction.Allow), new SeccompRule(["ioctl"], SeccompAction.Errno, 1, [new(1, SeccompOperator.Equal, 0x5412)])), // the default's errno, which readers leave out
            Make(new SeccompRule(["ioctl"], SeccompAction.Allow), new SeccompRule(["ioctl"], SeccompAction.Errno, 2, [new(1, SeccompOperator.Equal, 0x5412)])), // a call allowed but for one argument
            Make(new SeccompRule(["dup"], SeccompAction.Allow, null, [new(0, SeccompOperator.NotEqual, 3)])), // an int that isn't
            Make(new SeccompRule(["dup"], SeccompAction.Allow, null, [new(0, SeccompOperator.MaskedEqual, 4, 1)])), // never
            Make(new SeccompRule(["dup"], SeccompAction.Log, null, [new(0, SeccompOperator.Less, 8)]), new SeccompRule(["dup"], SeccompAction.Trap, null, [new(0, SeccompOperator.Greater, 4)])),
        ];
        foreach (var policy in policies)
        {
            string text = OciWriter.Write(policy);
            var read = OciReader.Read(text, "text");
            Assert.Equal(policy, read);
            foreach (var rule in read.Rules) Assert.Equal(rule.Conditions.Count, rule.Conditions.Select(condition => condition.Index).Distinct().Count());
            // No two decisions about one call: which of them a reader would take doesn't matter.
            Assert.Empty(SeccompComparison.Compare(policy, policy.Copy(rules: read.Rules.Reverse())));
        }
    }

    [Fact]
    public void What_other_tools_would_read_differently_all_the_same_is_refused_by_name()
    {
        var many = new SeccompPolicy("many", SeccompAction.Errno, [new(["prctl"], SeccompAction.Allow, null, [new(0, SeccompOperator.NotEqual, 1), new(1, SeccompOperator.Greater, 7), new(1, SeccompOperator.NotEqual, 0x1234567)])], null, [SeccompArchitecture.X86_64]);
        var wide = new SeccompPolicy("wide", SeccompAction.Errno, [new(["clone"], SeccompAction.Allow, null, [new(0, SeccompOperator.Equal, 17)])], null, [SeccompArchitecture.X86_64, SeccompArchitecture.X32, SeccompArchitecture.X86]);
        var errno = new SeccompPolicy("errno", SeccompAction.Errno, [new(["read"], SeccompAction.Allow)], 4095, [SeccompArchitecture.X86_64]);
        foreach (var (policy, loss) in new[] { (many, "prctl: to say to the readers"), (wide, "clone: libseccomp compares the low 32 bits of argument 0 on x32"), (errno, "Errno(4095)") })
        {
            Assert.StartsWith(loss, Assert.Single(OciWriter.Losses(policy)), StringComparison.Ordinal);
            var error = Assert.Throws<SandboxException>(() => OciWriter.Write(policy));
            Assert.Equal("SeccompFormat,LOSSY", error.ErrorId);
            Assert.Contains(loss, error.Message, StringComparison.Ordinal);
            // Lossy for those tools; here it is read back whole.
            Assert.Equal(policy, OciReader.Read(OciWriter.Write(policy, allowLossy: true), "text"));
        }
    }

    [Theory]
    [InlineData("strict")]
    [InlineData("standard")]
    public void The_built_in_policies_are_written_without_loss_on_every_architecture(string name)
    {
        foreach (var architecture in Enum.GetValues<SeccompArchitecture>())
        {
            var policy = BuiltInPolicies.Get(name, architecture);
            // Where the kernel still has socketcall, libseccomp opens it beside the socket calls; nothing else is lost.
            Assert.All(OciWriter.Losses(policy), loss => Assert.StartsWith($"socketcall on {SeccompArchitectures.Name(architecture)}: ", loss, StringComparison.Ordinal));
            Assert.Equal(name == "strict" && SyscallTable.For(architecture).Find("socketcall") is not null ? 1 : 0, OciWriter.Losses(policy).Count);
            Assert.Equal(policy, OciReader.Read(OciWriter.Write(policy, allowLossy: true), "text", new() { Architecture = architecture }));
        }
    }
}
