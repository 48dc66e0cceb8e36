using System.Xml.Linq;
using Sandbox.Repository.Tests.Rules;

namespace Sandbox.Repository.Tests;

/// <summary>What the build stages.</summary>
public sealed class StagedModuleTests
{
    [Theory]
    [InlineData("Sandbox.psd1")]
    [InlineData("Sandbox.dll")]
    [InlineData("Sandbox.Engine.dll")]
    [InlineData("Sandbox.deps.json")]
    [InlineData("Sandbox.Types.ps1xml")]
    [InlineData("LICENSE")]
    [InlineData("en-US/Sandbox.dll-Help.xml")]
    [InlineData("runtimes/linux-x64/lib/netstandard2.0/Tmds.LibC.dll")]
    [InlineData("runtimes/linux-arm64/lib/netstandard2.0/Tmds.LibC.dll")]
    public void It_has(string file) => Assert.True(File.Exists(Repository.Staged(file)), file);

    [Theory]
    [InlineData("Newtonsoft.Json.dll")]
    [InlineData("System.Management.Automation.dll")]
    [InlineData("Tmds.LibC.dll")]
    public void It_has_not(string file) => Assert.False(File.Exists(Repository.Staged(file)), file);

    [Fact]
    public void It_has_every_file_of_module() =>
        Rule.Holds(
            from file in Repository.Tree.Under("module", "")
            where !File.Exists(Repository.Staged(Path.GetRelativePath("module", file)))
            select $"{file} is not staged.");

    [Fact]
    public void Its_manifest_is_the_repository_one() => Assert.Equal(Repository.Tree.Read("Sandbox.psd1"), File.ReadAllText(Repository.Staged("Sandbox.psd1")));

    [Fact]
    public void Its_version_is_the_build_version()
    {
        string version = XDocument.Parse(Repository.Tree.Read("Directory.Build.props")).Descendants("Version").Single().Value;
        Assert.Equal(version, Assert.Single(Repository.Tree.ManifestValues("ModuleVersion")));
    }

    [Fact]
    public void Get_Help_knows_every_cmdlet()
    {
        using var session = new ModuleRunspace();
        foreach (string name in Repository.ImportedCmdlets(session).Keys)
        {
            // Without a page Get-Help makes up a synopsis from the syntax.
            string synopsis = session.Invoke("param($Name) (Get-Help $Name).Synopsis", name).Single<string>();
            Assert.DoesNotContain(name, synopsis, StringComparison.Ordinal);
            Assert.NotEqual("", synopsis.Trim());
        }
    }

    [Fact]
    public void Get_Help_shows_every_parameter_with_a_text()
    {
        using var session = new ModuleRunspace();
        foreach (string name in Repository.ImportedCmdlets(session).Keys)
        {
            string[] expected = Names("(Get-Command $Name).Parameters.Keys | Where-Object { $_ -notin [System.Management.Automation.Cmdlet]::CommonParameters }");
            Assert.Equal(expected, Names("(Get-Help $Name -Full).parameters.parameter | Where-Object { $_.description.Text } | ForEach-Object name"));
            Assert.Equal(expected, Names("(Get-Help $Name).syntax.syntaxItem.parameter.name"));

            string[] Names(string script) =>
                [.. session.Invoke("param($Name) " + script, name).Succeeded().Objects.Select(o => o.ToString()!).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        }
    }
}
