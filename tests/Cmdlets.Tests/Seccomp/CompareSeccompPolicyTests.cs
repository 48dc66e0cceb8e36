using Sandbox.Seccomp;

namespace Sandbox.Cmdlets.Tests.Seccomp;

public sealed class CompareSeccompPolicyTests : IDisposable
{
    private readonly ModuleRunspace session = new();

    public void Dispose() => session.Dispose();

    [Fact]
    public void Differences_can_be_replayed()
    {
        var differences = session.Invoke("Compare-SeccompPolicy strict standard").Succeeded().Objects;
        Assert.Contains(differences, each => ((SeccompPolicyDifference)each.BaseObject).Syscall == "personality");
        var first = session.Invoke("Compare-SeccompPolicy strict standard | Test-SeccompPolicy -Policy strict").Succeeded().Objects;
        var second = session.Invoke("Compare-SeccompPolicy strict standard | Test-SeccompPolicy -Policy standard").Succeeded().Objects;
        Assert.Equal(differences.Count, first.Count);
        Assert.All(first.Zip(second), pair => Assert.NotEqual(pair.First.BaseObject, pair.Second.BaseObject));
    }

    [Theory]
    [InlineData("strict", "standard")]
    [InlineData("strict", "(New-SeccompPolicy -Policy strict -DefaultErrno 38)")]
    [InlineData("(New-SeccompPolicy read -DefaultAction Trace -DefaultErrno 1)", "(New-SeccompPolicy read -DefaultAction Trace -DefaultErrno 2)")]
    [InlineData("(New-SeccompPolicy read -DefaultAction KillThread)", "(New-SeccompPolicy read -DefaultAction KillProcess)")]
    public void A_replay_tells_the_sides_apart_also_where_both_refuse(string reference, string difference)
    {
        string[] Replay(string policy, string side) =>
            [.. session.Invoke($"Compare-SeccompPolicy {reference} {difference} | Test-SeccompPolicy -Policy {policy} -Decision {{ $_.{side} }}").Succeeded().Objects.Select(answer => answer.ToString())];
        int count = session.Invoke($"Compare-SeccompPolicy {reference} {difference}").Succeeded().Objects.Count;
        Assert.NotEqual(0, count);
        Assert.Equal(Enumerable.Repeat("True", count), Replay(reference, "Reference"));
        Assert.Equal(Enumerable.Repeat("False", count), Replay(reference, "Difference"));
        Assert.Equal(Enumerable.Repeat("True", count), Replay(difference, "Difference"));
        Assert.Equal(Enumerable.Repeat("False", count), Replay(difference, "Reference"));
    }

    [Fact]
    public void Equal_meanings_have_none() => Assert.Empty(session.Invoke("Compare-SeccompPolicy (New-SeccompPolicy read, write) (New-SeccompPolicy write, read -Name other)").Succeeded().Objects);

    [Fact]
    public void The_table_fits_the_terminal()
    {
        string text = session.Render("Compare-SeccompPolicy strict standard");
        Assert.Matches(@"Syscall +Arch +Reference +Difference +Every +Call", text);
        Assert.Matches(@"socket +X86_64|socket +AArch64", text);
        Assert.All(text.Split('\n'), line => Assert.InRange(line.Length, 0, 100));
    }
}
