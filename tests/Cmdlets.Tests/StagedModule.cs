using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;

namespace Sandbox.Cmdlets.Tests;

/// <summary>The staged module, and the binding of the tests' own references to its assemblies.</summary>
public static class StagedModule
{
    public static string RepositoryRoot { get; } =
        typeof(StagedModule).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepositoryRoot").Value!;

    public static string Folder { get; } = Path.Combine(RepositoryRoot, "out", "Sandbox");

    public static string Manifest { get; } = Path.Combine(Folder, "Sandbox.psd1");

    // Only these two: what the module brings besides must be found by the module itself.
    [ModuleInitializer]
    internal static void Bind() => AssemblyLoadContext.Default.Resolving += (context, name) =>
        name.Name is "Sandbox" or "Sandbox.Engine" ? context.LoadFromAssemblyPath(Path.Combine(Folder, name.Name + ".dll")) : null;
}
