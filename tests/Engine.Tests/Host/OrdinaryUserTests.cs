using Sandbox.Host;
using Sandbox.Tests.Seccomp;

namespace Sandbox.Tests.Host;

/// <summary>Root's test run repeats the report's tests as a user without privilege.</summary>
public sealed class OrdinaryUserTests
{
    private const string Nobody = "65534";

    [Fact]
    public void TheReportHoldsForAnOrdinaryUserToo()
    {
        Assert.SkipUnless(Environment.UserName == "root", "runs as an ordinary user already");
        HostOracle.Require("setpriv");
        var runner = Path.Combine(AppContext.BaseDirectory, "Sandbox.Engine.Tests");
        string[] user = [$"--reuid={Nobody}", $"--regid={Nobody}", "--clear-groups", "env", "HOME=/tmp", "DOTNET_CLI_HOME=/tmp"];
        Assert.SkipUnless(File.Exists(runner) && CProgram.Run("/usr/bin/setpriv", [.. user, "test", "-x", runner]).Code == 0, "the tests' folder can't be read by an ordinary user");
        var (code, output, error) = CProgram.Run("/usr/bin/setpriv", [.. user, runner, "-noColor", "-noLogo", "-class", typeof(HostReportTests).FullName!, "-class", typeof(HostCleanupTests).FullName!]);
        Assert.True(code == 0, output + error);
        Assert.Matches(@"Total: [1-9]\d", output);
    }

    // What needs privilege on every kernel.
    [Theory]
    [InlineData("identity_map")]
    [InlineData("idmapped_mount")]
    public void OnlyRootMapsOtherIds(string name) => Assert.Equal(Environment.UserName == "root", HostReport.Probe(name).Supported);
}
