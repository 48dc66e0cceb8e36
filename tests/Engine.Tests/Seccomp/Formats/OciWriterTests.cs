using CsCheck;
using Sandbox.Seccomp;

namespace Sandbox.Tests.Seccomp.Formats;

public class OciWriterTests
{
    [Fact]
    public void A_policy_survives_the_round_trip()
    {
        PolicyGenerator.Policy.Sample(policy =>
        {
            var expanded = policy.Copy(rules: policy.Rules.Select(rule => new SeccompRule(SeccompSets.Expand(rule.Names), rule.Action,
                rule.Action is SeccompAction.Errno or SeccompAction.Trace ? rule.Errno : null, rule.Conditions)));
            Assert.Equal(expanded, OciReader.Read(OciWriter.Write(policy, allowLossy: true), "text"));
        }, iter: 200, threads: 1);
    }

    [Fact]
    public void What_other_tools_read_differently_is_refused_by_name()
    {
        var range = new SeccompPolicy("range", SeccompAction.Errno, [new(["mmap"], SeccompAction.Allow, null, [new(1, SeccompOperator.Greater, 1), new(1, SeccompOperator.Less, 9)])]);
        var mixed = new SeccompPolicy("mixed", SeccompAction.Errno, [new(["ioctl"], SeccompAction.Allow), new(["ioctl"], SeccompAction.Errno, 1, [new(1, SeccompOperator.Equal, 0x5412)])]);
        foreach (var (policy, name) in new[] { (range, "mmap"), (mixed, "ioctl") })
        {
            var error = Assert.Throws<SandboxException>(() => OciWriter.Write(policy));
            Assert.Equal("SeccompFormat,LOSSY", error.ErrorId);
            Assert.Contains(name, error.Message, StringComparison.Ordinal);
            Assert.NotEmpty(OciWriter.Write(policy, allowLossy: true));
        }

        Assert.Empty(OciWriter.Losses(BuiltInPolicies.Get("standard")));
    }
}
