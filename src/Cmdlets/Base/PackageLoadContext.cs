using System.Reflection;
using System.Runtime.Loader;

namespace Sandbox.Cmdlets.Base;

/// <summary>The packages that the module brings, found by Sandbox.deps.json, which also says which file fits this machine's runtime.</summary>
internal sealed class PackageLoadContext : AssemblyLoadContext
{
    private readonly AssemblyDependencyResolver resolver;

    public PackageLoadContext(string moduleAssembly) : base("Sandbox packages") => resolver = new AssemblyDependencyResolver(moduleAssembly);

    /// <summary>The assembly from the module's folder, or null for one that the module doesn't bring.</summary>
    public Assembly? Find(AssemblyName name) => Load(name);

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName) =>
        resolver.ResolveAssemblyToPath(assemblyName) is { } path && File.Exists(path) ? LoadFromAssemblyPath(path) : null;

    /// <inheritdoc/>
    protected override nint LoadUnmanagedDll(string unmanagedDllName) =>
        resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is { } path ? LoadUnmanagedDllFromPath(path) : 0;
}
