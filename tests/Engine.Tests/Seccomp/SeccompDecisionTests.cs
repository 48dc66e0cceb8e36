using CsCheck;
using Sandbox.Seccomp;

namespace Sandbox.Tests.Seccomp;

public class SeccompDecisionTests
{
    [Fact]
    public void A_decision_is_read_back_from_its_text() =>
        Gen.OneOf(PolicyGenerator.Decision, Gen.Int[0, 65535].Select(message => new SeccompDecision(SeccompAction.Trace, message)), Gen.Int[0, 4095].Select(errno => new SeccompDecision(SeccompAction.Errno, errno)))
            .Sample(decision => Assert.Equal(decision, SeccompDecision.Parse(decision.ToString())), iter: 2000, threads: 1);

    [Theory]
    [InlineData("Errno(38)", SeccompAction.Errno, 38)]
    [InlineData(" errno( ENOSYS )", SeccompAction.Errno, 38)]
    [InlineData("killprocess", SeccompAction.KillProcess, 0)]
    public void It_may_be_written_in_other_ways(string text, SeccompAction action, int errno) => Assert.Equal(new(action, errno), SeccompDecision.Parse(text));

    [Theory]
    [InlineData("Alow", "Did you mean 'Allow'?")]
    [InlineData("Errno", "Errno needs its number")]
    [InlineData("Trap(1)", "Trap takes no number")]
    [InlineData("Errno()", "no decision")]
    [InlineData("Errno(-1)", "no decision")]
    [InlineData("Trace(EPERM)", "no decision")]
    [InlineData("Errno(4096)", "from 0 to 4095")]
    [InlineData("4", "no decision")]
    [InlineData("", "no decision")]
    public void What_is_none_is_an_error(string text, string message) =>
        Assert.Contains(message, Assert.Throws<SandboxException>(() => SeccompDecision.Parse(text)).Message, StringComparison.Ordinal);
}
