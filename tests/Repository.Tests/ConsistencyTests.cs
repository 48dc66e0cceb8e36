using Sandbox.Repository.Tests.Rules;

namespace Sandbox.Repository.Tests;

/// <summary>Manifest, code, pages, views and layout agree.</summary>
public sealed class ConsistencyTests
{
    [Fact]
    public void Files_are_short() => Rule.Holds(SourceRules.FilesAreShort(Repository.Tree));

    [Fact]
    public void Most_files_are_short() => Rule.Holds(SourceRules.MostFilesAreShort(Repository.Tree));

    [Fact]
    public void Files_are_named_after_their_type() => Rule.Holds(SourceRules.FilesAreNamedAfterTheirType(Repository.Tree));

    [Fact]
    public void No_file_names_a_machine_path() => Rule.Holds(SourceRules.NoMachinePaths(Repository.Tree));

    [Fact]
    public void Projects_are_in_the_solution() => Rule.Holds(SourceRules.ProjectsAreInTheSolution(Repository.Tree));

    [Fact]
    public void The_standard_files_exist() => Rule.Holds(SourceRules.StandardFilesExist(Repository.Tree));

    [Fact]
    public void Cmdlet_names_follow_the_rules() => Rule.Holds(CmdletRules.NamesFollowTheRules(Repository.Cmdlets));

    [Fact]
    public void Each_cmdlet_has_its_file() => Rule.Holds(CmdletRules.EachHasItsFile(Repository.Tree, Repository.Cmdlets));

    [Fact]
    public void Each_command_file_is_a_cmdlet() => Rule.Holds(CmdletRules.FilesAreCmdlets(Repository.Tree, Repository.Cmdlets));

    [Fact]
    public void The_manifest_exports_the_cmdlets() => Rule.Holds(CmdletRules.ManifestExportsThem(Repository.Tree, Repository.Cmdlets));

    [Fact]
    public void Outputs_are_declared() => Rule.Holds(CmdletRules.OutputsAreDeclared(Repository.Cmdlets));

    [Fact]
    public void No_parameter_is_of_a_dependency_type() => Rule.Holds(CmdletRules.ParametersAreOfOurTypes(Repository.Cmdlets));

    [Fact]
    public void The_manifest_loads_the_views() => Rule.Holds(ViewRules.ManifestLoadsThem(Repository.Tree));

    [Fact]
    public void Output_types_have_a_view() => Rule.Holds(ViewRules.OutputTypesHaveOne(Repository.Tree, Repository.Cmdlets));

    [Fact]
    public void Each_view_selects_its_type() => Rule.Holds(ViewRules.EachSelectsItsType(Repository.Tree, Repository.Assemblies));

    [Fact]
    public void Each_cmdlet_has_a_page() => Rule.Holds(HelpRules.EachCmdletHasAPage(Repository.Tree, Repository.Cmdlets));

    [Fact]
    public void Each_page_has_a_cmdlet() => Rule.Holds(HelpRules.EachPageHasACmdlet(Repository.Tree, Repository.Cmdlets));

    [Fact]
    public void Examples_are_enough() => Rule.Holds(HelpRules.ExamplesAreEnough(Repository.Tree));

    [Fact]
    public void Examples_are_right()
    {
        using var session = new ModuleRunspace();
        Rule.Holds(HelpRules.ExamplesAreRight(Repository.Tree, Repository.ImportedCmdlets(session)));
    }

    [Fact]
    public void Scripts_parse() => Rule.Holds(ScriptRules.ScriptsParse(Repository.Tree));

    [Fact]
    public void Examples_run_without_pwsh()
    {
        using var session = new ModuleRunspace();
        string[] commands = [.. session.Invoke("(Get-Command -CommandType Cmdlet, Function).Name").Succeeded().Objects.Select(o => o.ToString()!)];
        Rule.Holds(ScriptRules.ExamplesRunWithoutPwsh(Repository.Tree, commands));
    }

    [Fact]
    public void Cmdlets_make_no_native_calls() => Rule.Holds(AssemblyRules.NativeCalls(Repository.Staged("Sandbox.dll")));

    [Fact]
    public void Cmdlets_reach_packages_through_the_engine() => Rule.Holds(AssemblyRules.References(Repository.Staged("Sandbox.dll"), "Tmds.LibC", "Newtonsoft.Json", "SharpPcap", "PacketDotNet"));

    [Fact]
    public void The_engine_knows_nothing_of_PowerShell() =>
        Rule.Holds(AssemblyRules.References(Repository.Staged("Sandbox.Engine.dll"), "System.Management.Automation", "Sandbox"));
}
