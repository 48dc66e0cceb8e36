using System.Management.Automation;
using System.Reflection;
using Sandbox.Cmdlets;
using Sandbox.Repository.Tests.Rules;

namespace Sandbox.Repository.Tests;

/// <summary>This repository, and the module that was staged from it.</summary>
public static class Repository
{
    public static RepositoryTree Tree { get; } = new(StagedModule.RepositoryRoot);

    public static IReadOnlyList<Assembly> Assemblies { get; } = [typeof(ModuleLoader).Assembly, typeof(SandboxException).Assembly];

    public static IReadOnlyList<Type> Cmdlets { get; } = CmdletRules.CmdletsOf(Assemblies[0]);

    public static string Staged(string file) => Path.Combine(StagedModule.Folder, file);

    public static IReadOnlyDictionary<string, CmdletInfo> ImportedCmdlets(ModuleRunspace session) =>
        session.Invoke("Get-Command -Module Sandbox").Succeeded().Objects.Select(o => (CmdletInfo)o.BaseObject).ToDictionary(c => c.Name, StringComparer.OrdinalIgnoreCase);
}
