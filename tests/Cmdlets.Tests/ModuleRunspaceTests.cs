using Sandbox.Cmdlets.Tests.Base;

namespace Sandbox.Cmdlets.Tests;

/// <summary>The tests' own helper does what the tests rely on.</summary>
public sealed class ModuleRunspaceTests
{
    [Fact]
    public void It_renders_as_a_terminal_does()
    {
        using var session = new ModuleRunspace();
        string text = session.Render("[pscustomobject]@{ Name = 'a'; Text = 'b' * 200 }");
        string[] lines = text.Split('\n');
        Assert.Contains(lines, line => line.StartsWith("Name Text", StringComparison.Ordinal));
        Assert.All(lines, line => Assert.InRange(line.Length, 0, 100));
        Assert.DoesNotContain('\u001b', text);
    }

    [Fact]
    public void It_completes()
    {
        using var session = new ModuleRunspace(true, typeof(TestFixtureErrorCommand));
        Assert.Contains("SecurityError", session.Complete("Test-FixtureError -Kind Sec").Select(match => match.CompletionText));
    }

    [Fact]
    public void It_tells_the_streams_apart()
    {
        using var session = new ModuleRunspace();
        ScriptResult result = session.Invoke("[CmdletBinding()] param() $PSCmdlet.WriteWarning('w'); $VerbosePreference = 'Continue'; $PSCmdlet.WriteVerbose('v'); 1; Get-Nowhere; throw 'end'");
        Assert.Equal(["w"], result.Warnings);
        Assert.Equal(["v"], result.Verbose);
        Assert.Equal(1, Assert.Single(result.Objects).BaseObject);
        Assert.Equal("CommandNotFoundException", Assert.Single(result.Errors).FullyQualifiedErrorId);
        Assert.Equal("end", result.Thrown?.Message);
    }
}
