using Sandbox.Seccomp;

namespace Sandbox.Cmdlets.Tests.Seccomp;

public sealed class GetSeccompFilterTests : IDisposable
{
    private readonly ModuleRunspace session = new();

    public void Dispose() => session.Dispose();

    [Fact]
    public void It_reads_the_filter_of_a_hardened_process()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        try
        {
            var filter = session.Invoke("$p = Start-HardenedProcess sleep 60; $p | Get-SeccompFilter -Policy strict").Single<SeccompFilter>();
            Assert.Equal("strict", filter.Policy);
            // What the policy refuses, the supervisor is asked about; nothing else differs.
            Assert.NotEmpty(filter.Differences!);
            Assert.All(filter.Differences!, each => Assert.True(!each.Reference.Passes && each.Difference.Action == SeccompAction.Notify, each.ToString()));
            string text = session.Render("$p.Id | Get-SeccompFilter -Policy strict");
            Assert.Matches(@"Process +Thread +Index +Instructions +LongestPath +Log +Policy +Matches", text);
            Assert.All(text.Split('\n'), line => Assert.InRange(line.Length, 0, 100));
        }
        finally
        {
            session.Invoke("$p | Stop-HardenedProcess");
        }
    }

    [Theory]
    [InlineData("Get-SeccompFilter 2147483646", "GetSeccompFilter,ESRCH")]
    [InlineData("Get-SeccompFilter abc", "ParameterArgumentTransformationError")]
    [InlineData("Get-SeccompFilter -1", "ParameterArgumentTransformationError")]
    public void What_is_no_process_is_an_error(string script, string id) => Assert.StartsWith(id, session.Invoke(script).SingleError().FullyQualifiedErrorId, StringComparison.Ordinal);
}
