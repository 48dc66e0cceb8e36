using System.Management.Automation;
using System.Management.Automation.Language;

namespace Sandbox.Cmdlets.Tests;

public sealed class ImportTests
{
    [Fact]
    public void The_manifest_imports_without_a_word()
    {
        using var session = new ModuleRunspace(import: false);
        ScriptResult result = session.Invoke("param($m) Import-Module $m -PassThru", StagedModule.Manifest);
        Assert.Equal("Sandbox", result.Single<PSModuleInfo>().Name);
        Assert.Empty(result.Warnings);
    }

    [Fact]
    public void Every_cmdlet_that_the_manifest_names_exists_and_no_other()
    {
        using var session = new ModuleRunspace();
        // The manifest is data in PowerShell's own syntax, read by its parser.
        Ast manifest = Parser.ParseFile(StagedModule.Manifest, out _, out _);
        var table = (HashtableAst)manifest.Find(ast => ast is HashtableAst, searchNestedScriptBlocks: false)!;
        StatementAst list = table.KeyValuePairs.Single(pair => pair.Item1.ToString() == "CmdletsToExport").Item2;
        string[] named = [.. list.FindAll(ast => ast is StringConstantExpressionAst, false).Cast<StringConstantExpressionAst>().Select(s => s.Value).Order()];
        string[] exported = [.. session.Invoke("(Get-Module Sandbox).ExportedCmdlets.Keys").Succeeded().Objects.Select(o => o.ToString()!).Order()];
        Assert.Equal(named, exported);
    }

    [Fact]
    public void It_can_be_removed_and_imported_again()
    {
        using var session = new ModuleRunspace();
        session.Invoke("param($m) Remove-Module Sandbox; Import-Module $m; Remove-Module Sandbox; Import-Module $m", StagedModule.Manifest).Succeeded();
        Assert.Equal("Sandbox", session.Invoke("(Get-Module Sandbox).Name").Single<string>());
    }

    [Fact]
    public void Many_sessions_of_one_process_have_it_at_once()
    {
        Parallel.For(0, 8, _ =>
        {
            using var session = new ModuleRunspace();
            Assert.Equal("Sandbox", session.Invoke("(Get-Module Sandbox).Name").Single<string>());
        });
    }

    [Fact]
    public void Its_own_assembly_is_the_staged_one()
    {
        using var session = new ModuleRunspace();
        string location = session.Invoke("[Sandbox.Cmdlets.ModuleLoader].Assembly.Location").Single<string>();
        Assert.Equal(Path.Combine(StagedModule.Folder, "Sandbox.dll"), location);
    }
}
