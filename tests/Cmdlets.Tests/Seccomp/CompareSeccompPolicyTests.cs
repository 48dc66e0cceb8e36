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
