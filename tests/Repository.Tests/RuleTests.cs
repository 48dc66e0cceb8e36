using System.Runtime.InteropServices;
using Sandbox.Repository.Tests.Rules;

namespace Sandbox.Repository.Tests;

/// <summary>Each rule finds what it is there to find.</summary>
public sealed class RuleTests : IDisposable
{
    private static readonly Type[] Good = [typeof(GetFixtureCommand)];
    private static readonly Type[] Bad = [typeof(BadFixture)];

    private readonly MadeTree made = new();

    public void Dispose() => made.Dispose();

    [Fact]
    public void Long_files()
    {
        made.With("src/A.cs", new string('\n', 401)).With("src/B.cs", new string('\n', 400)).With("src/bin/C.cs", new string('\n', 500));
        Found(SourceRules.FilesAreShort(made.Tree), "src/A.cs has 401 lines");
    }

    [Fact]
    public void Files_that_are_long_on_the_whole()
    {
        for (int i = 0; i < 3; i++) made.With($"src/{i}.cs", new string('\n', 81 + (150 * i)));
        Assert.Equal(2, SourceRules.MostFilesAreShort(made.Tree).Count());
    }

    [Fact]
    public void Files_named_after_nothing()
    {
        made.With("src/Engine/A.cs", "class B;").With("src/Engine/C.cs", "public readonly record struct C;").With("src/Engine/D.Part.cs", "partial class D;")
            .With("src/Engine/E.cs", "delegate void E();");
        Found(SourceRules.FilesAreNamedAfterTheirType(made.Tree), "src/Engine/A.cs");
    }

    [Fact]
    public void Machine_paths()
    {
        made.With("a.md", "see /wo" + "rk/main").With("b.md", "a framework/library");
        Found(SourceRules.NoMachinePaths(made.Tree), "a.md");
    }

    [Fact]
    public void Projects_outside_the_solution()
    {
        made.With("Sandbox.slnx", "<Project Path=\"src/A/A.csproj\" />").With("src/A/A.csproj", "").With("src/B/B.csproj", "");
        Found(SourceRules.ProjectsAreInTheSolution(made.Tree), "src/B/B.csproj");
    }

    [Fact]
    public void Missing_standard_files()
    {
        made.With("CHANGELOG.md", "# Changelog\n");
        string[] found = [.. SourceRules.StandardFilesExist(made.Tree)];
        Assert.Contains("LICENSE is missing.", found);
        Assert.Contains("CHANGELOG.md has no section.", found);
    }

    [Fact]
    public void Misnamed_cmdlets()
    {
        Assert.Empty(CmdletRules.NamesFollowTheRules(Good));
        Assert.Equal(5, CmdletRules.NamesFollowTheRules(Bad).Count());
    }

    [Fact]
    public void Cmdlets_without_file_and_files_without_cmdlet()
    {
        made.With("src/Cmdlets/Area/GetOtherCommand.cs", "");
        Found(CmdletRules.EachHasItsFile(made.Tree, Good), "GetFixtureCommand.cs");
        Found(CmdletRules.FilesAreCmdlets(made.Tree, Good), "GetOtherCommand.cs");
    }

    [Fact]
    public void Exports_that_differ()
    {
        made.WithManifest("'Get-Other', 'Get-Another'");
        string[] found = [.. CmdletRules.ManifestExportsThem(made.Tree, Good)];
        Assert.Equal(4, found.Length);
        made.WithManifest("'Get-Fixture'");
        Assert.Empty(CmdletRules.ManifestExportsThem(made.Tree, Good));
    }

    [Fact]
    public void Outputs_and_parameters()
    {
        Assert.Empty(CmdletRules.OutputsAreDeclared(Good));
        Found(CmdletRules.OutputsAreDeclared(Bad), "BadFixture");
        Assert.Empty(CmdletRules.ParametersAreOfOurTypes(Good));
        Assert.Equal(2, CmdletRules.ParametersAreOfOurTypes(Bad).Count());
    }

    [Fact]
    public void Views_that_differ_from_the_manifest()
    {
        made.With("module/Views/A.Format.ps1xml", "<a/>").WithManifest(views: "'Views/B.Format.ps1xml', 'Views/A.Format.ps1xml'");
        Assert.Equal(2, ViewRules.ManifestLoadsThem(made.Tree).Count());
    }

    [Fact]
    public void Output_types_without_view()
    {
        Found(ViewRules.OutputTypesHaveOne(made.Tree, Good), "HardeningOutcome");
        made.With("module/Views/HardeningOutcome.Format.ps1xml", "<a/>");
        Assert.Empty(ViewRules.OutputTypesHaveOne(made.Tree, Good));
    }

    [Fact]
    public void Views_of_no_type_of_another_type_or_not_for_remoting()
    {
        made.With("module/Views/HardeningOutcome.Format.ps1xml", View("Sandbox.HardeningOutcome"))
            .With("module/Views/NetworkMode.Format.ps1xml", View("Sandbox.RootMode", "Deserialized.Sandbox.RootMode"))
            .With("module/Views/Nothing.Format.ps1xml", "<Configuration />")
            .With("module/Views/RootMode.Format.ps1xml", View("Sandbox.RootMode", "Deserialized.Sandbox.RootMode"));
        string[] found = [.. ViewRules.EachSelectsItsType(made.Tree, Repository.Assemblies)];
        Assert.Equal(3, found.Length);
        Assert.Contains("lacks Deserialized.Sandbox.HardeningOutcome", found[0], StringComparison.Ordinal);
        Assert.Contains("isn't selected by NetworkMode", found[1], StringComparison.Ordinal);
        Assert.Contains("no public type Nothing", found[2], StringComparison.Ordinal);
    }

    [Fact]
    public void Pages_without_cmdlet_and_cmdlets_without_page()
    {
        made.With("docs/en-US/Get-Other.md", "# Get-Other").With("docs/en-US/about_Sandbox.md", "# about_Sandbox");
        Found(HelpRules.EachCmdletHasAPage(made.Tree, Good), "Get-Fixture.md");
        Found(HelpRules.EachPageHasACmdlet(made.Tree, Good), "Get-Other.md");
    }

    [Fact]
    public void Examples_that_are_few_or_wrong()
    {
        made.With("docs/en-US/Get-Fixture.md", "# Get-Fixture\n\n## EXAMPLES\n\n### One\n\n```powershell\nGet-Fixture -Nope 1\nGet-Fixture -Name a | ForEach-Object { Get-Fixture -Na b }\n```\n\n### Two\n\n```powershell\nif (\n```\n");
        Found(HelpRules.ExamplesAreEnough(made.Tree), "2 examples");
        using var session = new ModuleRunspace(true, typeof(GetFixtureCommand));
        var cmdlets = session.Invoke("Get-Command Get-Fixture").Objects.Select(o => (System.Management.Automation.CmdletInfo)o.BaseObject).ToDictionary(c => c.Name);
        string[] found = [.. HelpRules.ExamplesAreRight(made.Tree, cmdlets)];
        Assert.Contains(found, f => f.Contains("Get-Fixture.md(8): Get-Fixture has no parameter -Nope", StringComparison.Ordinal));
        Assert.Contains(found, f => f.Contains("Get-Fixture.md(9): Get-Fixture has no parameter -Na", StringComparison.Ordinal));
        Assert.Contains(found, f => f.Contains("Get-Fixture.md(15)", StringComparison.Ordinal));
    }

    [Fact]
    public void Scripts_that_do_not_parse_or_need_pwsh()
    {
        made.With("examples/A.ps1", "Get-Module | Format-Table").With("examples/B.ps1", "function Get-Own { }; Get-Own; Get-Module").With("C.ps1", "if (");
        Found(ScriptRules.ScriptsParse(made.Tree).Take(1), "C.ps1(1)");
        Found(ScriptRules.ExamplesRunWithoutPwsh(made.Tree, ["Get-Module"]), "Format-Table");
    }

    [Fact]
    public void Native_calls_and_references()
    {
        string own = typeof(RuleTests).Assembly.Location;
        Found(AssemblyRules.NativeCalls(own), nameof(GetParentProcess));
        Found(AssemblyRules.References(own, "System.Management.Automation"), "System.Management.Automation");
    }

    [DllImport("libc", EntryPoint = "getppid")]
    private static extern int GetParentProcess();

    private static void Found(IEnumerable<string> violations, string part) => Assert.Contains(part, Assert.Single(violations), StringComparison.Ordinal);

    private static string View(params string[] types) =>
        $"<Configuration><ViewDefinitions><View><Name>v</Name><ViewSelectedBy>{string.Concat(types.Select(t => $"<TypeName>{t}</TypeName>"))}</ViewSelectedBy></View></ViewDefinitions></Configuration>";
}
